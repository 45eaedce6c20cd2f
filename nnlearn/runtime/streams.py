"""Python's standard streams, after their descriptors were given something else to do."""

from __future__ import annotations

import sys


def open_standard_streams() -> None:
    """Make `sys.stdin`, `sys.stdout` and `sys.stderr` anew, over what descriptors 0, 1 and 2 are now."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        # Line by line, so that little is lost when the learner's code ends the process.
        stream = open(descriptor, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
