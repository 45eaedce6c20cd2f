"""A node's folder on its machine: it goes with the node, or when the next node finds that nobody holds it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "nnlearn-node-"
_LOCK = "lock"


def new_folder() -> tuple[Path, int]:
    """A folder for a node, and a descriptor: while a process has that open, it is in use.

    Learners' processes, which may be other users, get through it to folders of their own. What else it holds
    is to be closed to them.
    """
    _clear_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    held = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    folder.chmod(0o711)
    return folder, held


def _clear_leftovers() -> None:
    """Remove what was left where a whole machine, or all processes of a node at once, came to an end."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # in use, or another user's
            held = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(held)
