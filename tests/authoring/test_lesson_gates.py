"""Each gate of a lesson's text is broken once, and says what it misses and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.lesson_gates import MOST_WORDS, lesson_problems
from autograder.authoring.new import write_skeleton
from nnlearn.catalogue import Topic, load_catalogue

Edit = Callable[..., None]
ROW = """
[[question]]
number = 110
answered = "Half of a number"
shown = "Half of a number"
graded = ["halve", "floor_of_minus_seven_halves"]
"""


def problems(course: Path, name: str = "halving") -> list[tuple[str, str]]:
    """The gates of a lesson that do not hold, with the paths cut short."""
    found = lesson_problems(load_catalogue(course).topic(name))
    return [(problem.gate, problem.what.replace(f"{course}/solutions/", "")) for problem in found]


@pytest.fixture
def two(course: Path, edit: Edit) -> Path:
    """A course of two topics whose lessons lead to each other."""
    write_skeleton("thirds", course)
    edit(course / "solutions/thirds/topic.toml", "order = 100", "order = 101")
    edit(
        course / "solutions/halving/halving.py",
        "is something halved, and why?\n",
        "is something halved, and why?\n#\n# After it: [Thirds](../thirds/README.md).\n",
    )
    return course


def test_lessons_with_nothing_wrong(two: Path) -> None:
    """The skeleton is one, by itself and after another topic."""
    assert problems(two) == []
    assert problems(two, "thirds") == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            'answered = "Half of a number"',
            'answered = "Half of the number"',
            "question 110: answered: expected a heading of the lesson, got `Half of the number`: "
            "did you mean `Half of a number`?",
        ),
        (
            'shown = "Half of a number"',
            'shown = "halves"',
            "question 110: shown: expected a figure or a heading of the lesson, got `halves`: "
            "it has Halving, Guess first, Half of a number, To go on with",
        ),
        (
            'shown = "Half of a number"',
            'shown = "Guess first"',
            "question 110: shown: no cell below the heading `Guess first` shows anything: "
            'write one, tagged "demo", or name a figure',
        ),
        (
            'graded = ["halve", "floor_of_minus_seven_halves"]',
            "graded = []",
            "question 110: nothing that is graded goes wrong where it was not understood: "
            "name a part or a prediction, or write one",
        ),
    ],
)
def test_a_question_without_answer_figure_or_mark(
    course: Path, topic: Topic, edit: Edit, old: str, new: str, what: str
) -> None:
    """Each of the three is asked for."""
    edit(topic.toml, "[[part]]", f"{ROW}\n[[part]]")
    assert problems(course) == []
    edit(topic.toml, f"\n{old}", f"\n{new}")  # the skeleton has a row as a comment
    assert problems(course) == [("questions", what)]


_ANSWER = 'answer = "Half is less. It is enough."\nsources = ["[Python](https://docs.python.org/3/)"]\n'


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            "Half is less. It is enough.",
            "Half is less.",
            "answer: expected 2 to 5 sentences, got 1: say it in so many",
        ),
        (
            "It is enough.",
            "So. So. So. So. So.",
            "answer: expected 2 to 5 sentences, got 6: say it in so many",
        ),
        (
            '"[Python](https://docs.python.org/3/)"',
            "",
            "sources: expected what the answer rests on, got nothing: cite it",
        ),
        (
            "[Python](https://docs.python.org/3/)",
            "the manual",
            "sources: expected a link in Markdown, got `the manual`: give its address",
        ),
        (
            "docs.python.org/3/)",
            "www.python.org/3/)",
            "sources: the lesson does not cite https://www.python.org/3/: cite it there too",
        ),
        (
            'answer = "Half is less. It is enough."\n',
            "",
            "expected an `answer`, got only what belongs to one: write it",
        ),
        (
            "\nsources",
            '\noriginal = "It is more."\nsources',
            "expected `correction` beside `original`: write it, or take both out",
        ),
    ],
)
def test_an_answer_in_short_rests_on_what_the_lesson_cites(
    course: Path, topic: Topic, edit: Edit, old: str, new: str, what: str
) -> None:
    """It is short, has a source that the lesson has too, and says why the original was wrong where it was."""
    edit(topic.master, "# A picture says", "# See [Python](https://docs.python.org/3/).\n#\n# A picture says")
    edit(topic.toml, "[[part]]", f"{ROW}{_ANSWER}\n[[part]]")
    assert problems(course) == []
    edit(topic.toml, old, new)
    assert problems(course) == [("questions", f"question 110: {what}")]


def test_a_lesson_that_is_too_long(course: Path, topic: Topic, edit: Edit) -> None:
    """Prose counts; code, tables, formulas, exercises and sources do not."""
    long = "and so on " * (MOST_WORDS // 3)
    edit(topic.master, "# Nobody grades these three.", f"# {long}")
    edit(topic.master, "# A picture says", f"# ```\n# {long}\n# ```\n#\n# | {long} |\n#\n# A picture says")
    assert problems(course) == []
    edit(topic.master, "# One paragraph:", f"# {long}\n# One paragraph:")
    [(gate, what)] = problems(course)
    assert gate == "prose"
    assert what.endswith(f" words of prose, {MOST_WORDS:,} at most: leave out what no part needs")


def test_nothing_is_asked_about_earlier_topics(two: Path, edit: Edit) -> None:
    """Of a topic that has any; one question is not two."""
    edit(two / "solutions/thirds/thirds.py", "# 2. What did you guess wrong?\n", "")
    assert problems(two, "thirds") == [
        (
            "recall and exercises",
            "expected `**Do you remember?**` with two numbered questions about earlier topics below the "
            "lesson's title, got 1: write them",
        )
    ]


def test_no_exercises_at_the_end(course: Path, topic: Topic, edit: Edit) -> None:
    """Easy, harder, open: all three."""
    expected = (
        "expected three exercises that nobody grades below `## To go on with`, {}: "
        "begin them with `1. *Easy.*`, `2. *Harder.*`, `3. *Open.*`"
    )
    edit(topic.master, "# 3. *Open.*", "# 3. *Last.*")
    assert problems(course) == [("recall and exercises", expected.format("and it has others"))]
    edit(topic.master, "# ## To go on with", "# ## The end")
    assert problems(course) == [("recall and exercises", expected.format("and there is no such heading"))]


def test_lessons_that_lead_nowhere(two: Path, edit: Edit) -> None:
    """A link each way, and none to a topic that there is not."""
    edit(two / "solutions/halving/halving.py", "(../thirds/README.md)", "(../third/README.md)")
    edit(two / "solutions/thirds/thirds.py", "# Before this topic: [Halving](../halving/README.md).", "#")
    assert problems(two) == [
        (
            "links",
            "below `To go on with` a link leads to a topic `third`, which there is not: "
            "did you mean `thirds`?",
        ),
        (
            "links",
            "below `## To go on with` no link leads to a topic after this one: "
            "write, for example, [...](../thirds/README.md)",
        ),
    ]
    assert problems(two, "thirds") == [
        (
            "links",
            "below `## To go on with` no link leads to a topic before this one: "
            "write, for example, [...](../halving/README.md)",
        )
    ]


def test_a_word_that_the_lesson_never_says(course: Path, topic: Topic) -> None:
    """It is in the glossary and nowhere else."""
    topic.toml.write_text(topic.toml.read_text() + '\n[glossary]\nhalf = "0.5"\nmoiety = "A half."\n')
    assert problems(course) == [
        ("glossary", "the glossary explains `moiety`, which the lesson never says: write it there as here")
    ]


def test_a_cell_that_is_not_there(course: Path, topic: Topic, edit: Edit) -> None:
    """Above or below, in the section that speaks of it."""
    edit(
        topic.master,
        "# See what your function makes",
        "# As the cell above says, see what your function makes",
    )
    assert problems(course) == []
    edit(
        topic.master,
        "# A picture says",
        "# In the cell above, change x. In the cell below, too. A picture says",
    )
    [(gate, what)] = problems(course)
    assert gate == "cells"
    assert what.startswith("halving/halving.py:")
    assert what.endswith(": there is no cell above in `Half of a number`: say where it is")


@pytest.mark.parametrize(
    ("call", "holds"),
    [
        ("model.fit(x, y, epochs=3, verbose=0)", False),
        ("model.fit(x, y, epochs=epochs, shuffle=True)", False),
        ("model.fit(x, y, 32, 3)", False),
        ("model.fit(x, y)", True),
        ("model.fit(x, y, epochs=3, shuffle=False)", True),
        ("model.fit(data.shuffled(x, y, batch_size=4), epochs=3)", True),
        ("batches = data.shuffled(x, y, batch_size=4)\nmodel.fit(batches, epochs=3)", True),
        ("batches = tf.data.Dataset(x).shuffle(9).batch(3)\nmodel.fit(batches, epochs=3)", True),
        ("batches = tf.data.Dataset(x).batch(3)\nmodel.fit(batches, epochs=3)", False),
    ],
)
def test_training_in_one_order(course: Path, topic: Topic, edit: Edit, call: str, holds: bool) -> None:
    """After a seed, `fit` repeats one order of arrays in every epoch."""
    edit(topic.master, "with lesson.if_written():\n", f"{call}\nwith lesson.if_written():\n")
    found = problems(course)
    assert [gate for gate, _ in found] == ([] if holds else ["shuffle"])
    if not holds:
        line = (topic.master.read_text() if topic.master else "").split("\n").index(call.split("\n")[-1]) + 1
        assert found[0][1] == (
            f"halving/halving.py:{line}: after a seed, `fit` repeats one order of the examples in every "
            "epoch: give it data.shuffled(x, y, batch_size=...), or say shuffle=False"
        )
