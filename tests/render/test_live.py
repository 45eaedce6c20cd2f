"""What moves on a terminal while a command works, and the lines that stand for it elsewhere."""

import io
import re

import pytest
from rich.console import Console

from autograder.render.live import Live


def console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=80, color_system=None)


def said_on(place: Console) -> str:
    return place.file.getvalue()  # type: ignore[attr-defined]


def cursor(place: Console) -> list[bool]:
    """Whether the cursor is shown, each time that something is said of it."""
    return [shown == "h" for shown in re.findall(r"\x1b\[\?25([hl])", said_on(place))]


def test_on_a_terminal_it_moves_until_the_end() -> None:
    """And gives the terminal back, its cursor too, while something else uses it."""
    place = console(terminal=True)
    with Live(place, place.status("working ...")) as live:
        assert live.moves
        assert cursor(place) == [False]
        with live.put_aside():
            assert "working ..." in said_on(place)
            assert said_on(place).endswith("\x1b[2K")
            assert cursor(place) == [False, True]
        assert cursor(place) == [False, True, False]
    assert cursor(place) == [False, True, False, True]
    assert said_on(place).endswith("\x1b[2K")


@pytest.mark.parametrize("line", ["halving: 3 implementations", "[red]eve[/] :bomb:", "long " * 40])
def test_elsewhere_there_are_lines_and_nothing_else(line: str) -> None:
    place = console(terminal=False)
    with Live(place, place.status("working ...")) as live:
        assert not live.moves
        live.say(line)
        with live.put_aside():
            pass
    assert said_on(place) == f"{line}\n"
