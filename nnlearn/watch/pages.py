"""Pages that lie over the board until they are closed: the list of topics, the lesson, a long message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from nnlearn.catalogue import Topic
from nnlearn.render.terminal import THEME, lesson_in_terminal
from nnlearn.watch.draw import page_lines
from nnlearn.workspace.standing import Standing

_LESSON_WIDTH = 92


@dataclass
class Page:
    """Lines to scroll through, one of which can be chosen if there is anything to choose.

    Attributes:
        title: Its heading.
        make: Gives the lines for a width.
        choices: What can be chosen, one for each line; none for a page to read.
        chosen: The number of the line that Enter would take.
        first: The first line that is shown.
    """

    title: str
    make: Callable[[int], Sequence[Text]]
    choices: tuple[str, ...] = ()
    chosen: int = 0
    first: int = 0
    _room: int = 1
    _made: tuple[int, Sequence[Text]] = field(default=(0, ()))

    def lines(self, width: int, height: int) -> list[Text]:
        """The page for a terminal of this size."""
        if self._made[0] != width:
            self._made = (width, self.make(width))
        lines = list(self._made[1])
        room = self._room = max(1, height - 2)
        if self.choices:
            chosen = f"> {lines[self.chosen].plain[2:]}"
            lines[self.chosen] = Text(chosen, style="reverse", no_wrap=True, overflow="ellipsis")
            self.first = min(max(self.first, self.chosen - room + 1), self.chosen)
        self.first = max(0, min(self.first, len(lines) - room))
        shown = page_lines(self.title, lines, self.first, width, height)
        if self.choices:
            keys = Text("up, down", style="bold reverse") + Text(" choose  ", style="not bold not reverse")
            keys.append("enter", style="bold reverse")
            keys.append(" go there  ")
            keys.append("q", style="bold reverse")
            keys.append(" back")
            shown[-1] = keys
        return shown

    def move(self, key: str) -> None:
        """Scroll, or choose another line."""
        page = max(1, self._room - 1)
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "page up": -page, "b": -page, "page down": page}
        step = steps.get(key, 0)
        if self.choices:
            self.chosen = max(0, min(self.chosen + step, len(self.choices) - 1))
        else:
            self.first = max(0, self.first + step)


def topics_page(standing: Standing, here: Topic) -> Page:
    """The topics to choose from: how far one is, how long they take, and their titles where there is room."""
    topics = standing.topics
    columns = [
        [topic.name for topic in topics],
        [f"{standing.passed(topic)} of {len(topic.parts)} parts pass" for topic in topics],
        [topic.effort for topic in topics],
        [topic.title for topic in topics],
    ]

    def make(width: int) -> list[Text]:
        wide, narrow = (_in_columns(columns[:count]) for count in (4, 3))
        fits = max(len(line) for line in wide) <= width
        return [Text(line, no_wrap=True, overflow="ellipsis") for line in (wide if fits else narrow)]

    return Page("Topics", make, tuple(columns[0]), topics.index(here))


def _in_columns(columns: Sequence[Sequence[str]]) -> list[str]:
    """Lines with room for a mark before them; what is empty from top to bottom is left out."""
    widths = [max(len(cell) for cell in column) for column in columns]
    rows = zip(*columns, strict=True)
    padded = ([f"{c:<{w}}" for c, w in zip(row, widths, strict=True) if w] for row in rows)
    return ["  ".join(["", *cells]).rstrip() for cells in padded]


def lesson_page(topic: Topic, markdown: str) -> Page:
    """The lesson of a topic, to be read in the terminal."""

    def make(width: int) -> list[Text]:
        room = min(width, _LESSON_WIDTH)
        console = Console(width=room, force_terminal=True, highlight=False, theme=THEME)
        rendered = console.render_lines(lesson_in_terminal(markdown, topic.exercise_dir, room), pad=False)
        return [Text.assemble(*((s.text, s.style or "") for s in line), no_wrap=True) for line in rendered]

    return Page(topic.title, make)
