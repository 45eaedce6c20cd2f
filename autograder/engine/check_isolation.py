"""Before grading: which layers of isolation this machine lacks, said loudly or refused."""

from __future__ import annotations

import sys
from collections.abc import Callable

from nnlearn.errors import NnlearnError

_KEEPS_APART = frozenset({"mountns", "landlock"})
"""One of these keeps what a submission writes from the next, and the checks from both."""
_KEEPS_OFF_THE_NETWORK = frozenset({"netns", "landlock_net", "seccomp"})
"""One of these keeps a submission from a scheduler that runs what it is told."""


class IsolationMissingError(NnlearnError):
    """Untrusted work would run with less around it than was asked for."""


def check_isolation(*, required: bool, say: Callable[[str], None], networked: bool = False) -> None:
    """Try out the layers of isolation in a process that ends right after.

    Args:
        required: Refuse if one is missing; otherwise say it in one line.
        say: Shows a line to whoever grades.
        networked: Whether this machine is part of a cluster, which must be out of a submission's reach.

    Raises:
        IsolationMissingError: A required layer is missing, or nothing keeps one submission from another or
            from the cluster, or this is not Linux.
    """
    if sys.platform != "linux":
        raise IsolationMissingError(
            "grading runs code of others in isolation, which needs Linux.",
            "Grade on a Linux machine, in a container or in WSL; `nnlearn check` works here.",
        )
    from nnlearn.isolation.confinement import LAYERS, layers_available, missing_layers

    held = {layer.name for layer in layers_available() if layer.holds}
    if not held & _KEEPS_APART:
        raise IsolationMissingError(
            "nothing on this machine keeps one submission from reading what another has left, or the checks.",
            f"One of these layers has to hold: {', '.join(sorted(_KEEPS_APART))}; "
            "`nnlearn doctor --grading` says why they do not.",
        )
    if networked and not held & _KEEPS_OFF_THE_NETWORK:
        raise IsolationMissingError(
            "nothing on this machine keeps a submission off the network, where the cluster's scheduler is.",
            f"One of these layers has to hold: {', '.join(sorted(_KEEPS_OFF_THE_NETWORK))}; "
            "`nnlearn doctor --grading` says why they do not.",
        )
    missing = missing_layers(held)
    if missing and required:
        listed = "".join(f"\n    {name}: {LAYERS[name]}" for name in missing)
        raise IsolationMissingError(
            f"--require-isolation: this machine lacks layers of isolation. What each protects:{listed}",
            "`nnlearn doctor --grading` says why each is missing. Without that option, grading goes on.",
        )
    if missing:
        lacking = ", ".join(missing)
        say(f"WARNING: layers of isolation are missing: {lacking}. See `nnlearn doctor --grading`.")
