"""The standard streams of a command: they outlive their reader, and can be kept for one JSON document."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO


class _Lasting(io.FileIO):
    """A descriptor that takes what is written to it after its reader has gone, and drops it.

    So `nnlearn grade ... --csv FILE | head` still writes its file, and `nnlearn course add` all notebooks.
    """

    ended = False

    def write(self, data: Any, /) -> int:
        """Write, or drop."""
        if not self.ended:
            try:
                return super().write(data)
            except BrokenPipeError:
                self.ended = True
        return memoryview(data).nbytes


def prepare_output() -> None:
    """Let neither a character nor a reader that goes away end a command.

    A character that the terminal's encoding lacks becomes a question mark.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if type(stream) is io.TextIOWrapper and not stream.isatty():  # nobody else has put theirs there
            stream.flush()
            setattr(sys, name, _stream(stream.fileno(), stream, closefd=False))
        elif (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(errors="replace")


def reader_is_gone() -> bool:
    """Whether nobody reads standard output any more."""
    return bool(getattr(getattr(getattr(sys.stdout, "buffer", None), "raw", None), "ended", False))


def keep_stdout_for_json() -> Callable[[object], None]:
    """Keep standard output for one document, to the end of this process.

    Whatever else is printed, by learners' code, by native code or while the process ends, goes to standard
    error. Where standard output is a stream of a program that runs the command, and no descriptor, it is
    given back with the document in it.

    Returns:
        What prints the document.
    """
    stdout: TextIO = sys.stdout
    stdout.flush()
    try:
        descriptor = stdout.fileno()
    except io.UnsupportedOperation:
        kept = stdout
    else:
        kept = _stream(os.dup(descriptor), stdout)
        os.dup2(2 if sys.stderr is not None else os.open(os.devnull, os.O_WRONLY), descriptor)
    sys.stdout = sys.stderr

    def answer(document: object) -> None:
        kept.write(json.dumps(document, indent=2) + "\n")
        kept.flush()
        if kept is stdout:
            sys.stdout = stdout

    return answer


def _stream(descriptor: int, like: TextIO, *, closefd: bool = True) -> TextIO:
    """A stream on a descriptor that writes text as `like` does."""
    return io.TextIOWrapper(
        io.BufferedWriter(_Lasting(descriptor, "w", closefd=closefd)),
        encoding=like.encoding,
        errors="replace",
        line_buffering=getattr(like, "line_buffering", False),
        write_through=getattr(like, "write_through", False),
    )
