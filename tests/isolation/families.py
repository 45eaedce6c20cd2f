"""Processes by their families, and what tests do to them."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Any

from patience import comes_true

from nnlearn.isolation.zygote import Zygote

WITHOUT_NAMESPACES = (sys.executable, str(Path(__file__).with_name("without_namespaces.py")))


def descriptors() -> int:
    """How many descriptors this process holds."""
    return len(list(Path("/proc/self/fd").iterdir()))


def alive(pid: int) -> bool:
    """Whether a process runs, zombies aside."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def children(pid: int) -> set[int]:
    """The processes right below `pid`, zombies too."""
    try:
        return {int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except OSError:
        return set()


def descendants(pid: int) -> set[int]:
    """All processes below `pid`."""
    return children(pid).union(*map(descendants, children(pid)))


def parent(pid: int) -> int:
    """The process right above `pid`."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def gone(processes: set[int]) -> bool:
    """Whether all of them end."""
    return comes_true(lambda: not any(map(alive, processes)))


def keep_from_forking(zygote: Zygote) -> None:
    """Let the zygote that now runs, and starts if need be, have no more processes."""
    pid = zygote.pid
    if os.geteuid() != 0:
        _, hard = resource.prlimit(pid, resource.RLIMIT_NPROC)
        resource.prlimit(pid, resource.RLIMIT_NPROC, (0, hard))
        return
    link = zygote._link
    assert link is not None
    ask = link.ask

    def refused(request: tuple[Any, ...], pass_on: tuple[int, ...] = ()) -> tuple[tuple[Any, ...], list[int]]:
        if request[0] == "fork":
            return ("failed", "[Errno 11] Resource temporarily unavailable"), []
        return ask(request, pass_on)

    link.ask = refused  # type: ignore[method-assign]
