"""The page with the questions, their answers and where they come from, and what `nnlearn ask` reads."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.build import build_topic
from autograder.authoring.pages import build_pages
from nnlearn import cli
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.catalogue.answers import read_answers
from nnlearn.errors import ContentError

QUESTIONS = """# numbered as the author likes
7 = "What is half?"
110 = "Why halve?"
"""
ROW = '''
[[question]]
number = 110
answered = "Half of a number"
shown = "Half of a number"
graded = ["halve", "floor_of_minus_seven_halves"]
answer = """
Because half is less. It is
enough, too.
"""
sources = ["[Python, operators](https://docs.python.org/3/library/operator.html)"]
original = "Halving makes two."
correction = "It makes one, half as large."
'''


@pytest.fixture
def asked(course: Path, topic: Topic, edit: Callable[..., None]) -> Path:
    """A course with two questions, one of which its topic answers."""
    (course / "solutions/questions.toml").write_text(QUESTIONS)
    edit(topic.toml, "[[part]]", f"{ROW}\n[[part]]")
    with topic.master.open("a") as master:
        master.write("\n# %% [markdown]\n# From [Python](https://docs.python.org/3/library/operator.html).\n")
    return course


def test_the_page_has_answers_and_names_the_topics(asked: Path) -> None:
    """Those that none answers are on it too."""
    assert build_pages(load_catalogue(asked))
    page = (asked / "exercises/QUESTIONS.md").read_text()
    assert page[page.index("## 7") :] == (
        "## 7. What is half?\n\n*Not answered yet.*\n\n"
        "## 110. Why halve?\n\nBecause half is less. It is enough, too.\n\n"
        "> **The original said:** Halving makes two.\n>\n> It makes one, half as large.\n\n"
        "*Source: [Python, operators](https://docs.python.org/3/library/operator.html)*\n\n"
        "Answered in [Halving](halving/README.md#half-of-a-number), shown by the "
        "[demonstration](halving/README.md#half-of-a-number), graded by "
        "[`halve`](halving/README.md#half-of-a-number), "
        "[`floor_of_minus_seven_halves`](halving/README.md#guess-first).\n"
    )
    assert not build_pages(load_catalogue(asked))


def test_what_is_asked_is_read_from_one_file(asked: Path) -> None:
    """So that it is there at once, whatever else the course holds."""
    build_pages(load_catalogue(asked))
    shutil.rmtree(asked / "solutions")
    first, second = read_answers(asked)
    assert (first.number, first.answer, first.where) == (7, "", ())
    assert (second.question, second.answer) == ("Why halve?", "Because half is less. It is enough, too.")
    assert [link.text for link in second.where[0].graded] == ["halve", "floor_of_minus_seven_halves"]


def test_learners_copies_have_no_rows(asked: Path) -> None:
    """What is asked of a topic is on the page, and in that file."""
    build_topic(load_catalogue(asked).topic("halving"))
    assert "question]]" not in (asked / "exercises/halving/topic.toml").read_text()


@pytest.mark.parametrize("remains", ["answer", "nothing"])
def test_a_question_has_one_home(asked: Path, topic: Topic, edit: Callable[..., None], remains: str) -> None:
    """A question that a topic has a row of is answered in short, once."""
    if remains == "answer":
        other = asked / "solutions" / "quartering"
        shutil.copytree(topic.toml.parent, other)
        (other / f"{topic.name}.py").rename(other / "quartering.py")
        shutil.copytree(asked / "autograder/checks" / topic.name, asked / "autograder/checks/quartering")
        got = "got: `halving` and this one have one\n  take it out of one of them"
    else:
        begin, end = ROW.index("answer = "), len(ROW)
        edit(topic.toml, ROW[begin:end], "\n")
        got = "got: none has one\n  write it, and its `sources`, in its home"
    with pytest.raises(ContentError, match="question 110: expected one topic to have its `answer`") as caught:
        build_pages(load_catalogue(asked))
    assert str(caught.value).endswith(got)


def test_a_course_without_questions_has_no_page(asked: Path) -> None:
    """Its topics may have numbers all the same."""
    build_pages(load_catalogue(asked))
    (asked / "solutions/questions.toml").unlink()
    assert build_pages(load_catalogue(asked))
    assert not (asked / "exercises/QUESTIONS.md").exists()
    assert not (asked / "exercises/questions.json").exists()
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


@pytest.mark.parametrize("text", ["1 = 2\n", 'one = "What?"\n', "1 = \n", '1 = " "\n'])
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
    assert (code, out.splitlines()[-1]) == (0, "built exercises/questions.json")
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
