"""Looks for anything private in what learners get.

What a build writes is made from public text alone. This looks at the files themselves, from the other end:
at every private line, and at whether it can be read in `exercises/`.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.authoring.idioms import tells
from autograder.authoring.master import Kind, Master, read_master
from autograder.authoring.visible import CheckFile, checks_of_topic
from nnlearn.catalogue import Prediction, Topic

_SHORTEST = 16
"""Shorter lines are found as a line of their own only, not within others."""
_READABLE = (".py", ".ipynb", ".md", ".json", ".toml", ".txt", ".csv", ".html", ".js")


def find_leaks(topic: Topic) -> list[str]:
    """Private things that can be read in `exercises/<topic>/`, one line for each."""
    return leaks_in(topic, topic.exercise_dir, f"exercises/{topic.name}")


def leaks_in(
    topic: Topic,
    folder: Path,
    shown_as: str,
    others: Sequence[Topic] = (),
    notebooks: Mapping[str, str] | None = None,
) -> list[str]:
    """Private things of `topic` that can be read in a folder that learners get, one line for each.

    Private are: lines of solutions and of known mistakes, unless the lesson itself shows them; names and
    lines of hidden checks; rubrics; the answers to predictions, and why other answers are wrong. Lines that
    anybody's code may have say nothing, see `autograder.authoring.idioms`; nor do lines that learners are
    given in any other topic, as whole lines.

    Args:
        topic: The topic.
        folder: The folder.
        shown_as: How the folder is called in what is found.
        others: Other topics, which may show what is private here: in their own files in the folder any text.
        notebooks: The topic of each notebook in the folder that is not named after it, by its name.
    """
    master = read_master(topic)
    checks = checks_of_topic(topic) if topic.checks else CheckFile("", {}, (), ())
    public, visible = _Text("\n".join(_public(master))), _Text(checks.visible)
    private: list[tuple[str, str]] = [
        ("a line of a solution", line)
        for cell in master.of(Kind.PART)
        for line in _lines(cell.source)
        if line not in public
    ]
    private += [
        ("a line of a known mistake", line)
        for line in _lines(_mistakes_code(topic))
        if line not in public and line not in visible
    ]
    private += [
        ("a line of a hidden check", line)
        for piece in checks.private
        for line in _lines(piece)
        if line not in visible and line not in public
    ]
    private += [
        ("a line of a rubric", line.strip())
        for response in topic.responses
        for line in response.rubric
        if line.strip()
    ]
    private += [
        ("why a prediction is wrong", line.strip())
        for prediction in topic.predictions
        for wrong in prediction.wrong
        for line in wrong.why.split("\n")
        if line.strip() and line.strip() not in public
    ]
    shown_by = {other.name: "\n".join(_shown_by(other)) for other in others}
    theirs = {name: _Text(text) for name, text in shown_by.items()}
    given = _Text("\n".join(shown_by.values()))
    found: dict[str, None] = {}
    for file in _files(folder):
        inside = file.relative_to(folder)
        shown = f"{shown_as}/{inside.as_posix()}"
        text = _text_of(file)
        here, expected = _Text(text), theirs.get(_topic_of(inside, theirs, notebooks or {}), _Text(""))
        for what, line in private:
            if line in here and line not in expected and not given.has_line(line):
                found[f"{shown} holds {what}: {line}"] = None
        for name in checks.hidden_names:
            if here.names(name) and not expected.names(name):
                found[f"{shown} names the hidden check {name}"] = None
        answered = _answered_in_toml if file.suffix == ".toml" else _answered_in_code
        for key in answered(text, topic.predictions):
            found[f"{shown} holds the answer to the prediction `{key}`"] = None
    return list(found)


def _shown_by(topic: Topic) -> Iterator[str]:
    """What learners get of a topic."""
    yield from _public(read_master(topic))
    if topic.checks is not None:
        yield checks_of_topic(topic).visible


def _topic_of(file: Path, topics: Iterable[str], notebooks: Mapping[str, str]) -> str:
    """Which of these topics a file of an assignment belongs to: as its notebook, or as what checks it."""
    stem = notebooks.get(file.stem, file.stem)
    return next((name for name in topics if name in (stem, *file.parts[:-1])), "")


class _Text:
    """A text in which lines of code are looked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = {line.strip() for line in text.split("\n")}

    def __contains__(self, line: str) -> bool:
        return line in self._lines or (len(line) >= _SHORTEST and line in self._text)

    def has_line(self, line: str) -> bool:
        """Whether a line is in it as a line of its own."""
        return line in self._lines

    def names(self, name: str) -> bool:
        """Whether a name is in it, as a word of its own."""
        return re.search(rf"\b{name}\b", self._text) is not None


def _public(master: Master) -> Iterator[str]:
    """What the author shows: lesson, demonstrations, stubs, hints."""
    for cell in master.cells:
        yield cell.public
    for part in master.topic.parts:
        yield from part.hints


def _lines(code: str) -> list[str]:
    """The lines that say something, without what surrounds them."""
    return [line for line in dict.fromkeys(line.strip() for line in code.split("\n")) if tells(line)]


def _mistakes_code(topic: Topic) -> str:
    """The known mistakes without the messages, which learners get."""
    return "\n".join(_without_messages(file.read_text(encoding="utf-8")) for file in topic.mistake_files)


def _without_messages(text: str) -> str:
    lines = text.split("\n")
    tree = ast.parse(text)
    messages: list[ast.AST] = [
        node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    messages += [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    for node in messages:
        first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(lines)


def _answered_in_code(text: str, predictions: Iterable[Prediction]) -> Iterator[str]:
    """The predictions whose answer stands next to their key, in a learner's file or a visible check."""
    for item in predictions:
        literal = re.escape(repr(item.answer))
        if isinstance(item.answer, str):
            literal = f"['\"]{re.escape(item.answer)}['\"]"
        if re.search(rf"['\"]{re.escape(item.key)}['\"]\s*[:,]\s*(answer=)?{literal}(?![\w.])", text):
            yield item.key


def _answered_in_toml(text: str, predictions: Iterable[Prediction]) -> Iterator[str]:
    """The predictions of a topic.toml that say anything about what is right or wrong."""
    known = {item.key for item in predictions}
    try:
        tables = tomllib.loads(text).get("prediction", [])
    except tomllib.TOMLDecodeError:
        return  # what cannot be read is not what a build writes, and another gate says so
    for table in tables:
        if table.get("key") in known and table.keys() & {"answer", "tolerance", "wrong"}:
            yield table["key"]


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder).parts
        if file.is_file() and file.suffix in _READABLE and "__pycache__" not in inside:
            yield file


def _text_of(file: Path) -> str:
    """The text of a file; of JSON, what its strings say."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix not in (".ipynb", ".json"):
        return text
    try:
        return "\n".join(_strings(json.loads(text)))
    except ValueError:
        return text


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)  # the lines of a notebook's cell
        for inner in value:
            yield from _strings(inner)
