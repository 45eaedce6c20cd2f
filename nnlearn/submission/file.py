"""Reads a file that was handed in: its bytes, and the text of a Python file.

Nothing about the file is trusted: what kind it is, how large, in which encoding.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
import tokenize
from pathlib import Path

from nnlearn.errors import SubmissionError
from nnlearn.submission.syntax import quoted

MAX_BYTES = 10_000_000
# Codecs outside this list are slow or strange on hostile input (punycode, idna, unicode_escape, ...).
_CODECS = ("utf-8", "ascii", "iso8859", "cp125", "koi8", "gb", "big5", "euc", "shift_jis", "mac-")
_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE_AS_UTF8 = "Open it in an editor, save it with the encoding UTF-8 and hand it in again."


def read_file(path: Path) -> bytes:
    """The bytes of a `.py` or `.ipynb` file; see `read_bytes`.

    Raises:
        SubmissionError: It cannot be read, or is nothing that one hands in.
    """
    if path.suffix.lower() not in (".py", ".ipynb"):
        raise SubmissionError(
            f"{path} is neither a .py file nor a .ipynb notebook",
            "Hand in the file that you filled in, under its own name.",
        )
    return read_bytes(path)


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file that is not a link; never waits for a pipe or device.

    Raises:
        SubmissionError: It cannot be read, is none, or is too large.
    """
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        # Windows has no O_NOFOLLOW, and elsewhere this gives a clearer message than ELOOP.
        if path.is_symlink():
            raise SubmissionError(
                f"{path} is a link to another file", "Hand in the file itself, not a link to it."
            )
        if path.is_dir():  # Windows cannot open a folder at all
            raise _not_a_file(path)
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _not_a_file(path)
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SubmissionError(f"{path} does not exist", "Check the name and the folder it is in.") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise SubmissionError(f"{path} cannot be read: {reason}", "Check the file's permissions.") from None
    if len(data) > MAX_BYTES:
        raise SubmissionError(
            f"{path} is larger than {MAX_BYTES // 1_000_000} MB",
            "Clear the outputs of the notebook, or move data out of the file, and hand it in again.",
        )
    return data


def python_text(path: Path, data: bytes) -> str:
    """The text of a Python file: UTF-8, or what its coding line (PEP 263) says.

    Raises:
        SubmissionError: It is no such text.
    """
    refuse_wide_encodings(path, data)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if not codecs.lookup(encoding).name.startswith(_CODECS):
            raise SubmissionError(f"{path} uses the encoding {quoted(encoding)}", _SAVE_AS_UTF8)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SubmissionError(
            f"{path} is not text that Python can read: {quoted(str(error))}", _SAVE_AS_UTF8
        ) from None
    return with_plain_newlines(text)


def refuse_wide_encodings(path: Path, data: bytes) -> None:
    """Raise `SubmissionError` for text that is not a byte for each ASCII character."""
    if data.startswith(_BOMS):
        raise SubmissionError(f"{path} is saved as UTF-16 or UTF-32, not UTF-8", _SAVE_AS_UTF8)


def with_plain_newlines(text: str) -> str:
    """`text` with the line ends of Unix."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_a_file(path: Path) -> SubmissionError:
    return SubmissionError(f"{path} is not a regular file", "Hand in a .py file or a notebook.")
