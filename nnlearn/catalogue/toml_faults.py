"""What is in topic.toml, key by key, and what can be wrong with it that types cannot say."""

from __future__ import annotations

import keyword
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from nnlearn.catalogue.nearest import did_you_mean, one_of
from nnlearn.catalogue.prediction import KINDS, Prediction
from nnlearn.catalogue.question import Question
from nnlearn.catalogue.ready_made import group_of, groups
from nnlearn.catalogue.sealed import opened
from nnlearn.catalogue.toml_words import ABSENT
from nnlearn.catalogue.topic import DIFFICULTIES, PREDICTIONS, Limits, Part, Response

HINTS = 3
_ENTRY = re.compile(r"(kernel|group):(\w+)|kernel:\*|[^\W\d]\w*(\.[^\W\d]\w*)*(\.\*)?")
Fault = tuple[str, str, Any]
"""A key, what was expected there, and what was received."""


class TopicToml(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of topic.toml, key by key."""

    title: str
    order: int
    summary: str
    part: tuple[Part, ...]
    requires: tuple[str, ...] = ()
    pitfalls: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    limits: Limits = Limits()
    question: tuple[Question, ...] = ()
    glossary: dict[str, str] = {}
    prediction: tuple[Prediction, ...] = ()
    response: tuple[Response, ...] = ()


def faults_in(contents: TopicToml, built: bool) -> Iterator[Fault]:
    """Every fault.

    Args:
        contents: Of a topic.toml.
        built: It is the learner's copy.
    """
    for key in ("title", "summary"):
        if not getattr(contents, key).strip():
            yield key, "some text", getattr(contents, key)
    for place, name in enumerate(contents.pitfalls):
        if not _is_name(name):
            yield f"pitfalls[{place}]", "the name of a known mistake", name
        elif name in contents.pitfalls[:place]:
            yield f"pitfalls[{place}]", "each mistake once", name
    for word, meaning in contents.glossary.items():
        if not word.strip() or not meaning.strip():
            yield f"glossary.{word}", "a word and what it means", meaning
    for name in Limits.__struct_fields__:
        if not _positive(getattr(contents.limits, name)):
            yield f"limits.{name}", "a number above 0", getattr(contents.limits, name)
    for key, entries in _lists_of(contents).items():
        yield from _entry_faults(key, entries)
    if not contents.part:
        yield "part", "at least one part", []
    yield from _faults_in_names(contents)
    for place, part in enumerate(contents.part):
        yield from _part_faults(f"part[{place}]", part, built)
    yield from _prediction_faults(contents, built)
    yield from _row_faults(contents)
    for place, response in enumerate(contents.response):
        key = f"response[{place}].rubric"
        if not built and not any(line.strip() for line in response.rubric):
            yield key, "at least one line that says how to mark it", list(response.rubric)


def unwanted_in(contents: TopicToml, built: bool) -> Iterator[tuple[str, str]]:
    """Keys that belong in the other copy of topic.toml, and why."""
    for place, part in enumerate(contents.part):
        if part.hidden_checks and not built:
            yield f"part[{place}].hidden_checks", "the builder counts the hidden checks"
        if part.parameters and not built:
            yield f"part[{place}].parameters", "the builder takes them from the master"
    for place, item in enumerate(contents.prediction):
        if item.sealed and not built:
            yield f"prediction[{place}].sealed", "the builder seals `answer`, `tolerance` and `wrong`"
    if not built:
        return
    if contents.pitfalls:
        yield "pitfalls", "learners get this file, so no known mistake may be named in it"
    for place, response in enumerate(contents.response):
        if response.rubric:
            yield f"response[{place}].rubric", "learners get this file, so no rubric may be in it"
    for place, item in enumerate(contents.prediction):
        private = {"answer": item.answer is not None, "tolerance": item.tolerance, "wrong": item.wrong}
        for key, there in private.items():
            if there:
                yield f"prediction[{place}].{key}", "learners get this file, so no answer may be in it"


def unknown_groups_in(contents: TopicToml) -> Iterator[tuple[str, str]]:
    """Where a `forbid` or `allow` names a group that there is not: the key, and the name of the group."""
    for key, entries in _lists_of(contents).items():
        for place, entry in enumerate(entries):
            group = group_of(entry)
            if group is not None and group not in groups():
                yield f"{key}[{place}]", group


def _faults_in_names(contents: TopicToml) -> Iterator[Fault]:
    """Of parts and responses, which share their names and are both worth points."""
    seen: set[str] = set()
    tables: list[tuple[str, Sequence[Part | Response]]] = [
        ("part", contents.part),
        ("response", contents.response),
    ]
    for kind, items in tables:
        for place, item in enumerate(items):
            key = f"{kind}[{place}]"
            if not _is_name(item.name):
                yield f"{key}.name", "a Python name (letters, digits, _)", item.name
            if item.name in seen:
                yield f"{key}.name", "a name that no other part or response has", item.name
            seen.add(item.name)
            if not _positive(item.points):
                yield f"{key}.points", "a number above 0", item.points


def _part_faults(key: str, part: Part, built: bool) -> Iterator[Fault]:
    if len(part.hints) != HINTS:
        yield f"{key}.hints", f"exactly {HINTS} hints", list(part.hints)
    for place, hint in enumerate(part.hints):
        if not hint.strip():
            yield f"{key}.hints[{place}]", "some text", hint
    for name, value in (("minutes", part.minutes), ("difficulty", part.difficulty)):
        if value is None and not built:  # older copies of learners have none
            yield f"{key}.{name}", "", ABSENT
    if part.minutes is not None and part.minutes <= 0:
        yield f"{key}.minutes", "a whole number above 0", part.minutes
    if part.difficulty not in (None, *DIFFICULTIES):
        yield f"{key}.difficulty", _quoted(DIFFICULTIES), part.difficulty


def _row_faults(contents: TopicToml) -> Iterator[Fault]:
    """Of the rows of questions; whether the lesson has such headings and figures, its author's tools know."""
    graded = [part.name for part in contents.part if part.name != PREDICTIONS]
    graded += [item.key for item in contents.prediction]
    numbers = Counter[int]()
    for place, row in enumerate(contents.question):
        key = f"question[{place}]"
        if row.number < 1:
            yield f"{key}.number", "a question's number, from 1", row.number
        if numbers[row.number]:
            yield f"{key}.number", "each number once", row.number
        numbers[row.number] += 1
        for name in ("answered", "shown"):
            if not getattr(row, name).strip():
                yield f"{key}.{name}", "some text", getattr(row, name)
        for index, name in enumerate(row.graded):
            if name not in graded:
                near = did_you_mean(name, graded, "there are")
                yield f"{key}.graded[{index}]", f"a part or the key of a prediction ({near})", name


def _lists_of(contents: TopicToml) -> dict[str, tuple[str, ...]]:
    """Every `forbid` and `allow`, by its key."""
    lists = {"forbid": contents.forbid, "allow": contents.allow}
    for place, part in enumerate(contents.part):
        lists |= {f"part[{place}].forbid": part.forbid, f"part[{place}].allow": part.allow}
    return lists


def _entry_faults(key: str, entries: Sequence[str]) -> Iterator[Fault]:
    for place, name in enumerate(entries):
        if not _ENTRY.fullmatch(name):
            yield f"{key}[{place}]", "a dotted name, NAME.*, kernel:NAME or group:NAME", name


def _prediction_faults(contents: TopicToml, built: bool) -> Iterator[Fault]:
    has_part = any(part.name == PREDICTIONS for part in contents.part)
    if contents.prediction and not has_part:
        yield "part", f"a part `{PREDICTIONS}` for the predictions", [p.name for p in contents.part]
    if has_part and not contents.prediction and not built:
        yield "prediction", f"at least one prediction for the part `{PREDICTIONS}`", []
    keys = Counter[str]()
    for place, item in enumerate(contents.prediction):
        key = f"prediction[{place}]"
        if not _is_name(item.key):
            yield f"{key}.key", "a Python name (letters, digits, _)", item.key
        if keys[item.key]:
            yield f"{key}.key", "a key that no other prediction has", item.key
        keys[item.key] += 1
        yield from _question_faults(key, item)
        if built and not _can_be_opened(item):
            yield f"{key}.sealed", "the answers as `nnlearn topic build` seals them", item.sealed
        if not built:
            yield from _answer_faults(key, item)


def _can_be_opened(item: Prediction) -> bool:
    try:
        opened(item)
    except ValueError:
        return False
    return True


def _question_faults(key: str, item: Prediction) -> Iterator[Fault]:
    for name in ("about", "question"):
        if not getattr(item, name).strip():
            yield f"{key}.{name}", "some text", getattr(item, name)
    if isinstance(item.allowed, str):
        if item.allowed not in KINDS:
            yield f"{key}.allowed", f"{_quoted(KINDS)}, or a list of choices", item.allowed
        if item.gloss:
            yield f"{key}.gloss", "nothing, since there are no choices", item.gloss
        return
    if len(item.allowed) < 2:
        yield f"{key}.allowed", "at least two choices", item.allowed
    for place, word in enumerate(item.allowed):
        if not word.strip() or word in item.allowed[:place]:
            yield f"{key}.allowed[{place}]", "a choice that no other is like", word
    for word in item.gloss:
        if word not in item.allowed:
            yield f"{key}.gloss", f"one of the choices {_quoted(item.allowed)}", word


def _answer_faults(key: str, item: Prediction) -> Iterator[Fault]:
    if item.answer is None:
        yield f"{key}.answer", "", ABSENT
        return
    if not item.is_allowed(item.answer):
        yield f"{key}.answer", item.allowed_in_words, item.answer
    if item.tolerance and item.allowed != "number":
        yield f"{key}.tolerance", "none, since only a number can be nearly right", item.tolerance
    if not 0 <= item.tolerance < math.inf:
        yield f"{key}.tolerance", "a number that is 0 or above", item.tolerance
    seen: list[Any] = []
    for place, wrong in enumerate(item.wrong):
        where = f"{key}.wrong[{place}]"
        if not item.is_allowed(wrong.answer):
            yield f"{where}.answer", item.allowed_in_words, wrong.answer
        if item.is_right(wrong.answer):
            near = f", which is {item.answer} give or take {item.tolerance:g}" if item.tolerance else ""
            yield f"{where}.answer", f"an answer other than the right one{near}", wrong.answer
        if wrong.answer in seen:
            yield f"{where}.answer", "an answer that has no explanation yet", wrong.answer
        seen.append(wrong.answer)
        if not wrong.why.strip():
            yield f"{where}.why", "some text", wrong.why
    if item.is_choice:
        missing = [word for word in item.allowed if word not in (item.answer, *seen)]
        if missing:
            explained = [wrong.answer for wrong in item.wrong]
            yield f"{key}.wrong", f"an explanation of {_quoted(missing)} as well", explained


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _positive(number: float) -> bool:
    return number > 0 and not math.isinf(number)


def _quoted(words: Iterable[str]) -> str:
    """`"a", "b" or "c"`."""
    return one_of(f'"{word}"' for word in words)
