"""The page that says which topic answers which question."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.pages import build_pages
from nnlearn import cli
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.errors import ContentError

QUESTIONS = """# numbered as the author likes
7 = "What is half?"
110 = "Why halve?"
"""
ROW = """
[[question]]
number = 110
answered = "Half of a number"
shown = "Half of a number"
graded = ["halve", "floor_of_minus_seven_halves"]
"""


@pytest.fixture
def asked(course: Path, topic: Topic, edit: Callable[..., None]) -> Path:
    """A course with two questions, one of which its topic answers."""
    (course / "solutions/questions.toml").write_text(QUESTIONS)
    edit(topic.toml, "[[part]]", f"{ROW}\n[[part]]")
    return course


def test_the_page_names_the_topics(asked: Path) -> None:
    """Those that none answers are on it too."""
    assert build_pages(load_catalogue(asked))
    page = (asked / "exercises/QUESTIONS.md").read_text()
    assert page.splitlines()[-2:] == [
        "| 7 | What is half? | not yet | | |",
        "| 110 | Why halve? | [Halving](halving/README.md#half-of-a-number) "
        "| [demonstration](halving/README.md#half-of-a-number) "
        "| [`halve`](halving/README.md#half-of-a-number), "
        "[`floor_of_minus_seven_halves`](halving/README.md#guess-first) |",
    ]
    assert not build_pages(load_catalogue(asked))


def test_a_course_without_questions_has_no_page(asked: Path) -> None:
    """Its topics may have numbers all the same."""
    build_pages(load_catalogue(asked))
    (asked / "solutions/questions.toml").unlink()
    assert build_pages(load_catalogue(asked))
    assert not (asked / "exercises/QUESTIONS.md").exists()
    assert not build_pages(load_catalogue(asked))


def test_a_question_that_nobody_asked(asked: Path, topic: Topic, edit: Callable[..., None]) -> None:
    """The file that names it, and the numbers that are near."""
    edit(topic.toml, "number = 110", "number = 111")
    with pytest.raises(ContentError) as caught:
        build_pages(load_catalogue(asked))
    assert str(caught.value) == (
        f"{topic.toml}: [[question]]: {asked}/solutions/questions.toml has no question 111\n"
        "  did you mean `110`?"
    )


@pytest.mark.parametrize("text", ["1 = 2\n", 'one = "What?"\n', "1 = \n", '1 = " "\n', '1 = "a | b"\n'])
def test_questions_that_are_none(asked: Path, text: str) -> None:
    """The message shows a line as it should be."""
    (asked / "solutions/questions.toml").write_text(text)
    with pytest.raises(ContentError, match=r"questions\.toml.*\n  write lines like: 1 = "):
        build_pages(load_catalogue(asked))


def test_building_any_topic_builds_the_page(asked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And a page that is not as it should be is said before it is committed."""

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["nnlearn", "topic", *arguments, "--content", str(asked)])
            with pytest.raises(SystemExit) as ended:
                cli.main()
        return int(ended.value.code or 0), capsys.readouterr().out

    code, out = run("build", "halving")
    assert (code, out.splitlines()[-1]) == (0, "built exercises/QUESTIONS.md")
    assert run("build", "--check") == (0, "up to date: halving\n")
    (asked / "exercises/QUESTIONS.md").write_text("mine")
    code, out = run("build", "--check")
    assert (code, out.splitlines()) == (
        1,
        ["exercises/QUESTIONS.md is stale: its sources have changed", "Next: nnlearn topic build"],
    )
    assert run("build", "halving") == (
        0,
        "exercises/halving is up to date\nbuilt exercises/QUESTIONS.md\n",
    )
