"""`nnlearn topic check`: every gate is broken once, and has to say so by name."""

import re

import pytest
from authoring.here import check_topic
from typer.testing import CliRunner

from autograder.authoring.figures import overweight
from nnlearn.catalogue import load_catalogue
from nnlearn.cli import build_app


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def gates_that_do_not_hold(course):
    topic = load_catalogue(course).topic("toy")
    return {(problem.gate, problem.what) for problem in check_topic(topic).problems}


def names(problems):
    """The gates, without the one that every changed source trips: the exercise is not built anew here."""
    return {gate for gate, _ in problems} - {"built"}


def test_the_miniature_course_passes_every_gate(toy_course, here):
    result = CliRunner().invoke(build_app(), ["topic", "check", "--content", str(toy_course)])
    assert result.exit_code == 0, result.output
    assert "every gate holds" in result.output
    for row in ("reference", "stub", "alternative", "mistake", "Time per part: softmax"):
        assert row in result.output


def test_a_broken_gate_exits_1_and_is_named(toy_course, here):
    edit(toy_course / "exercises/toy/README.md", "A toy", "A hand edit")
    result = CliRunner().invoke(build_app(), ["topic", "check", "--content", str(toy_course)])
    assert result.exit_code == 1
    assert re.search(r"GATE built: .*README\.md", result.output)


def test_a_source_newer_than_the_exercise(toy_course):
    edit(toy_course / "solutions/toy/toy.py", "To test the tools with.", "To test tools with.")
    problems = gates_that_do_not_hold(toy_course)
    assert {gate for gate, _ in problems} == {"built"}


def test_a_solution_line_in_the_exercise(toy_course):
    edit(
        toy_course / "exercises/toy/toy.py",
        'raise NotImplementedError("softmax: not written yet")',
        'raise NotImplementedError("softmax: not written yet")\n'
        "    shifted = ops.exp(z - ops.max(z, axis=axis, keepdims=True))",
    )
    problems = gates_that_do_not_hold(toy_course)
    assert names(problems) == {"private"}
    assert any("shifted = ops.exp" in what for _, what in problems)


def test_what_is_forbidden_and_does_not_exist(toy_course):
    """Each entry is named, with the file, the part and what was meant; groups are as they should be."""
    toml = toy_course / "solutions/toy/topic.toml"
    edit(toml, "requires = []", 'requires = []\nforbid = ["group:relu", "keras.ops.sofmax"]')
    edit(toml, '"tensorflow.nn.*", "kernel:Softmax"]', '"tensorflow.nnn.*", "kernel:Sofmax"]')
    problems = gates_that_do_not_hold(toy_course)
    assert names(problems) == {"forbid"}
    assert {what.removeprefix(f"{toml}: ") for gate, what in problems if gate == "forbid"} == {
        "forbid: `keras.ops.sofmax` does not exist; did you mean `keras.ops.softmax`?",
        "forbid of part `softmax`: `tensorflow.nnn.*` does not exist; did you mean `tensorflow.nn.*`?",
        "forbid of part `softmax`: `kernel:Sofmax` does not exist; did you mean `kernel:Softmax`?",
    }


def test_a_figure_without_words(toy_course):
    edit(
        toy_course / "exercises/toy/README.md",
        "A straight line that rises from the lower left to the upper right.",
        "A line",
    )
    assert names(gates_that_do_not_hold(toy_course)) == {"alt text"}


def test_a_lesson_without_its_exercises(toy_course):
    """What else a lesson has to have is tried in `test_lesson_gates.py`."""
    edit(toy_course / "solutions/toy/toy.py", "# ## To go on with", "# ## The end")
    assert names(gates_that_do_not_hold(toy_course)) == {"recall and exercises"}


def test_figures_that_weigh_too_much(toy_course):
    """The sum counts, and the heaviest is named."""
    folder = toy_course / "exercises/toy/figures"
    (folder / "wide.png").write_bytes(bytes(60_000))
    (folder / "tall.png").write_bytes(bytes(79_000))
    assert overweight(folder) == ""
    (folder / "tall.png").write_bytes(bytes(90_000))
    [(gate, what)] = gates_that_do_not_hold(toy_course)
    assert gate == "figures"
    assert re.match(r"the figures take 1\d\d KB of 150 KB; the heaviest is tall\.png with 90 KB: ", what)


def test_a_reference_that_loses_points(toy_course):
    edit(toy_course / "solutions/toy/toy.py", "return x * self.factor", "return x * self.factor + 1")
    problems = gates_that_do_not_hold(toy_course)
    assert {"reference"} <= names(problems)
    assert any("test_multiplies" in what for gate, what in problems if gate == "reference")


def test_a_stub_that_scores(toy_course):
    edit(
        toy_course / "autograder/checks/toy/test_toy.py",
        '    x = rng.normal(size=(2, 5)).astype("float32")\n'
        "    expect.close(learner.Scale(3.0)(x), 3 * x, "
        '"the output should be three times the input")\n',
        "    pass\n",
    )
    assert "stub" in names(gates_that_do_not_hold(toy_course))


def test_an_alternative_that_loses_points(toy_course):
    edit(toy_course / "solutions/toy/alternatives/tensorflow.py", '"sum": 1}', '"sum": 3}')
    assert names(gates_that_do_not_hold(toy_course)) == {"alternative"}


def test_an_alternative_that_does_not_say_how_it_differs(toy_course):
    file = toy_course / "solutions/toy/alternatives/tensorflow.py"
    edit(file, file.read_text().splitlines()[0], "")
    [(gate, what)] = gates_that_do_not_hold(toy_course)
    assert gate == "alternative"
    assert what == "tensorflow.py does not begin with a line that says how it goes about it"


def test_a_mistake_that_nothing_catches(toy_course):
    edit(
        toy_course / "autograder/checks/toy/mistakes/scale.py",
        "return x + self.factor",
        "return x * self.factor",
    )
    problems = gates_that_do_not_hold(toy_course)
    assert ("mistake", "AddsTheFactor gets full marks on Scale") in problems


def test_a_pitfall_that_only_a_hidden_check_catches(toy_course):
    """Whoever falls into it would see green, though the lesson has warned of it."""
    toml = toy_course / "solutions/toy/topic.toml"
    edit(toml, '"divides_by_the_column_sum"', '"divides_by_the_column_sum", "without_the_maximum"')
    problems = gates_that_do_not_hold(toy_course)
    assert names(problems) == {"pitfalls"}
    assert (
        "pitfalls",
        "the lesson warns of without_the_maximum, and it passes every visible check of softmax: "
        "write one that it fails, or show a hidden one",
    ) in problems


def test_a_pitfall_that_no_gallery_has(toy_course):
    """What was meant is named; a wrong prediction is none."""
    toml = toy_course / "solutions/toy/topic.toml"
    edit(toml, '"divides_by_the_column_sum"', '"divides_by_the_row_sum"')
    problems = gates_that_do_not_hold(toy_course)
    assert names(problems) == {"pitfalls"}
    assert (
        "pitfalls",
        f"{toml}: no known mistake is called `divides_by_the_row_sum`: "
        "did you mean `divides_by_the_column_sum`?",
    ) in problems


def test_two_mistakes_that_no_check_tells_apart(toy_course):
    mistakes = toy_course / "autograder/checks/toy/mistakes/scale.py"
    mistakes.write_text(
        mistakes.read_text()
        + '''

@mistake("Scale")
class AddsToo(AddsTheFactor):
    """The same again."""
'''
    )
    problems = gates_that_do_not_hold(toy_course)
    causes = "in every check of Scale: name what comes of it once, and list the causes"
    assert ("diagnosis", f"AddsTheFactor gets the same replies as AddsToo {causes}") in problems
    assert ("diagnosis", f"AddsToo gets the same replies as AddsTheFactor {causes}") in problems
    assert names(problems) == {"diagnosis"}


def test_a_mistake_that_spoils_another_part(toy_course):
    edit(
        toy_course / "solutions/toy/toy.py",
        "        return x * self.factor\n",
        "        return x * self.factor * ops.sum(softmax([0.0, 0.0]))\n",
    )
    edit(
        toy_course / "autograder/checks/toy/mistakes/softmax.py",
        "    e = ops.exp(ops.convert_to_tensor(logits))\n    return e / ops.sum(e, axis=0",
        "    e = 2 * ops.exp(ops.convert_to_tensor(logits))\n    return e / ops.sum(e[:1], axis=0",
    )
    problems = gates_that_do_not_hold(toy_course)
    assert ("mistake", "divides_by_the_column_sum also loses points on Scale") in problems


def test_a_part_that_takes_too_long(toy_course):
    edit(toy_course / "solutions/toy/topic.toml", "part_seconds = 8", "part_seconds = 0.001")
    assert names(gates_that_do_not_hold(toy_course)) == {"time"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('@mistake("Scale")', '@mistake("Scales")', "names the part `Scales`"),
        ('"""The factor is added to the input instead of multiplying it."""', "", "has no docstring"),
    ],
)
def test_a_gallery_that_makes_no_sense_is_a_problem_of_its_topic(toy_course, here, old, new, words):
    edit(toy_course / "autograder/checks/toy/mistakes/scale.py", old, new)
    result = CliRunner().invoke(build_app(), ["topic", "check", "--content", str(toy_course)])
    assert result.exit_code == 1
    assert "GATE topic: it cannot be read: " in result.output
    assert words in result.output
