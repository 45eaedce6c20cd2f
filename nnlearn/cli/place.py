"""Where a command works: the workspace around the current folder, else a content tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nnlearn import __version__
from nnlearn.catalogue import SELF_STUDY, Catalogue, Part, Topic, load_catalogue
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.cli.say import complain
from nnlearn.errors import ContentError, NnlearnError
from nnlearn.workspace.workspace import Workspace, find_workspace


@dataclass(frozen=True)
class Place:
    """The topics a command speaks of.

    Attributes:
        catalogue: The topics.
        workspace: The workspace they are in, or None where they are in none.
        was_named: Whether `--content` named them, whatever workspace is around.
    """

    catalogue: Catalogue
    workspace: Workspace | None
    was_named: bool = False

    def need_workspace(self) -> Workspace:
        """The workspace.

        Raises:
            NnlearnError: There is none.
        """
        if self.workspace is None:
            if self.was_named:
                raise NnlearnError("--content names no workspace", "leave it out, or name your file")
            raise NnlearnError(
                f"{Path.cwd()} is in no workspace", "go to yours with cd, or make one: nnlearn init"
            )
        return self.workspace

    def part(self, name: str) -> tuple[Topic, Part]:
        """The part called `name`, with its topic; `TOPIC.PART` where several topics have it.

        Raises:
            ContentError: There is none, or more than one.
        """
        prefix, _, last = name.rpartition(".")
        found = [
            (topic, part)
            for topic in self.catalogue.topics
            for part in topic.parts
            if part.name == last and prefix in ("", topic.name)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            names = [f"{topic.name}.{part.name}" for topic, part in found]
            raise ContentError(f"{len(found)} topics have a part `{name}`", f"say which: {', '.join(names)}")
        known = [part.name for topic in self.catalogue.topics for part in topic.parts]
        raise ContentError(
            f"there is no part called `{name}`",
            self._nearest(last, known, "`nnlearn list TOPIC` shows those of a topic"),
        )

    def is_name(self, text: str) -> bool:
        """Whether a topic or a part is called `text`."""
        last = text.rpartition(".")[2]
        return any(
            text == topic.name
            or any(last == part.name and text in (last, f"{topic.name}.{last}") for part in topic.parts)
            for topic in self.catalogue.topics
        )

    def topic_or_part(self, name: str) -> tuple[Topic, Part | None]:
        """The topic called `name`, else the part with its topic.

        Raises:
            ContentError: There is neither.
        """
        topic = next((topic for topic in self.catalogue.topics if topic.name == name), None)
        if topic is not None:
            return topic, None
        try:
            return self.part(name)
        except ContentError as error:
            if not error.problem.startswith("there is no"):
                raise
        known = [topic.name for topic in self.catalogue.topics]
        known += [part.name for topic in self.catalogue.topics for part in topic.parts]
        raise ContentError(
            f"there is no topic and no part called `{name}`",
            self._nearest(
                name, known, "`nnlearn list` shows the topics, `nnlearn list TOPIC` the parts of one"
            ),
        )

    def say_notes(self) -> None:
        """Say what was wrong with the file of progress, if anything was."""
        if self.workspace is not None:
            for note in self.workspace.progress.notes:
                complain(f"Note: {note}")

    def _nearest(self, name: str, known: list[str], otherwise: str) -> str:
        nearest = did_you_mean(name, known, "")
        return nearest if nearest.startswith("did you") else otherwise


def place_at(path: Path, content: Path | None = None) -> Place:
    """The place a command works in that is given a path.

    Args:
        path: It. Its workspace goes before that of the current folder.
        content: What `--content` says; it goes before everything else.

    Raises:
        NnlearnError: The workspace or the content tree is not as it should be.
    """
    workspace = None
    if content is None:
        workspace = (find_workspace(path) if path.exists() else None) or find_workspace()
    if workspace is not None:
        return Place(workspace.catalogue, workspace)
    return Place(load_catalogue(content), None, content is not None)


def here(content: Path | None = None) -> Place:
    """The place a command works in that is given none: the current folder's."""
    return place_at(Path.cwd(), content)


def source_of(workspace: Workspace, content: Path | None = None) -> Catalogue:
    """The content tree that a workspace was made from.

    Args:
        workspace: The workspace.
        content: Another tree, if `--content` says so.

    Raises:
        ContentError: It is not there any more.
    """
    return load_catalogue(content or workspace.source)


def whole_topic(place: Place, topic: Topic, content: Path | None = None) -> Topic:
    """A topic with what learners do not get of it, as far as that is here.

    Args:
        place: Where it was found.
        topic: The topic, as it was found there.
        content: Another tree to look in, if `--content` says so.

    Raises:
        ContentError: The tree it comes from is not there any more, or has no such topic.
    """
    source = content or (place.workspace.source if place.workspace else None)
    return load_catalogue(source, self_study=True).topic(topic.name)


def not_installed(what: str, command: str) -> NnlearnError:
    """What to raise where something is asked for that is not given out in a class.

    Args:
        what: What is asked for, as the beginning of a sentence.
        command: What shows it where a content tree has it.
    """
    return NnlearnError(
        f"{what} are not part of nnlearn, so that it can be used in class",
        f"if you learn alone, install {SELF_STUDY} {__version__} beside it; whoever teaches the course has "
        f"them: {command} --content DIR shows those in DIR",
    )
