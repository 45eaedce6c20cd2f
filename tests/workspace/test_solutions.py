"""Which right solutions are shown of a part, and what of their files."""

import re

import pytest

from nnlearn.catalogue import PREDICTIONS, load_catalogue
from nnlearn.errors import ContentError
from nnlearn.workspace.solutions import description_of, solutions_of

PARTS = [(t, p.name) for t in load_catalogue().topics if t.master for p in t.parts if p.name != PREDICTIONS]


@pytest.mark.parametrize(("topic", "part"), PARTS, ids=lambda value: getattr(value, "name", value))
def test_each_part_has_a_reference_and_two_ways_that_say_what_they_are(topic, part):
    reference, *others = solutions_of(topic, part)
    assert reference.file == topic.master
    assert len({other.file for other in others}) == 2
    for solution in (reference, *others):
        compile(solution.code, solution.file.name, "exec")
        assert re.search(rf"^(def {part}\(|class {part}[(:])", solution.code, re.MULTILINE)
        assert "SOLUTION" not in solution.code
    assert all(other.about for other in others)


def test_what_a_definition_needs_is_shown_and_other_parts_are_not(toy_course):
    topic = load_catalogue(toy_course).topic("toy")
    (topic.alternatives[0].parent / "by_helpers.py").write_text(
        "# ruff: noqa\n# By helpers.\n# On two lines.\nimport math\nfrom keras import ops\n\n"
        "UNUSED = 1\nSMALL = 1e-9\n\n\ndef by(function):\n    return function\n\n\n"
        "def Scale():\n    return 2\n\n\n"
        "def shares(e):\n    return e / (ops.sum(e) + SMALL)\n\n\n"
        "@by\ndef softmax(z):\n    return shares(ops.exp(z)) * Scale()\n"
    )
    helped = next(each for each in solutions_of(topic, "softmax") if each.file.stem == "by_helpers")
    assert helped.about == "By helpers. On two lines."
    assert helped.code == (
        "from keras import ops\nSMALL = 1e-9\n\n\ndef by(function):\n    return function\n\n\n"
        "def shares(e):\n    return e / (ops.sum(e) + SMALL)\n\n\n"
        "@by\ndef softmax(z):\n    return shares(ops.exp(z)) * Scale()"
    )


def test_the_least_alike_come_first(toy_course):
    topic = load_catalogue(toy_course).topic("toy")
    text = topic.master.read_text()
    (topic.alternatives[0].parent / "a_copy.py").write_text(f"# A copy.\n{text}")
    (topic.alternatives[0].parent / "b_copy.py").write_text(f"# Another.\n{text}")
    names = [solution.file.stem for solution in solutions_of(topic, "softmax")]
    assert names == ["toy", "tensorflow", "a_copy"]
    assert [solution.file.stem for solution in solutions_of(topic, "softmax", others=1)] == names[:2]


def test_a_master_without_the_part_is_refused(toy_course):
    topic = load_catalogue(toy_course).topic("toy")
    topic.master.write_text("import keras\n")
    with pytest.raises(ContentError, match="does not define `softmax`"):
        solutions_of(topic, "softmax")


def test_what_a_file_says_of_itself(tmp_path):
    file = tmp_path / "file.py"
    for text, said in (
        ('"""First line,\nand second.\n\nMore."""\n', "First line, and second."),
        ("# One.\n# ruff: noqa\nx = 1\n# Two.\n", "One."),
        ("x = 1\n# One.\n", ""),
    ):
        file.write_text(text)
        assert description_of(file) == said
