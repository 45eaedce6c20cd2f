"""What a learner names: a topic, a part, a file, a folder; or nothing, and then what they are at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nnlearn.catalogue import Part, Topic
from nnlearn.cli.place import Place, place_at
from nnlearn.errors import NnlearnError
from nnlearn.workspace.standing import Standing

FILES = (".py", ".ipynb")


@dataclass(frozen=True)
class Named:
    """What was named.

    Attributes:
        place: The topics among which it was found: those of the workspace it lies in.
        topic: The topic.
        part: The part, where a part was named.
        file: The file, where a file was named.
    """

    place: Place
    topic: Topic
    part: Part | None = None
    file: Path | None = None

    def needed_part(self) -> Part:
        """The part; of a topic or a file the first that does not pass yet.

        Raises:
            NnlearnError: A topic was named, and nothing is known of its parts: this is no workspace.
        """
        return self.part or self._standing().open_part(self.topic)

    def passed_part(self) -> Part:
        """The part; of a topic or a file the last that passes, or the first of all where none does.

        Raises:
            NnlearnError: As above.
        """
        return self.part or self._standing().passed_part(self.topic)

    def _standing(self) -> Standing:
        if self.place.workspace is None:
            parts = ", ".join(part.name for part in self.topic.parts)
            raise NnlearnError(
                f"`{self.topic.name}` is a topic, and a part is needed", f"its parts are {parts}"
            )
        return Standing(self.place.workspace)


def named(text: str | None, content: Path | None = None, *, ahead: bool = False) -> Named:
    """What `text` stands for.

    Args:
        text: A topic, a part, a file, a folder; None for what the learner is at.
        content: What `--content` says.
        ahead: Whether the next topic is meant where the learner is at one that is done.

    Raises:
        NnlearnError: There is nothing of that name, or it belongs to no topic.
    """
    path = Path(text or ".")
    place = place_at(path, content)
    if text is not None and place.is_name(text):
        topic, part = place.topic_or_part(text)
        return Named(place, topic, part)
    if path.is_dir():
        standing = Standing(place.need_workspace())
        return Named(place, standing.ahead(path) if ahead else standing.worked_on(path))
    if path.is_file():
        return Named(place, _topic_of(path, place), file=path)
    if path.suffix in FILES or len(path.parts) > 1:
        raise NnlearnError(f"there is no file {text}", "`nnlearn list` shows the topics")
    return Named(place, *place.topic_or_part(str(text)))  # raises, and says which name is like it


def _topic_of(file: Path, place: Place) -> Topic:
    topic = place.catalogue.topic_of(file.resolve())
    if topic is None:
        raise NnlearnError(
            f"the name of {file} does not say which topic it belongs to",
            "name it: nnlearn check FILE --topic TOPIC",
        )
    return topic
