"""Writes files as a whole: whoever reads one sees the old text or the new one, never half of it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from pathlib import Path

from nnlearn.errors import OutputError

_PATIENT = os.name == "nt"
_TRIES = 40
_PAUSE = 0.05


def write_whole(file: Path, data: bytes) -> None:
    """Put `data` in place of what `file` holds; folders above it are made.

    Raises:
        OutputError: The file cannot be written. What it held before is still there.
    """
    temporary = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
        os.chmod(temporary, _mode_of(file))  # noqa: PTH101 - a name, not a Path
        _replace(temporary, file)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
        raise OutputError(
            f"{file} cannot be written: {error.strerror or error}",
            "look at the rights of the folder, and at the space on the disk",
        ) from error


def digest_of(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _mode_of(file: Path) -> int:
    """The rights of the file that is there, else those a new file gets; mkstemp gives fewer."""
    try:
        return file.stat().st_mode & 0o777
    except OSError:
        return 0o644


def _replace(temporary: str, file: Path) -> None:
    """Rename; Windows refuses for as long as another program has the file open."""
    for _ in range(_TRIES if _PATIENT else 0):
        try:
            os.replace(temporary, file)  # noqa: PTH105
        except PermissionError:
            time.sleep(_PAUSE)
        else:
            return
    os.replace(temporary, file)  # noqa: PTH105
