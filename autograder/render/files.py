"""Output files that are checked before the work and replaced whole after it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from autograder.render.text import shown_name
from nnlearn.errors import OutputError
from nnlearn.files import replace_whole


class OutputFile:
    """A file that will be written once, at the end of a run.

    Missing folders are made. Until `write` has everything on disk, what stood at `path` before
    stays as it was.

    Raises:
        OutputError: The file could not be written; said at once, so that no work is lost.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.shown = shown_name(str(path))
        # A link keeps pointing at its file; the file behind it is the one to replace.
        self._target = path.resolve()
        # A device or a pipe such as /dev/stdout is written to, never replaced.
        self._is_stream = path.exists() and not path.is_file() and not path.is_dir()
        self._probe()

    @property
    def is_stdout(self) -> bool:
        """Whether it is this process' standard output, on which nothing else may then be printed."""
        try:
            return self._is_stream and os.path.samestat(self.path.stat(), os.fstat(1))
        except OSError:  # it is closed, or gone
            return False

    def is_same_file(self, other: Path) -> bool:
        """Whether writing would replace `other`."""
        return self._target == other.resolve()

    def write(self, text: str) -> None:
        """Replace the file by `text` as UTF-8.

        Raises:
            OutputError: It cannot be written any more; the old file is still there.
        """
        # A file name that is no UTF-8 arrives as lone surrogates; JSON writes those as \\udcxx.
        self.write_bytes(text.encode("utf-8", "backslashreplace"))

    def write_csv(self, text: str) -> None:
        """Replace the file by a table: with the mark that spreadsheets need to read names as UTF-8.

        Raises:
            OutputError: It cannot be written any more; the old file is still there.
        """
        self.write(text if text.isascii() else f"\N{ZERO WIDTH NO-BREAK SPACE}{text}")

    def write_bytes(self, data: bytes) -> None:
        """Replace the file by `data`.

        Raises:
            OutputError: It cannot be written any more; the old file is still there.
        """
        try:
            if self._is_stream:
                self.path.write_bytes(data)
                return
            replace_whole(self._target, data, durable=True)
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error

    def _probe(self) -> None:
        if self._is_stream:
            return
        if self._target.is_dir():
            raise self._refusal("it is a folder")
        if self._target.exists() and not os.access(self._target, os.W_OK):
            raise self._refusal("it is read-only")
        try:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            tempfile.NamedTemporaryFile(prefix=".", dir=self._target.parent).close()
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error

    def _refusal(self, reason: str) -> OutputError:
        return OutputError(f"{self.shown}: cannot write here: {reason}.", "Name a file that can be written.")
