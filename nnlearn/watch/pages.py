"""Pages that lie over the board until they are closed: the list of topics, the lesson, a long message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.text import Text

from nnlearn.render.terminal import THEME, lesson_in_terminal
from nnlearn.watch.draw import page_lines

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
            lines[self.chosen] = Text(f"> {lines[self.chosen].plain[2:]}", style="reverse", no_wrap=True)
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


def lesson_page(title: str, markdown: str, folder: Path) -> Page:
    """A lesson, to be read in the terminal.

    Args:
        title: Its heading.
        markdown: Its text.
        folder: Where its pictures are.
    """

    def make(width: int) -> list[Text]:
        width = min(width, _LESSON_WIDTH)
        console = Console(width=width, force_terminal=True, highlight=False, theme=THEME)
        rendered = console.render_lines(lesson_in_terminal(markdown, folder, width), pad=False)
        return [Text.assemble(*((s.text, s.style or "") for s in line), no_wrap=True) for line in rendered]

    return Page(title, make)
