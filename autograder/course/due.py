"""Points in time: what was typed, as nbgrader keeps it, and as people read it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.course.layout import CourseError

if TYPE_CHECKING:
    from traitlets.config import Config

_ZONE = re.compile(r"\s+([A-Za-z_]+(?:/[\w+-]+)+)$")


def zone_of(config: Config) -> ZoneInfo:
    """The time zone of a course: the one in which nbgrader shows times.

    Raises:
        CourseError: nbgrader_config.py names none that there is.
    """
    name = str(config.NbGraderAPI.get("timezone", "UTC"))
    return zone_named(name, "nbgrader_config.py: c.NbGraderAPI.timezone")


def read_time(text: str, what: str, zone: ZoneInfo, days_later: int = 0) -> datetime:
    """A point in time, in the zone that it was typed in.

    nbgrader's own parser takes the `+0100` of a zone for 100 seconds, so it is not used.

    Args:
        text: A date and a time, with a zone or how far it is from UTC where it is not in `zone`.
        what: What it was typed for, such as `--due`.
        zone: The zone of the course.
        days_later: So many days after that, at the same time of day where clocks of a zone change between.

    Raises:
        CourseError: It is none, or there is no such time on that day.
    """
    plain, named = text.strip(), _ZONE.search(text.strip())
    if named:
        plain, zone = plain[: named.start()], zone_named(named[1], what)
    plain = re.sub(r"\s*(UTC|Z)$", "+00:00", plain)
    try:
        found = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", plain))
    except ValueError:
        found = None
    if found is None or ":" not in text or (named and found.tzinfo is not None):
        raise CourseError(
            f"{what}: expected a date and a time, got `{text}`",
            'write, for example: "2026-12-01 23:59", "2026-12-01 23:59 Europe/Berlin" or '
            '"2026-12-01 23:59 +0100"',
        )
    found += timedelta(days=days_later)
    if found.tzinfo is None:
        return _once(found, zone, what, f"{found:%Y-%m-%d %H:%M} {zone.key}" if days_later else text)
    return found


def as_kept(time: datetime) -> datetime:
    """A point in time as nbgrader keeps it: UTC, without a zone."""
    return time.astimezone(UTC).replace(tzinfo=None)


def in_zone(kept: datetime, zone: ZoneInfo) -> datetime:
    """A point in time that nbgrader has kept, in a zone."""
    return kept.replace(tzinfo=UTC).astimezone(zone)


def days_after(kept: datetime, days: int, zone: ZoneInfo) -> datetime:
    """So many days after a point in time, at the same time of day in a zone; both as nbgrader keeps them."""
    if not days:
        return kept
    on_the_wall = in_zone(kept, zone).replace(tzinfo=None) + timedelta(days=days)
    return as_kept(on_the_wall.replace(tzinfo=zone))


def shown_time(time: datetime) -> str:
    """`2026-12-01 23:59 Europe/Berlin`; what is told by the zone's offset where its name would not do.

    It reads back as the same second.
    """
    clock = f"{time:%Y-%m-%d %H:%M}" + (f":{time:%S}" if time.second else "")
    is_clear = all(time.replace(fold=fold).utcoffset() == time.utcoffset() for fold in (0, 1))
    if isinstance(time.tzinfo, ZoneInfo) and is_clear:
        return f"{clock} {time.tzinfo.key}"
    return f"{clock} UTC" if time.tzinfo is UTC else f"{clock} {time:%z}"


def zone_named(name: str, what: str) -> ZoneInfo:
    """A time zone by its name: `Europe/Berlin`.

    Args:
        name: The name.
        what: What it was typed for, such as `--due`.

    Raises:
        CourseError: There is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CourseError(
            f"{what}: there is no time zone called `{name}`",
            "write one such as Europe/Berlin, or with a time how far it is from UTC: 2026-12-01 23:59 +0100",
        ) from error


def _once(when: datetime, zone: ZoneInfo, what: str, text: str) -> datetime:
    """A time in a zone, where that is there once: clocks are put forward and back."""
    first, second = (when.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise CourseError(
            f"{what}: the clocks change at `{text}`: there is no such time, or there are two",
            'say how far it is from UTC: "2026-10-25 02:30 +0100"',
        )
    return first
