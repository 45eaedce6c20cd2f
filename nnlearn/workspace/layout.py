"""What a workspace consists of: the files that `nnlearn init` offers, as bytes by path."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nnlearn.catalogue import APART, Topic
from nnlearn.errors import ContentError

_PYTEST = """\
# So that `pytest`, and the test explorer of an editor, find the checks.
[pytest]
testpaths = exercises
addopts = --import-mode=importlib
"""
_GITIGNORE = """\
__pycache__/
.pytest_cache/
.ipynb_checkpoints/
.nnlearn/*.lock
.nnlearn/backups/
.nnlearn/lessons/
"""
_README = """\
# Your workspace

{files}

{commands}

Plain pytest works too, with breakpoints and print: `pytest exercises/{topic}`.

`nnlearn init` brings the exercises up to date and keeps what you wrote.
What you have done is kept in `.nnlearn/progress.json`.
"""


def offered_files(topics: Iterable[Topic]) -> dict[str, bytes]:
    """The files of a workspace with `topics`, by their path under its root, with `/` between folders.

    Raises:
        ContentError: A topic has not been built, or a file cannot be read.
    """
    topics = tuple(topics)
    files = {
        "README.md": _readme(topics),
        "pytest.ini": _PYTEST.encode(),
        ".gitignore": _GITIGNORE.encode(),
        ".vscode/settings.json": _json(
            {
                "python.defaultInterpreterPath": sys.executable,
                "python.testing.pytestEnabled": True,
                "python.testing.unittestEnabled": False,
                "python.testing.pytestArgs": ["exercises"],
            }
        ),
        ".vscode/extensions.json": _json({"recommendations": ["ms-python.python", "ms-toolsai.jupyter"]}),
    }
    for topic in topics:
        if not topic.stub.is_file():
            raise ContentError(
                f"{topic.exercise_dir} has no {topic.stub.name}: topic `{topic.name}` has not been built",
                f"build it first: nnlearn topic build {topic.name}",
            )
        for file in _files_of(topic.exercise_dir):
            try:
                files[place_of(topic, file)] = file.read_bytes()
            except OSError as error:
                raise ContentError(
                    f"{file} cannot be read: {error.strerror}", "look at its rights, or install nnlearn again"
                ) from error
    return files


def place_of(topic: Topic, file: Path) -> str:
    """Where in a workspace a file of a topic's exercise belongs: a path under the root."""
    folder = f"{APART}/{topic.name}" if file in topic.read_by_nnlearn else f"exercises/{topic.name}"
    return f"{folder}/{file.relative_to(topic.exercise_dir).as_posix()}"


def what_is_there(topics: Sequence[Topic]) -> list[str]:
    """A line about each file of a workspace, those of a topic by the example of the first."""
    name = topics[0].name
    files = {
        f"exercises/{name}/": "a topic; the others are folders like it:" if len(topics) > 1 else "the topic:",
        "  README.md": "its lesson",
        f"  {name}.py": "what you fill in, in an editor",
        f"  {name}.ipynb": "lesson and exercise in one: fill in this or the other",
        f"  test_{name}.py": "the checks, which pytest runs too",
        "  figures/": "the pictures of the lesson",
        "README.md": "these words, and the commands",
        "pytest.ini, .vscode/": "so that pytest and VS Code find the checks",
        ".nnlearn/": "what you have done, backups, and what nnlearn reads",
    }
    width = max(map(len, files)) + 2
    return [f"{file:<{width}}{what}" for file, what in files.items()]


def _files_of(folder: Path) -> Iterator[Path]:
    """What learners get of a topic's folder; what tools leave behind is left out."""
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder).parts
        if file.is_file() and not any(name[0] == "." or name == "__pycache__" for name in inside):
            yield file


def _readme(topics: tuple[Topic, ...]) -> bytes:
    topic, part = topics[0].name, topics[0].parts[0].name
    commands = {
        "nnlearn list": "the topics, and what is done",
        f"nnlearn lesson {topic}": "read the lesson",
        f"nnlearn check {topic}": "check your work",
        f"nnlearn hint {part}": "a hint; the next time, the next one",
        "nnlearn progress": "how much of each topic is done",
        "nnlearn": "check your work each time you save",
    }
    width = max(map(len, commands)) + 3
    lines = "\n".join(f"    {command:<{width}}{what}" for command, what in commands.items())
    files = "\n".join(f"    {line}" for line in what_is_there(topics))
    return _README.format(topic=topic, files=files, commands=lines).encode()


def _json(document: dict[str, object]) -> bytes:
    return (json.dumps(document, indent=2) + "\n").encode()
