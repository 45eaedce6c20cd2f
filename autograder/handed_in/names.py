"""What the name of a file says: what it is, for which topic, whose, and which attempt.

Learning platforms, browsers and operating systems all write something of theirs into names. What is known
of that stands here, for everything that looks at what was handed in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import PurePath

# Browsers and mail programs put `.txt` or `.json` behind a notebook, or a number behind its suffix.
_DISGUISED = re.compile(
    r"(?P<stem>.+?)(?P<kind>\.ipynb|\.py)(?: ?\(\d+\))?(?:\.(?:txt|json|download))+", re.I
)
_ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"})
_LOOSE = frozenset({".html", ".htm", ".txt", ".json"})
_PAGES = _LOOSE | {".pdf", ".doc", ".docx", ".odt", ".rtf"}

LINK = ".link"
"""What stands behind the name of a link, for which a file was put that says so."""

# What systems leave behind that no learner has written.
_LEFT_BEHIND = frozenset({"__pycache__", "__macosx", "thumbs.db", "desktop.ini", "icon\r"})
# What comes with an exercise and is not to be filled in.
_GIVEN = frozenset({"conftest.py", "plots.py", "diagnoses.json"})

_COPY_OF = re.compile(r"(?:copy of|kopie von|copie de|copia de|kopi av|kopia av)[ _]+", re.I)
_COPY = re.compile(
    r"(?:[ _-]*\((?P<a>\d{1,4})\)|[ _-]+(?:copy|kopie|copie|copia)[ _]*(?P<b>\d{0,4})|-(?P<c>\d{1,3}))$", re.I
)
_ATTEMPT = re.compile(
    r"(?<![^\W_])(?:attempt|try|version|versuch|abgabe|(?:re)?submission|rev|v)[ _-]*(\d{1,6})(?![^\W_])",
    re.I,
)
_WHEN = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])"
    r"(?:[T _-]*([01]\d|2[0-3])[-_.:h]?([0-5]\d)(?:[-_.:m]?([0-5]\d))?)?(?!\d)"
)

# doejane_LATE_12345_67890_activations-1.ipynb: the person, and a number that grows with each upload.
_CANVAS = re.compile(r"(?P<who>.+?)(?:_LATE)?_(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)")
# Jane Doe_123456_assignsubmission_file_/activations.ipynb, or all of it in the name of the file.
_MOODLE = re.compile(
    r"(?P<who>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?", re.I
)
# hw1_jdoe_attempt_2026-03-03-11-00-00_activations.ipynb
_BLACKBOARD = re.compile(r".+?_(?P<who>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+))?", re.I)


@dataclass(frozen=True)
class Label:
    """What a learning platform wrote before, or instead of, a name.

    Attributes:
        who: The person, as the platform writes it.
        number: The platform's number for the person, or an empty string.
        file: What is left of the name.
        upload: A number or a time that grows with what is handed in, or 0.
        handed_in: The time, or an empty string.
    """

    who: str
    number: str
    file: str
    upload: int = 0
    handed_in: str = ""


@dataclass(frozen=True)
class Title:
    """What a stem says.

    Attributes:
        topic: The one topic whose name is in it, or None.
        rest: What else is in it, marks of copies and attempts left out.
        copy: The number of the copy, 0 for none.
        attempt: See `attempt_of`.
    """

    topic: str | None
    rest: str
    copy: int
    attempt: tuple[int, int]

    @property
    def is_exact(self) -> bool:
        """Whether it says nothing but the topic."""
        return self.topic is not None and not self.rest


def kind_of(name: str) -> str:
    """`.py` or `.ipynb` for what can be graded, whatever was put behind that; else an empty string."""
    suffix = PurePath(name).suffix.lower()
    if suffix in (".py", ".ipynb"):
        return suffix
    disguised = _DISGUISED.fullmatch(name)
    return disguised["kind"].lower() if disguised else ""


def stem_of(name: str) -> str:
    """A file's name without what says its kind."""
    disguised = _DISGUISED.fullmatch(name)
    return disguised["stem"] if disguised else PurePath(name).stem


def plain_name(name: str) -> str:
    """A file's name with nothing put behind it: `activations.ipynb` for `activations.ipynb.txt`."""
    kind = kind_of(name)
    return f"{stem_of(name)}{kind}" if kind else name


def is_archive(name: str) -> bool:
    """Whether this is a file with files in it."""
    return PurePath(name).suffix.lower() in _ARCHIVES


def is_page(name: str) -> bool:
    """Whether this is a document: what a notebook was printed, exported or copied into."""
    return PurePath(name).suffix.lower() in _PAGES


def is_loose_page(name: str) -> bool:
    """Whether this is a document of a kind that programs write, reports of ours among them."""
    return PurePath(name).suffix.lower() in _LOOSE


def name_in(name: str) -> str:
    """What a file is called without its suffix; a name that has none may have dots."""
    return stem_of(name) if kind_of(name) or is_archive(name) or is_page(name) else name


def is_left_behind(name: str) -> bool:
    """Whether a system or a program made this file or folder for itself."""
    if name.casefold() in _LEFT_BEHIND or name.startswith("._"):
        return True
    return name.startswith(".") and not kind_of(name)


def is_given(name: str) -> bool:
    """Whether this is a learner's own copy of the visible checks, or of what comes with them."""
    return name in _GIVEN or (name.startswith("test_") and name.endswith(".py"))


def label_of(name: str) -> Label | None:
    """What a learning platform wrote into a name, or None."""
    if found := _MOODLE.fullmatch(name):
        return Label(found["who"], found["number"], found["file"] or "")
    if found := _BLACKBOARD.fullmatch(name):
        try:
            when = datetime.strptime(found["when"], "%Y-%m-%d-%H-%M-%S")
        except ValueError:
            return None
        number = int(found["when"].replace("-", ""))
        return Label(found["who"], "", found["file"] or "", number, when.isoformat(" "))
    if found := _CANVAS.fullmatch(name):
        return Label(found["who"], found["number"], found["file"], int(found["upload"]))
    return None


def title_of(stem: str, topics: Iterable[str]) -> Title:
    """What a stem says, `Copy of Activations (1)` and `ada_activations` included."""
    text = unicodedata.normalize("NFC", stem).strip()
    text = _COPY_OF.sub("", text, count=1) if _COPY_OF.match(text) else text
    copy = 0
    while found := _COPY.search(text):
        copy = max(copy, *(int(number or 1) for number in found.groups() if number is not None))
        text = text[: found.start()]
    topics = tuple(topics)
    whole = [topic for topic in topics if _pattern(topic).fullmatch(text)]
    named = whole or [topic for topic in topics if _pattern(topic).search(text)]
    attempt = attempt_of([text])
    if len(named) != 1:
        return Title(None, text, copy, attempt)
    rest = _pattern(named[0]).sub("", text, count=1)
    return Title(named[0], _WHEN.sub("", _ATTEMPT.sub("", rest)).strip(" _-.,"), copy, attempt)


def attempt_of(words: Sequence[str]) -> tuple[int, int]:
    """Which attempt names say that a file is: its number, and its time as a number; 0 where they do not."""
    numbers = [int(number) for word in words for number in _ATTEMPT.findall(word)]
    times = [int("".join(part or "00" for part in when)) for word in words for when in _WHEN.findall(word)]
    return max(numbers, default=0), max(times, default=0)


@lru_cache(maxsize=256)
def _pattern(topic: str) -> re.Pattern[str]:
    """The topic's name as words of their own, in whichever case."""
    words = "[ _-]".join(map(re.escape, topic.split("_")))
    return re.compile(rf"(?<![^\W_]){words}(?![^\W_])", re.I)
