"""Reads and validates topic.toml.

Every message names the file, the key, what was expected, what was received, and the next step.
"""

from __future__ import annotations

import json
import keyword
import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.catalogue.topic import Limits, Part, Response
from nnlearn.errors import ContentError

HINTS = 3
_FORBID = re.compile(r"kernel:\w+|[^\W\d]\w*(\.[^\W\d]\w*)*(\.\*)?")
_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<key>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.?(\w+)|\[(\d+)\]")
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": 'text in quotes ("...")',
    "array": "a list ([...])",
    "object": "a table",
}
_EXAMPLES = {
    "title": 'title = "Activation functions"',
    "order": "order = 1",
    "summary": 'summary = "One sentence about the topic."',
    "questions": "questions = [6, 13]",
    "requires": 'requires = ["activations"]',
    "part": '[[part]] with name = "softmax"',
    "name": 'name = "softmax"',
    "points": "points = 3",
    "hints": 'hints = ["a nudge", "more", "nearly the answer"]',
    "forbid": 'forbid = ["keras.ops.softmax", "tensorflow.nn.*", "kernel:Softmax"]',
    "rubric": 'rubric = ["2 points: ...", "1 point: ..."]',
    "call_seconds": "call_seconds = 10",
    "part_seconds": "part_seconds = 60",
    "submission_seconds": "submission_seconds = 300",
    "memory_mb": "memory_mb = 2048",
}


class TopicToml(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of topic.toml, key by key."""

    title: str
    order: int
    summary: str
    part: tuple[Part, ...]
    questions: tuple[int, ...] = ()
    requires: tuple[str, ...] = ()
    limits: Limits = Limits()
    response: tuple[Response, ...] = ()


def read_topic_toml(file: Path, *, built: bool) -> TopicToml:
    """The contents of `file`, valid in itself; the catalogue looks after `requires`.

    Args:
        file: A topic.toml.
        built: It is the learner's copy, which counts hidden checks and has no rubrics.

    Raises:
        ContentError: The file cannot be read, is not TOML, or a key is not as it should be.
    """
    data = _load(file)
    try:
        contents = msgspec.convert(data, TopicToml)
    except msgspec.ValidationError as error:
        _explain(file, data, str(error))
    for key, why in _unwanted(contents, built):
        raise ContentError(f"{file}: {_place(data, key)}{why}", "leave that key out")
    for key, expected, received in _faults(contents, built):
        _refuse(file, data, key, expected, _toml(received))
    return contents


def _load(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode())
    except FileNotFoundError:
        raise ContentError(
            f"{file.parent}: a topic's folder needs a topic.toml, and there is none",
            "write one, or start with `nnlearn topic new NAME`; move the folder if it is no topic",
        ) from None
    except OSError as error:
        raise ContentError(f"{file} cannot be read: {error.strerror}", "look at its rights") from error
    except UnicodeDecodeError as error:
        raise ContentError(
            f"{file} is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}",
            "save it as UTF-8",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ContentError(
            f"{file} is not valid TOML: {error}",
            "put that line right: text stands in quotes, a list in [brackets]",
        ) from error


def _explain(file: Path, data: dict[str, Any], error: str) -> NoReturn:
    """Say in words what msgspec found."""
    found = _AT.match(error)
    what, key = (found["what"], (found["key"] or "$")) if found else (error, "$")
    key = key.removeprefix("$").removeprefix(".")
    quoted = re.findall(r"`([^`]*)`", what)
    if "unknown field" in what:
        table = _known_keys(key)
        raise ContentError(
            f"{file}: {_place(data, key)}unknown key `{quoted[0]}`",
            did_you_mean(quoted[0], table, "the keys there are"),
        )
    if "missing required field" in what:
        raise ContentError(
            f"{file}: {_place(data, key)}the key `{quoted[0]}` is missing",
            f"add it, for example: {_EXAMPLES[quoted[0]]}",
        )
    expected = _WORDS.get(quoted[0], quoted[0]) if quoted else what
    _refuse(file, data, key, expected, _toml(_value(data, key)))


def _refuse(file: Path, data: dict[str, Any], key: str, expected: str, received: str) -> NoReturn:
    last = re.sub(r"\[\d+\]", "", key).split(".")[-1]
    example = _EXAMPLES.get(last)
    raise ContentError(
        f"{file}: {_place(data, key)}expected {expected}, got {received}",
        f"write, for example: {example}" if example else "put that key right",
    )


def _faults(contents: TopicToml, built: bool) -> Iterator[tuple[str, str, Any]]:
    """What types cannot say: each fault as key, what was expected, what was received."""
    for key in ("title", "summary"):
        if not getattr(contents, key).strip():
            yield key, "some text", getattr(contents, key)
    for place, number in enumerate(contents.questions):
        if number < 1:
            yield f"questions[{place}]", "a question's number, from 1", number
        elif number in contents.questions[:place]:
            yield f"questions[{place}]", "each number once", number
    for name in Limits.__struct_fields__:
        if not _positive(getattr(contents.limits, name)):
            yield f"limits.{name}", "a number above 0", getattr(contents.limits, name)
    if not contents.part:
        yield "part", "at least one part", []
    seen: set[str] = set()
    tables: list[tuple[str, Sequence[Part | Response]]] = [
        ("part", contents.part),
        ("response", contents.response),
    ]
    for kind, items in tables:
        for place, item in enumerate(items):
            key = f"{kind}[{place}]"
            if not item.name.isidentifier() or keyword.iskeyword(item.name):
                yield f"{key}.name", "a Python name (letters, digits, _)", item.name
            if item.name in seen:
                yield f"{key}.name", "a name that no other part or response has", item.name
            seen.add(item.name)
            if not _positive(item.points):
                yield f"{key}.points", "a number above 0", item.points
    for place, part in enumerate(contents.part):
        yield from _part_faults(f"part[{place}]", part)
    for place, response in enumerate(contents.response):
        key = f"response[{place}].rubric"
        if not built and not any(line.strip() for line in response.rubric):
            yield key, "at least one line that says how to mark it", list(response.rubric)


def _part_faults(key: str, part: Part) -> Iterator[tuple[str, str, Any]]:
    if len(part.hints) != HINTS:
        yield f"{key}.hints", f"exactly {HINTS} hints", list(part.hints)
    for place, hint in enumerate(part.hints):
        if not hint.strip():
            yield f"{key}.hints[{place}]", "some text", hint
    for place, name in enumerate(part.forbid):
        if not _FORBID.fullmatch(name):
            yield f"{key}.forbid[{place}]", "a dotted name, NAME.* or kernel:NAME", name


def _unwanted(contents: TopicToml, built: bool) -> Iterator[tuple[str, str]]:
    """Keys that belong in the other copy of topic.toml, and why."""
    for place, part in enumerate(contents.part):
        if part.hidden_checks and not built:
            yield f"part[{place}].hidden_checks", "the builder counts the hidden checks"
        if part.parameters and not built:
            yield f"part[{place}].parameters", "the builder takes them from the master"
    for place, response in enumerate(contents.response):
        if response.rubric and built:
            yield f"response[{place}].rubric", "learners get this file, so no rubric may be in it"


def _positive(number: float) -> bool:
    return number > 0 and not math.isinf(number)


def _known_keys(key: str) -> tuple[str, ...]:
    """The keys of the table at `key`."""
    tables: dict[str, type[msgspec.Struct]] = {
        "part": Part,
        "response": Response,
        "limits": Limits,
    }
    fields = tables.get(re.sub(r"\[.*", "", key), TopicToml).__struct_fields__
    return tuple(field for field in fields if field not in ("hidden_checks", "parameters"))


def _place(data: dict[str, Any], key: str) -> str:
    """How a message names `key`; within a list of tables also by the table's name."""
    if not key:
        return ""
    table = re.match(r"(part|response)\[(\d+)\]", key)
    if not table:
        return f"{key}: "
    name = _value(data, f"{table[0]}.name")
    named = f"`{name}`" if isinstance(name, str) and name else f"number {int(table[2]) + 1}"
    return f"{key} ({table[1]} {named}): "


def _value(data: Any, key: str) -> Any:
    """The value at `key`, e.g. `part[2].points`; None if there is none."""
    for name, index in _STEP.findall(key):
        if name:
            data = data.get(name) if isinstance(data, dict) else None
        elif isinstance(data, list) and int(index) < len(data):
            data = data[int(index)]
    return data


def _toml(value: Any) -> str:
    """`value` much as it stands in the file, cut where it is long."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, list) and len(value) > 3:
        return f"a list of {len(value)}"
    text = "a table" if isinstance(value, dict) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
