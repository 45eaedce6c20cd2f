"""What can be said of an exception that the learner's code raised."""

from __future__ import annotations

import dis
import errno
import re
import types
from collections.abc import Iterator, Mapping
from typing import Any

from nnlearn.submission.network import ADVICE
from nnlearn.submission.source import file_name
from nnlearn.text import without_controls

_MESSAGE_LENGTH = 400
_MOST_CAUSES = 10
_CONTEXT: Any = vars(BaseException)["__context__"]
# The resolver and the sockets of the graded process have no way out, and nothing else says so.
_UNREACHABLE = {
    *("socket.gaierror", "requests.exceptions.ConnectionError", "httpx.ConnectError"),
    *("urllib3.exceptions.NameResolutionError", "urllib3.exceptions.NewConnectionError"),
}
_NO_NETWORK = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EAFNOSUPPORT, errno.EPERM)
# How TensorFlow calls an eager operation that it runs as a function: nothing that the learner has written.
_WRAPPED = re.compile(r"\{\{function_node __wrapped__\S*\}\} ?")


def reply_to(error: BaseException, sources: Mapping[str, str]) -> tuple[Any, ...]:
    """A host's reply about what it met: the learner's `NotImplementedError` says that nothing is there yet.

    Args:
        error: What was raised.
        sources: The learner's code, by the name of its file.
    """
    if isinstance(error, NotImplementedError) and _is_raised_by_a_line(error, sources):
        return ("not_written", _message_of(error))
    bases = [f"{base.__module__}.{base.__qualname__}" for base in type(error).__mro__]
    return ("raised", type(error).__name__, _message_of(error), bases, _own_frames(error, sources))


def note_about(file: str, error: BaseException, sources: Mapping[str, str]) -> str:
    """One line about a cell that raised; `sources` as for `reply_to`."""
    line = next((f" at line {line}" for _, line, _, _ in _own_frames(error, sources)[::-1]), "")
    said = f": {message}" if (message := _message_of(error)) else ""
    return f"{file_name(file)} raised {type(error).__name__}{line}{said}"


def _is_raised_by_a_line(error: BaseException, sources: Mapping[str, str]) -> bool:
    """Whether a `raise` of the learner's has raised it.

    The last frame alone does not tell: TensorFlow leaves its own out of a traceback, and NumPy has none. Both
    raise NotImplementedError where a tensor without a value is read inside a `tf.function`.
    """
    *_, last = [None, *_walk(error.__traceback__)]
    if last is None or (code := last.tb_frame.f_code).co_filename not in sources:
        return False
    return code.co_code[last.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def _own_frames(error: BaseException, sources: Mapping[str, str]) -> list[tuple[str, int, str, str]]:
    frames = []
    for frame in _walk(error.__traceback__):
        code = frame.tb_frame.f_code
        if code.co_filename in sources:
            lines = sources[code.co_filename].splitlines()
            text = lines[frame.tb_lineno - 1].strip() if frame.tb_lineno <= len(lines) else ""
            frames.append((code.co_filename, frame.tb_lineno, code.co_name, text))
    return frames[-4:]


def _walk(trace: types.TracebackType | None) -> Iterator[types.TracebackType]:
    """The frames of a traceback, the outermost first."""
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _message_of(error: BaseException) -> str:
    """What the exception says, on a diet: `__str__` is the learner's code and may do anything."""
    try:
        text = str(error)
    except Exception as problem:
        return f"(its message cannot be shown: {type(problem).__name__})"
    text = _WRAPPED.sub("", without_controls(text)).strip()
    text = text if len(text) <= _MESSAGE_LENGTH else text[:_MESSAGE_LENGTH] + " ..."
    return f"{text}; {ADVICE}" if _is_about_the_network(error) else text


def _is_from_a_socket(error: OSError) -> bool:
    """Whether it was raised where a connection is made, and for want of a network."""
    *_, last = [None, *_walk(error.__traceback__)]
    file = last.tb_frame.f_code.co_filename if last else ""
    return file_name(file) == "socket.py" and error.errno in _NO_NETWORK


def _is_about_the_network(error: BaseException | None) -> bool:
    """Whether an exception, or one that it follows from, is that nothing can be reached."""
    for _ in range(_MOST_CAUSES):
        if error is None:
            return False
        names = {f"{base.__module__}.{base.__qualname__}" for base in type(error).__mro__}
        if names & _UNREACHABLE or (isinstance(error, OSError) and _is_from_a_socket(error)):
            return True
        # As exceptions have it, whatever the learner's own class makes of the word.
        error = _CONTEXT.__get__(error)
    return False
