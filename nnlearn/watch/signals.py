"""Signals as events: what they ask for is done by the loop, not in the middle of whatever runs."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from nnlearn.errors import EXIT_INTERRUPTED


@dataclass(frozen=True)
class Stop:
    """The process is asked to end, with this exit status."""

    code: int


@dataclass(frozen=True)
class Resized:
    """The terminal has another size."""


@dataclass(frozen=True)
class Continued:
    """The process was stopped and goes on: others have used the terminal in between."""


@dataclass(frozen=True)
class Suspend:
    """The process is asked to stop until it is continued."""


@contextlib.contextmanager
def signals_to(post: Callable[[Any], None], *, on_a_terminal: bool) -> Iterator[None]:
    """Post an event for each signal until the block ends.

    Args:
        post: Must be safe to call in a signal handler, as `queue.SimpleQueue.put` is.
        on_a_terminal: Whether to care about its size, and about leaving it for a while.
    """
    events: dict[str, Any] = {"SIGTERM": Stop(128 + 15), "SIGHUP": Stop(128 + 1)}
    if on_a_terminal:
        events |= {"SIGWINCH": Resized(), "SIGTSTP": Suspend(), "SIGCONT": Continued()}
    interrupts = 0

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
        nonlocal interrupts
        if number != signal.SIGINT:
            post(events[signal.Signals(number).name])
            return
        interrupts += 1
        if interrupts > 1:
            raise KeyboardInterrupt  # the loop has not got to it
        post(Stop(EXIT_INTERRUPTED))

    names = [name for name in ("SIGINT", *events) if hasattr(signal, name)]  # Windows has few
    before = {name: signal.signal(getattr(signal, name), handle) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def suspend() -> None:
    """Stop this process until it is continued."""
    os.kill(os.getpid(), signal.SIGSTOP)
