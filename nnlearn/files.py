"""Writes files as a whole, one process at a time: whoever reads one sees the old text or the new one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from nnlearn.errors import OutputError

_PATIENT = os.name == "nt"
_TRIES = 40
_PAUSE = 0.05
_PATIENCE_S = 20.0  # whoever holds a lock needs it for milliseconds
_LOOKED_EVERY_S = 0.01


def write_whole(file: Path, data: bytes) -> None:
    """Put `data` in place of what `file` holds; folders above it are made.

    Raises:
        OutputError: The file cannot be written. What it held before is still there.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(file, data)
    except OSError as error:
        raise OutputError(
            f"{file} cannot be written: {error.strerror or error}",
            "look at the rights of the folder, and at the space on the disk",
        ) from error


def replace_whole(file: Path, data: bytes, *, durable: bool = False) -> None:
    """Put `data` in place of what `file` holds.

    Args:
        file: The file; its folder is there.
        data: What it is to hold.
        durable: Wait until it is on the disk, so that not even a power cut leaves less than all of it.

    Raises:
        OSError: The file cannot be written. What it held before is still there.
    """
    temporary = file.with_name(f".{file.name[:100]}.{os.urandom(4).hex()}.part")
    try:
        with temporary.open("xb") as out:
            out.write(data)
            if durable:
                out.flush()
                os.fsync(out.fileno())
        if file.exists():
            temporary.chmod(file.stat().st_mode & 0o777)
        _replace(temporary, file)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock that `file` stands for, while what it guards is read, changed and written back.

    Waits while another process, or thread, holds it. The system lets go of it when its holder dies.

    Raises:
        OutputError: The file cannot be made, or the lock is held for longer than can be.
    """
    from filelock import FileLock, Timeout

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(file)
        lock.acquire(timeout=_PATIENCE_S, poll_interval=_LOOKED_EVERY_S)
    except Timeout as error:
        raise OutputError(
            f"{file} has been locked by another program for {_PATIENCE_S:g} seconds",
            "close other programs that use this folder, and try again",
        ) from error
    except OSError as error:
        raise OutputError(
            f"{file} cannot be written: {error.strerror}", "look at the rights of the folder"
        ) from error
    try:
        yield
    finally:
        lock.release()


def digest_of(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _replace(temporary: Path, file: Path) -> None:
    """Rename; Windows refuses for as long as another program has the file open."""
    for _ in range(_TRIES if _PATIENT else 0):
        try:
            temporary.replace(file)
        except PermissionError:
            time.sleep(_PAUSE)
        else:
            return
    temporary.replace(file)
