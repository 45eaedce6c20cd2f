"""When a submission was handed in, from its `timestamp.txt`, which anything may be in."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import stat
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nnlearn.text import one_line

FILE = "timestamp.txt"
_MOST = 1000
_SHOWN = 40
_OFFSET = re.compile(r"(:\d\d(?:\.\d+)?) ?([+-]\d\d):?(\d\d)$")
_NAMED = re.compile(r":\d\d(?:\.\d+)? +([A-Za-z][\w/+-]*)$")
_NO_ZONES = ("Z", "AM", "PM", "am", "pm")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class BadTimestampError(Exception):
    """A `timestamp.txt` that says no time; the message says what it says instead."""


def handed_in_at(folder: Path) -> datetime | None:
    """The time in UTC that a submission's `timestamp.txt` says, or None if there is none, or nothing in it.

    Raises:
        BadTimestampError: It says something else.
    """
    from nbgrader.utils import parse_utc

    file = folder / FILE
    if not os.path.lexists(file):
        return None
    text = _text_of(file)
    if not text:
        return None
    _require_zone(text)
    try:
        # nbgrader takes the `+0100` of a zone for 100 seconds where a blank stands before it.
        time: datetime = parse_utc(_OFFSET.sub(r"\1\2:\3", text))
        return time
    except (ValueError, OverflowError, TypeError, AttributeError) as error:  # dateutil takes text as it comes
        raise BadTimestampError(f"{FILE} says `{one_line(text, _SHOWN)}`, which is no time") from error


def _require_zone(text: str) -> None:
    """Refuse a time with a zone that is none: nbgrader would take it for UTC."""
    if (named := _NAMED.search(text)) is None or named[1] in _NO_ZONES:
        return
    try:
        ZoneInfo(named[1])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        said = f"{FILE} says `{one_line(text, _SHOWN)}`, and there is no time zone"
        raise BadTimestampError(f"{said} `{one_line(named[1], _SHOWN)}`") from error


def time_of(folder: Path) -> datetime | None:
    """The same, with None for a file that says no time."""
    with contextlib.suppress(BadTimestampError):
        return handed_in_at(folder)
    return None


def problem_with_time(folder: Path) -> str:
    """What is wrong with a submission's `timestamp.txt`, or an empty string."""
    try:
        handed_in_at(folder)
    except BadTimestampError as error:
        return str(error)
    return ""


def says_no_time(folder: Path) -> bool:
    """Whether nothing says when a submission was handed in, not even something that is no time."""
    return time_of(folder) is None and not problem_with_time(folder)


def _text_of(file: Path) -> str:
    """The text of a small regular file, whatever its encoding."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for a writer.
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise BadTimestampError(f"{FILE} is not a regular file")
            data = opened.read(_MOST)
        return data.decode("utf-16" if data.startswith(_WIDE) else "utf-8-sig").strip()
    except OSError as error:
        raise BadTimestampError(f"{FILE} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadTimestampError(f"{FILE} is no text") from error
