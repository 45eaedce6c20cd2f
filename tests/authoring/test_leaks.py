"""Whatever is private is found when it lies in what learners get."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.build import build_topic
from autograder.authoring.leaks import find_leaks, leaks_in
from autograder.authoring.new import write_skeleton
from nnlearn.catalogue import Topic, load_catalogue

Edit = Callable[..., None]
MISTAKES = '''from nnlearn.diagnosis import mistake

@mistake("halve")
def rounds(x):
    """Half of 1 comes back as 0."""
    return np.asarray(x) // 2
'''
WRONG = """
[[prediction.wrong]]
answer = -3
why = "-3 is what rounding towards zero gives."

"""


@pytest.fixture
def built(topic: Topic, course: Path) -> Topic:
    """The topic, built, with known mistakes that are not recorded."""
    build_topic(topic)
    gallery = course / "autograder/checks/halving/mistakes"
    gallery.mkdir()
    (gallery / "__init__.py").write_text("from . import halve\n")
    (gallery / "halve.py").write_text(MISTAKES)
    topic.toml.write_text(topic.toml.read_text().replace("[[response]]", f"{WRONG}[[response]]"))
    return load_catalogue(course).topic("halving")


def test_a_fresh_build_leaks_nothing(built: Topic) -> None:
    """Also with figures, hints and helpers in it."""
    assert find_leaks(built) == []


@pytest.mark.parametrize(
    ("file", "text", "leak"),
    [
        ("README.md", "return np.asarray(x) / 2", "holds a line of a solution"),
        ("halving.py", "x = np.asarray(x) // 2; return np.asarray(x) // 2", "of a known mistake"),
        ("test_halving.py", "table = rng.normal(size=(4, 3))", "holds a line of a hidden check"),
        ("diagnoses.json", '{"checks": {"test_halves_tables": []}}', "names the hidden check test_"),
        ("topic.toml", "# 1 point: // rounds towards minus infinity and / does not.", "of a rubric"),
        ("halving.py", '"floor_of_minus_seven_halves": -4,', "answer to the prediction `floor_of"),
        ("topic.toml", "answer = -4\n", "answer to the prediction `floor_of_minus_seven_halves`"),
        ("topic.toml", "tolerance = 0.5\n", "answer to the prediction `floor_of_minus_seven_halves`"),
        ("README.md", "-3 is what rounding towards zero gives.", "holds why a prediction is wrong"),
        (
            "test_halving.py",
            'expect.prediction(learner, "floor_of_minus_seven_halves", -4)',
            "answer to the prediction `floor_of_minus_seven_halves`",
        ),
    ],
)
def test_what_is_planted_is_found(built: Topic, file: str, text: str, leak: str) -> None:
    """File and line are named."""
    path = built.exercise_dir / file
    before = path.read_text() if path.exists() and file != "diagnoses.json" else ""
    if file == "topic.toml" and "=" in text:  # behind the prediction, which is not the last table
        before, table, after = before.partition("[[response]]")
        path.write_text(before.rstrip() + "\n" + text + table + after)
    else:
        path.write_text(before + text)
    found = find_leaks(built)
    assert any(leak in line and line.startswith(f"exercises/halving/{file}") for line in found)


IDIOMS = ("if mask is not None:", "for axis in axes:", "super().__init__(**kwargs)")
SOLUTION = """\
    def other(mask, axes, **kwargs):
        super().__init__(**kwargs)
        if mask is not None:
            y = x + 1
        for axis in axes:
            return y
    return x * 0.5
"""


@pytest.fixture
def with_idioms(topic: Topic, edit: Edit) -> Topic:
    """The topic with lines in its solution that can be in anybody's code, and short ones that cannot."""
    edit(topic.master, "    return np.asarray(x) / 2\n", SOLUTION)
    build_topic(topic)
    return topic


def test_lines_of_anybodys_code_are_no_leaks(with_idioms: Topic) -> None:
    """A visible check, or a picture, may have them as the solution does."""
    for file in (with_idioms.visible_checks, with_idioms.plots):
        file.write_text("\n".join((*IDIOMS, "    pass", "return y")))
    assert find_leaks(with_idioms) == []


@pytest.mark.parametrize("line", ["y = x + 1", "return x * 0.5"])
def test_a_short_line_of_the_solution_is_a_leak_where_it_stands_alone(with_idioms: Topic, line: str) -> None:
    with_idioms.visible_checks.write_text(f"for x in xs:\n    {line}\n")
    assert find_leaks(with_idioms) == [
        f"exercises/halving/test_halving.py holds a line of a solution: {line}"
    ]
    with_idioms.visible_checks.write_text(f"    assert {line}25\n")
    assert find_leaks(with_idioms) == []


def test_topics_in_one_folder_may_show_what_is_private_in_another(built: Topic, tmp_path: Path) -> None:
    """In their own files; and in those that are of neither topic, everything counts."""
    solution = "return np.asarray(x) / 2"
    write_skeleton("other", tmp_path)
    other = load_catalogue(tmp_path).topic("other")
    assert other.master is not None
    other.master.write_text(
        other.master.read_text().replace("x = np.linspace", f"# {solution}\nx = np.linspace")
    )
    release = tmp_path / "release"
    release.mkdir()
    (release / "other.ipynb").write_text(solution)
    assert leaks_in(built, release, "release") == [
        f"release/other.ipynb holds a line of a solution: {solution}"
    ]
    assert leaks_in(built, release, "release", [other]) == []
    assert leaks_in(other, release, "release", [built]) == []
    for name in ("halving.ipynb", "notes.md"):
        (release / name).write_text(solution)
        found = leaks_in(built, release, "release", [other])
        assert found == [f"release/{name} holds a line of a solution: {solution}"]
        (release / name).unlink()


def test_a_line_that_learners_are_given_in_any_topic_is_no_leak(built: Topic, tmp_path: Path) -> None:
    """Wherever it stands; but a piece of a line that is given is not, nor a notebook of another name."""
    solution = "return np.asarray(x) / 2"
    write_skeleton("other", tmp_path)
    other = load_catalogue(tmp_path).topic("other")
    assert other.master is not None
    master = other.master.read_text()
    release = tmp_path / "release"
    release.mkdir()
    for name in ("halving.ipynb", "notes.md", "week_3.ipynb"):
        (release / name).write_text(f"def f(x):\n    {solution}\n")
    other.master.write_text(master.replace("x = np.linspace", f"# {solution}\nx = np.linspace"))
    expected = [
        f"release/{name} holds a line of a solution: {solution}" for name in ("halving.ipynb", "notes.md")
    ]
    assert leaks_in(built, release, "release", [other], {"week_3": "other"}) == expected
    other.master.write_text(
        master.replace("x = np.linspace", f"def f(x):\n    {solution}\n\nx = np.linspace")
    )
    assert leaks_in(built, release, "release", [other]) == []
    other.master.write_text(master)
    assert len(leaks_in(built, release, "release", [other])) == 3


def test_what_the_lesson_shows_is_no_leak(built: Topic, edit: Edit) -> None:
    """An author may show a line of the solution in a demonstration."""
    edit(built.master, "import matplotlib.pyplot as plt", "return_value = 1\n# return np.asarray(x) / 2")
    build_topic(built, force=True) if built.mistakes is None else None
    built.lesson.write_text("return np.asarray(x) / 2")
    assert find_leaks(built) == []


def test_a_notebook_is_searched_cell_by_cell(built: Topic) -> None:
    """A line of code is found behind JSON's escapes."""
    text = built.notebook.read_text()
    built.notebook.write_text(text.replace("One paragraph", "return np.asarray(x) / 2 "))
    assert find_leaks(built) == [
        "exercises/halving/halving.ipynb holds a line of a solution: return np.asarray(x) / 2"
    ]
