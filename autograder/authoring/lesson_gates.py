"""The gates of a lesson's text: what a reader can count on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autograder.authoring.files import Problem
from autograder.authoring.glossary import places_of
from autograder.authoring.master import Kind, Master, read_master
from autograder.authoring.outline import Outline, Section
from autograder.authoring.question_rows import Places
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.catalogue.nearest import did_you_mean

MOST_WORDS = 2700
"""Of prose: half again as many as a lesson should have, which is about 1,800."""
RECALL = "**Do you remember?**"
GO_ON = "To go on with"
SOURCES = "Where this comes from"
_EXERCISES = ("Easy", "Harder", "Open")
_NUMBERED = re.compile(r"^\d+\. ", re.MULTILINE)
_NOT_PROSE = re.compile(r"^```.*?^```|\$\$.*?\$\$|^\s*\|[^\n]*", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"\S*\w\S*")
_LINK = re.compile(r"\]\(\.\./(\w+)/README\.md")
_CELL = re.compile(r"\bthe (?:cell|code) (above|below)\b")


def lesson_problems(topic: Topic) -> Iterator[Problem]:
    """What a reader of the lesson would miss, or stumble over.

    Raises:
        ContentError: The topic, or another of its course, cannot be read.
    """
    master = read_master(topic)
    outline = Outline(master)
    places = Places(master)
    for row in topic.questions:
        for fault in places.faults(row):
            yield Problem("questions", f"{fault.what}: {fault.next_step}")
        if not row.graded:
            what = f"question {row.number}: nothing that is graded goes wrong where it was not understood"
            yield Problem("questions", f"{what}: name a part or a prediction, or write one")
    for gate, found in (
        ("prose", _too_long(outline)),
        ("recall and exercises", _unasked(topic, outline)),
        ("links", _unlinked(topic, outline)),
        ("glossary", _unused_words(topic, master)),
        ("cells", _missing_cells(master, outline)),
        ("shuffle", _one_order(master)),
    ):
        yield from (Problem(gate, line) for line in found)


def words_in(outline: Outline) -> int:
    """How many words of prose a lesson has: code, formulas, tables, exercises and sources are none."""
    return sum(
        len(_WORD.findall(_NOT_PROSE.sub("", section.text)))
        for section in outline.sections
        if section.title not in (GO_ON, SOURCES)
    )


def _too_long(outline: Outline) -> Iterator[str]:
    words = words_in(outline)
    if words > MOST_WORDS:
        yield f"the lesson has {words:,} words of prose, {MOST_WORDS:,} at most: leave out what no part needs"


def _unasked(topic: Topic, outline: Outline) -> Iterator[str]:
    """Questions about earlier topics at the beginning, exercises for nobody's marks at the end."""
    before, _ = _neighbours(topic)
    opening = outline.sections[0].text if outline.sections else ""
    asked = len(_NUMBERED.findall(opening.partition(RECALL)[2]))
    if before and asked < 2:
        yield (
            f"expected `{RECALL}` with two numbered questions about earlier topics below the lesson's title, "
            f"got {asked}: write them"
        )
    section = outline.section(GO_ON)
    text = section.text if section is not None else ""
    wanted = [rf"^{number}\. \*{word}\.?\*" for number, word in enumerate(_EXERCISES, start=1)]
    if not all(re.search(line, text, re.MULTILINE) for line in wanted):
        there = "and it has others" if section is not None else "and there is no such heading"
        yield (
            f"expected three exercises that nobody grades below `## {GO_ON}`, {there}: "
            f"begin them with {', '.join(f'`{n}. *{word}.*`' for n, word in enumerate(_EXERCISES, start=1))}"
        )


def _unlinked(topic: Topic, outline: Outline) -> Iterator[str]:
    """Links to other topics: that they lead somewhere, and that there is one each way."""
    before, after = _neighbours(topic)
    for section in outline.sections:
        for name in _LINK.findall(section.text):
            if name not in (*before, *after, topic.name):
                near = did_you_mean(name, [*before, *after], "the other topics are")
                yield f"below `{section.title}` a link leads to a topic `{name}`, which there is not: {near}"
    ending = outline.section(GO_ON)
    linked = set(_LINK.findall(ending.text)) if ending is not None else set()
    for way, names in (("before", before), ("after", after)):
        if names and not linked & set(names):
            nearest = names[-1] if way == "before" else names[0]
            yield (
                f"below `## {GO_ON}` no link leads to a topic {way} this one: "
                f"write, for example, [...](../{nearest}/README.md)"
            )


def _neighbours(topic: Topic) -> tuple[list[str], list[str]]:
    """The topics of the course that come before this one, and those that come after it."""
    names = [other.name for other in load_catalogue(topic.exercise_dir.parents[1]).topics]
    place = names.index(topic.name)
    return names[:place], names[place + 1 :]


def _unused_words(topic: Topic, master: Master) -> Iterator[str]:
    for word in topic.glossary:
        if not places_of(master, word):
            yield f"the glossary explains `{word}`, which the lesson never says: write it there as here"


def _missing_cells(master: Master, outline: Outline) -> Iterator[str]:
    """Where the text speaks of a cell above or below, and its section has none there."""
    starts = [section for section in outline.sections if section.level <= 2]
    code = [cell.line for cell in master.cells if cell.kind not in (Kind.MARKDOWN, Kind.RESPONSE)]
    for cell in master.of(Kind.MARKDOWN, Kind.RESPONSE):
        for above, text in enumerate(cell.public.split("\n")):
            line = cell.line + above
            begin = max((section.line for section in starts if section.line <= line), default=0)
            end = min((section.line for section in starts if section.line > line), default=line + 10**6)
            for way in _CELL.findall(text):
                first, last = (begin, line) if way == "above" else (line, end)
                if not any(first <= there < last for there in code):
                    title = _title_at(starts, line)
                    yield f"{master.path}:{line}: there is no cell {way} in `{title}`: say where it is"


def _title_at(sections: list[Section], line: int) -> str:
    return next((section.title for section in reversed(sections) if section.line <= line), "")


def _one_order(master: Master) -> Iterator[str]:
    """Training that meets its examples in one order in every epoch."""
    for cell in master.of(Kind.CODE, Kind.DEMO, Kind.FIGURE):
        tree = ast.parse(cell.source)
        mixed = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and _is_shuffled(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "fit"
            ):
                continue
            given = {key.arg: key.value for key in node.keywords}
            epochs = node.args[3] if len(node.args) > 3 else given.get("epochs")
            shuffle = given.get("shuffle")
            first = node.args[0] if node.args else given.get("x")
            is_mixed = _is_shuffled(first) or (isinstance(first, ast.Name) and first.id in mixed)
            is_once = epochs is None or (isinstance(epochs, ast.Constant) and epochs.value == 1)
            is_fixed = isinstance(shuffle, ast.Constant) and shuffle.value is False
            if not (is_mixed or is_once or is_fixed):
                line = cell.line + node.lineno - 1
                yield (
                    f"{master.path}:{line}: after a seed, `fit` repeats one order of the examples in every "
                    "epoch: give it data.shuffled(x, y, batch_size=...), or say shuffle=False"
                )


def _is_shuffled(node: ast.expr | None) -> bool:
    """Whether what `fit` gets comes in a new order in every epoch: `data.shuffled`, a `tf.data` pipeline."""
    calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)] if node is not None else []
    return any(ast.unparse(call.func).endswith(("shuffled", ".shuffle")) for call in calls)
