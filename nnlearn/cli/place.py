"""Where a command works: the workspace around the current folder, else a content tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nnlearn.catalogue import Catalogue, Part, Topic, load_catalogue
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
    """

    catalogue: Catalogue
    workspace: Workspace | None

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
        if any(topic.name == name for topic in self.catalogue.topics):
            parts = ", ".join(part.name for part in self.catalogue.topic(name).parts)
            raise ContentError(f"`{name}` is a topic, and a part is needed", f"its parts are {parts}")
        known = [part.name for topic in self.catalogue.topics for part in topic.parts]
        raise ContentError(
            f"there is no part called `{name}`", self._nearest(last, known, "`nnlearn list` shows all parts")
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
            self._nearest(name, known, "`nnlearn list` shows them all"),
        )

    def say_notes(self) -> None:
        """Say what was wrong with the file of progress, if anything was."""
        if self.workspace is not None:
            for note in self.workspace.progress.notes:
                complain(f"Note: {note}")

    def _nearest(self, name: str, known: list[str], otherwise: str) -> str:
        nearest = did_you_mean(name, known, "")
        return nearest if nearest.startswith("did you") else otherwise


def here(content: Path | None = None) -> Place:
    """The place a command works in.

    Args:
        content: What `--content` says; it goes before everything else.

    Raises:
        NnlearnError: The workspace or the content tree is not as it should be.
    """
    workspace = find_workspace() if content is None else None
    if workspace is not None:
        return Place(workspace.catalogue, workspace)
    return Place(load_catalogue(content), None)


def require_workspace(content: Path | None = None) -> tuple[Place, Workspace]:
    """The place, which has to be in a workspace.

    Raises:
        NnlearnError: It is in none.
    """
    place = here(content)
    if place.workspace is None:
        raise NnlearnError(
            f"{Path.cwd()} is in no workspace",
            "go to yours with cd, or make one: nnlearn init",
        )
    return place, place.workspace


def source_of(workspace: Workspace, content: Path | None = None) -> Catalogue:
    """The content tree that a workspace was made from.

    Args:
        workspace: The workspace.
        content: Another tree, if `--content` says so.

    Raises:
        ContentError: It is not there any more.
    """
    return load_catalogue(content or workspace.source)
