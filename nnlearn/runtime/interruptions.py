"""Keeps Ctrl-C away from what does not survive it."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import types
from collections.abc import Iterator


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Let a Ctrl-C that comes in the block count at its end; a second one counts at once.

    For native code that calls Python while it is imported: there `KeyboardInterrupt` ends the whole process,
    or is taken for a library that is missing.
    """
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield  # nobody is told of a Ctrl-C, or not here
        return
    came: list[tuple[int, types.FrameType | None]] = []

    def note(number: int, frame: types.FrameType | None) -> None:
        if came:
            before(number, frame)
        came.append((number, frame))

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            before(*came[0])


@contextlib.contextmanager
def left_to_this_process() -> Iterator[None]:
    """Have processes that are started in the block not hear of Ctrl-C; this one does, right after the block.

    Of the terminal's processes one has to say a word, and end the others. What they do before they could let
    go of the keyboard themselves, which is to import, ends with a traceback.
    """
    if sys.platform == "win32":  # there is no mask of signals
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # which lets go of the keyboard itself, and not only for itself
    with held_back():  # another thread may still hear of it
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
