"""What a host may reply, and how much of it: replies come from a process that the learner's code may own.

The wire lets through any plain data. Here a reply gets the form that the checks' side relies on, with texts
short enough to show, or it is refused.
"""

from __future__ import annotations

from typing import Any

from nnlearn.isolation.wire import WireError
from nnlearn.protocol.requests import MOST_FIGURES
from nnlearn.text import clean

_NAME, _MESSAGE, _LINE = 80, 400, 200
_FRAMES, _USES, _NOTES, _BASES = 4, 20, 50, 50
# Verbs whose answer may be that there is nothing more.
_ITERATING = ("next",)
# Verbs that always give a value, and of a form of its own.
_PLAIN = ("load", "figures")


def checked(verb: str, reply: tuple[Any, ...]) -> tuple[Any, ...]:
    """`reply` to a request with `verb`, in the form that a host gives it.

    Raises:
        WireError: No host would reply this.
    """
    if not reply or type(reply[0]) is not str:  # an array would not even compare
        raise WireError("an answer that no honest process gives")
    match reply:
        case ("value", list() as notes) if verb == "load":
            return ("value", [_text(note, _MESSAGE) for note in notes[:_NOTES]])
        case ("value", list() as figures) if verb == "figures":
            return ("value", [data for data in figures[:MOST_FIGURES] if type(data) is bytes])
        case ("value", _) if verb not in _PLAIN:
            return reply
        case ("end",) if verb in _ITERATING:
            return reply
        case ("raised", kind, message, list() as bases, list() as frames) if verb not in _PLAIN:
            names = [_text(base, _NAME) for base in bases[:_BASES]]
            return ("raised", _text(kind, _NAME), _text(message, _MESSAGE), names, _frames(frames))
        case ("not_written", message) if verb not in _PLAIN:
            return ("not_written", _text(message, _MESSAGE))
        case ("forbidden", list() as uses) if verb not in _PLAIN:
            return ("forbidden", [_text(use, _LINE) for use in uses[:_USES]])
    raise WireError("an answer that no honest process gives")


def _frames(frames: list[Any]) -> list[tuple[str, int, str, str]]:
    found = []
    for frame in frames[-_FRAMES:]:
        match frame:
            case (file, int() as line, function, text):
                found.append((_text(file, _LINE), line, _text(function, _NAME), _text(text, _LINE)))
            case _:
                raise WireError("a traceback that no honest process gives")
    return found


def _text(value: Any, length: int) -> str:
    if type(value) is not str:
        raise WireError("something that should be text and is not")
    text = clean(value[: length + 1])
    return text if len(text) <= length else text[:length] + " ..."
