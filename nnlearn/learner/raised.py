"""What can be said of an exception that the learner's code raised."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator

_MESSAGE_LENGTH = 400
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def display_name(file: str) -> str:
    """The last component of a path, as learners see their files."""
    return re.split(r"[/\\]", file)[-1]


def traceback_ends_in(error: BaseException, files: set[str]) -> bool:
    """Whether the exception was raised by a line of one of `files`."""
    frames = list(walk(error.__traceback__))
    return bool(frames) and frames[-1].tb_frame.f_code.co_filename in files


def walk(trace: types.TracebackType | None) -> Iterator[types.TracebackType]:
    """The frames of a traceback, the outermost first."""
    while trace is not None:
        yield trace
        trace = trace.tb_next


def message_of(error: BaseException) -> str:
    """What the exception says, on a diet: `__str__` is the learner's code and may do anything."""
    try:
        text = str(error)
    except Exception as problem:
        return f"(its message cannot be shown: {type(problem).__name__})"
    text = _ANSI.sub("", text).strip()
    return text if len(text) <= _MESSAGE_LENGTH else text[:_MESSAGE_LENGTH] + " ..."
