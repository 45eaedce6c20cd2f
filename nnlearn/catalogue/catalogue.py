"""Catalogue: all topics of a content tree."""

from __future__ import annotations

import importlib.util
import os
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from nnlearn import __version__
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.catalogue.ready_made import expanded
from nnlearn.catalogue.toml_faults import TopicToml
from nnlearn.catalogue.topic import PREDICTIONS, Part, Topic
from nnlearn.catalogue.topic_toml import read_topic_toml
from nnlearn.errors import ContentError

CONTENT_VARIABLE = "NNLEARN_CONTENT"
SELF_STUDY = "nnlearn-selfstudy"
"""The distribution with what is private in a class, for those who learn alone."""
APART = ".nnlearn/course"
"""The folder of a workspace for what nnlearn reads of its topics, and learners need not see."""
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Catalogue:
    """The topics under `root`, in the order of the course."""

    root: Path
    topics: tuple[Topic, ...]

    @property
    def questions(self) -> Path:
        """The questions that the course answers, by number; a tree need not have them."""
        return self.root / "solutions" / "questions.toml"

    @property
    def questions_page(self) -> Path:
        """Which topic answers which question, for learners."""
        return self.root / "exercises" / "QUESTIONS.md"

    @property
    def glossary_page(self) -> Path:
        """The words that topics introduce, for learners."""
        return self.root / "exercises" / "GLOSSARY.md"

    def topic(self, name: str) -> Topic:
        """The topic called `name`.

        Raises:
            ContentError: There is none; the message names the nearest.
        """
        for topic in self.topics:
            if topic.name == name:
                return topic
        if not self.topics:
            raise ContentError(
                f"there is no topic called `{name}`: {self.root} holds no topics",
                f"start one with `nnlearn topic new {name}`, or point --content at another tree",
            )
        raise ContentError(
            f"there is no topic called `{name}`",
            did_you_mean(name, [topic.name for topic in self.topics], "the topics are"),
        )

    def name_of(self, topic: Topic, part: str) -> str:
        """How commands are told a part: by its name, or `topic.part` where other topics have one like it."""
        others = (other for other in self.topics if other.name != topic.name)
        is_common = any(part == known.name for other in others for known in other.parts)
        return f"{topic.name}.{part}" if is_common else part

    def topic_of(self, path: Path) -> Topic | None:
        """The topic whose folders hold `path`, else the one the file is named after, else None."""
        named = next((topic for topic in self.topics if topic.name == path.stem), None)
        return self.topic_around(path) or named

    def topic_around(self, path: Path) -> Topic | None:
        """The topic whose folders hold `path`, or None."""
        place = path.resolve()
        for topic in self.topics:
            for folder in (topic.exercise_dir, topic.solution_dir, topic.checks_dir):
                if folder is not None and (folder == place or folder in place.parents):
                    return topic
        return None


def load_catalogue(
    content: Path | None = None, only: Collection[str] | None = None, *, self_study: bool = False
) -> Catalogue:
    """Find and validate the topics of a content tree.

    Args:
        content: The tree; without it the one that NNLEARN_CONTENT names, else the one that came
            with nnlearn.
        only: The topics to read; all if left out. What else the tree holds is not looked at, so a
            learner may have a choice of topics, and folders of their own beside them.
        self_study: Whether what is private of the content that came with nnlearn counts as there where it
            is installed for those who learn alone.

    Raises:
        ContentError: It is no content tree, or a topic in it is not as it should be; or what is installed
            for those who learn alone is of another version.
    """
    root, origin = tree_of(content)
    if not root.is_dir():
        raise ContentError(f"{origin}: there is no folder {root}", "name the folder that holds exercises/")
    if not any((root / tree).is_dir() for tree in ("exercises", "solutions")):
        raise ContentError(
            f"{origin}: {root} holds neither exercises/ nor solutions/, so it is no content tree",
            f"point --content or {CONTENT_VARIABLE} at the folder that holds exercises/",
        )
    names = only
    if names is None:
        names = {folder.name for tree in ("exercises", "solutions") for folder in _folders(root / tree)}
    private = (_for_self_study(root) if self_study else None) or root
    read = (_read_topic(root, name, private) for name in names)
    topics = tuple(sorted(read, key=lambda t: (t.order, t.name)))
    if only is None:
        _require_existing(topics)
        _refuse_cycles(topics)
    return Catalogue(root, topics)


def has_topic(root: Path, name: str, *, private: bool = False) -> bool:
    """Whether the tree at `root` holds a topic of this name.

    Args:
        root: A content tree, or a workspace.
        name: The topic.
        private: Whether what authors write counts too.
    """
    folders = [_apart(root, name) or root / "exercises" / name]
    folders += [root / "solutions" / name] if private else []
    return any((folder / "topic.toml").is_file() for folder in folders)


def _apart(root: Path, name: str) -> Path | None:
    folder = root / APART / name
    return folder if folder.is_dir() else None


def tree_of(content: Path | None) -> tuple[Path, str]:
    """The content tree that a command works with, if there is one at all, and what made it that one.

    Args:
        content: What `--content` says.
    """
    if content is not None:
        return content.expanduser().resolve(), "--content"
    if chosen := os.environ.get(CONTENT_VARIABLE):
        return Path(chosen).expanduser().resolve(), CONTENT_VARIABLE
    return came_with_nnlearn(), "the content that came with nnlearn"


def came_with_nnlearn() -> Path:
    """The content tree that is part of the installation, or of the clone."""
    installed = _PACKAGE / "content"
    return installed if installed.is_dir() else _PACKAGE.parent


def _for_self_study(root: Path) -> Path | None:
    """Where the private content lies that belongs to an installed tree without any; None if it is nowhere.

    Raises:
        ContentError: What is installed belongs to another nnlearn, and so to other exercises.
    """
    if root != came_with_nnlearn() or (root / "solutions").is_dir():
        return None
    package = importlib.util.find_spec(SELF_STUDY.replace("-", "_"))
    if package is None or package.origin is None:
        return None
    from importlib.metadata import version

    if (found := version(SELF_STUDY)) != __version__:
        raise ContentError(
            f"{SELF_STUDY} {found} belongs to nnlearn {found}, and this is nnlearn {__version__}",
            f"install {SELF_STUDY} {__version__}, from where you have nnlearn",
        )
    return Path(package.origin).parent / "content"


def _folders(tree: Path) -> Iterator[Path]:
    """The topic folders in `tree`; what tools leave behind (`__pycache__` ...) is none."""
    if not tree.is_dir():
        return
    for folder in tree.iterdir():
        if folder.name[0] in "._" or not folder.is_dir():
            continue
        if any(file.name[0] not in "._" for file in folder.iterdir()):
            yield folder


def _read_topic(root: Path, name: str, private: Path) -> Topic:
    """The topic called `name` of a tree; what learners do not get of it lies in `private`."""
    exercise, solution = root / "exercises" / name, private / "solutions" / name
    checks = private / "autograder" / "checks" / name
    if not name.isidentifier():
        raise ContentError(
            f"{solution if solution.is_dir() else exercise}: a topic's folder is named as a Python "
            f"module (letters, digits, _), got `{name}`",
            f"rename it, for example: {''.join(c if c.isalnum() else '_' for c in name)}",
        )
    is_private, apart = solution.is_dir(), _apart(root, name)
    folder = solution if is_private else apart or exercise
    contents = read_topic_toml(folder / "topic.toml", built=not is_private)
    parts = tuple(_with_rules(part, contents) for part in contents.part)
    if is_private:
        parts = _with_hidden_checks(parts, exercise / "topic.toml")
    return Topic(
        name=name,
        title=contents.title,
        order=contents.order,
        summary=contents.summary,
        questions=contents.question,
        glossary=contents.glossary,
        requires=contents.requires,
        parts=parts,
        predictions=contents.prediction,
        responses=contents.response,
        limits=contents.limits,
        pitfalls=contents.pitfalls,
        exercise_dir=exercise,
        apart_dir=apart,
        solution_dir=solution if is_private else None,
        checks_dir=checks if checks.is_dir() else None,
    )


def _with_rules(part: Part, contents: TopicToml) -> Part:
    """`part` with everything that it must not use, and all that it may; predictions use nothing."""
    if part.name == PREDICTIONS:
        return part
    forbid, allow = expanded((*contents.forbid, *part.forbid)), expanded((*contents.allow, *part.allow))
    return msgspec.structs.replace(part, forbid=forbid, allow=allow)


def _with_hidden_checks(parts: Iterable[Part], built: Path) -> tuple[Part, ...]:
    """`parts` with the numbers of hidden checks from the built topic.toml.

    That file may be missing, damaged or of another time. Building it anew puts it right and needs a
    catalogue, so until then there are none.
    """
    try:
        tables = tomllib.loads(built.read_bytes().decode()).get("part", [])
        counts = {table["name"]: int(table.get("hidden_checks", 0)) for table in tables}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        counts = {}
    return tuple(msgspec.structs.replace(part, hidden_checks=counts.get(part.name, 0)) for part in parts)


def _require_existing(topics: tuple[Topic, ...]) -> None:
    names = [topic.name for topic in topics]
    for topic in topics:
        for place, other in enumerate(topic.requires):
            if other not in names:
                raise ContentError(
                    f"{topic.toml}: requires[{place}]: expected the name of a topic, got `{other}`",
                    did_you_mean(other, names, "the topics are"),
                )


def _refuse_cycles(topics: tuple[Topic, ...]) -> None:
    requires = {topic.name: topic.requires for topic in topics}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            ring = " -> ".join([*way[way.index(name) :], name])
            file = next(topic.toml for topic in topics if topic.name == name)
            raise ContentError(
                f"{file}: requires: topics cannot require each other in a ring: {ring}",
                "take one of them out of `requires`",
            )
        if name not in done:
            for other in requires[name]:
                visit(other, (*way, name))
            done.add(name)

    for name in requires:
        visit(name, ())
