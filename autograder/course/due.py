"""When an assignment is due: what was typed, as nbgrader keeps it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.course.layout import CourseError

_ZONE = re.compile(r"\s+([A-Za-z_]+(?:/[\w+-]+)+)$")


def due_date(text: str, days_later: int = 0) -> datetime:
    """A point in time as nbgrader keeps it: UTC, without a zone.

    nbgrader's own parser takes the `+0100` of a zone for 100 seconds, so it is not used.

    Args:
        text: A date and a time, with a zone or how far it is from UTC if it is not UTC.
        days_later: So many days after that, at the same time of day where clocks of a zone change between.

    Raises:
        CourseError: It is none, or there is no such time on that day.
    """
    plain, zone = text.strip(), None
    if named := _ZONE.search(plain):
        plain, zone = plain[: named.start()], _zone(named[1])
    plain = re.sub(r"\s*(UTC|Z)$", "+00:00", plain)
    try:
        found = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", plain))
    except ValueError:
        found = None
    if found is None or ":" not in text or (zone is not None and found.tzinfo is not None):
        raise CourseError(
            f"--due: expected a date and a time, got `{text}`",
            'write, for example: --due "2026-12-01 23:59" or --due "2026-12-01 23:59 +0100"',
        )
    found += timedelta(days=days_later)
    if zone is not None:
        found = _once(found, zone, f"{found:%Y-%m-%d %H:%M} {zone.key}" if days_later else text)
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)


def _zone(name: str) -> ZoneInfo:
    """A time zone by its name: `Europe/Berlin`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CourseError(
            f"--due: there is no time zone called `{name}`",
            'write one such as Europe/Berlin, or how far it is from UTC: --due "2026-12-01 23:59 +0100"',
        ) from error


def _once(when: datetime, zone: ZoneInfo, text: str) -> datetime:
    """A time in a zone, where that is there once: clocks are put forward and back."""
    first, second = (when.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise CourseError(
            f"--due: the clocks change at `{text}`: there is no such time, or there are two",
            'say how far it is from UTC: --due "2026-10-25 02:30 +0100"',
        )
    return first
