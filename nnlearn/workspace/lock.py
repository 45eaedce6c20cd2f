"""A lock between processes, held while a file is read, changed and written back.

The system lets go of it when its holder dies, so nothing is ever left locked.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from nnlearn.errors import OutputError

_PAUSE = 0.01
_PATIENCE_S = 20.0  # a holder needs milliseconds


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock that `file` stands for; waits while another process, or thread, holds it.

    The file is made where there is none, and stays: only the lock on it comes and goes.

    Raises:
        OutputError: The file cannot be made, or the lock is held for longer than can be.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = file.open("a+b")
    except OSError as error:
        raise OutputError(
            f"{file} cannot be written: {error.strerror}", "look at the rights of the folder"
        ) from error
    with handle:
        acquire, release = _system_lock()
        deadline = time.monotonic() + _PATIENCE_S
        while not acquire(handle):
            if time.monotonic() > deadline:
                raise OutputError(
                    f"{file} has been locked by another program for {_PATIENCE_S:g} seconds",
                    "close other programs that use this folder, and try again",
                )
            time.sleep(_PAUSE)
        try:
            yield
        finally:
            release(handle)


def _system_lock() -> tuple[Any, Any]:
    """How this system takes a lock without waiting, and how it lets go."""
    try:
        import fcntl
    except ImportError:
        return _windows_lock()

    def acquire(handle: BinaryIO) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    return acquire, lambda handle: fcntl.flock(handle, fcntl.LOCK_UN)


def _windows_lock() -> tuple[Any, Any]:
    import importlib

    msvcrt: Any = importlib.import_module("msvcrt")  # its functions have types on Windows only

    def acquire(handle: BinaryIO) -> bool:
        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:  # held by another
            return False
        return True

    def release(handle: BinaryIO) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

    return acquire, release
