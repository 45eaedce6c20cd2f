"""Waiting for what happens in other processes: as long as it takes, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

PATIENCE_S = 240  # a cold import of TensorFlow, on a machine with other things to do


def comes_true(condition: Callable[[], object]) -> bool:
    """Whether a condition holds before patience runs out."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def survivors(processes: object) -> list[psutil.Process]:
    """Those of these processes that do not end."""
    return psutil.wait_procs(processes, timeout=PATIENCE_S)[1]
