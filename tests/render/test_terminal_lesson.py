"""A lesson in a terminal: nothing of it in a notation that only a page can show, and no line too long."""

from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from nnlearn.catalogue import load_catalogue
from nnlearn.render.terminal import lesson_in_terminal
from nnlearn.watch.pages import lesson_page

LONG = (
    "```python\n"
    "def f(x):\n"
    "    # A comment that goes on and on, so that it has to end below, where it is still a comment.\n"
    "    return alpha(x) + beta(x) + gamma(x) + delta(x) + epsilon(x) + zeta(x)\n"
    "```\n"
)


def shown(markdown: str, folder: Path, width: int) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(lesson_in_terminal(markdown, folder, width))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def test_long_lines_of_code_go_on_below_and_a_comment_stays_one(tmp_path: Path) -> None:
    assert shown(LONG, tmp_path, 60).strip("\n") == (
        " def f(x):\n"
        "     # A comment that goes on and on, so that it has to end\n"
        "     # below, where it is still a comment.\n"
        "     return alpha(x) + beta(x) + gamma(x) + delta(x) +\n"
        "             epsilon(x) + zeta(x)"
    )


def test_cases_of_a_formula_are_separated_once(tmp_path: Path) -> None:
    cases = r"$$f(x) = \begin{cases} x & x > 0, \\ 0 & \text{elsewhere} \end{cases}$$"
    assert "f(x) = { x x > 0; 0 elsewhere" in shown(cases, tmp_path, 80)


@pytest.mark.parametrize("topic", load_catalogue().topics, ids=lambda topic: topic.name)
def test_the_watch_shows_a_lesson_as_the_command_does(topic) -> None:
    markdown = topic.lesson.read_text(encoding="utf-8")
    page = lesson_page(topic, markdown)
    on_page = "\n".join(line.plain.rstrip() for line in page.make(80))
    assert on_page == shown(markdown, topic.exercise_dir, 80)
    assert "$" not in on_page
    assert max(map(cell_len, on_page.splitlines())) <= 80, "columns: a bar over a letter takes none"
