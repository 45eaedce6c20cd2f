"""How much memory a worker has to handle a submission's answers with: one too large costs nobody else."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

FOR_ANSWERS = 1536 * 2**20
"""Bytes on top of what a worker holds already: three times what one check may be sent."""


@contextlib.contextmanager
def bounded_memory(room: int = FOR_ANSWERS) -> Iterator[None]:
    """Let this process have `room` more bytes, and no more: what needs more raises `MemoryError`."""
    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = _data_bytes() + room
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    with _where_limits_can_be_set():
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    try:
        yield
    finally:
        with _where_limits_can_be_set():
            resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


@contextlib.contextmanager
def _where_limits_can_be_set() -> Iterator[None]:
    """Go on where the system lets nobody set a limit: that the layer `rlimits` is missing is said already."""
    with contextlib.suppress(OSError, ValueError):
        yield


def _data_bytes() -> int:
    """The size of this process' data, as `RLIMIT_DATA` counts it."""
    statm = Path("/proc/self/statm").read_text(encoding="ascii")
    return int(statm.split()[5]) * resource.getpagesize()
