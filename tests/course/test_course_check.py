"""`nnlearn course check`: the right work through real nbgrader, before anybody is given anything."""

import shutil

import pytest
from stock_nbgrader import CommandLines

from autograder.course.check import check
from autograder.course.layout import CourseError
from autograder.course.trial import CellScore, Trial


@pytest.fixture(scope="module")
def nnlearn(tmp_path_factory):
    """Runs a command of nnlearn."""
    with CommandLines(tmp_path_factory.mktemp("home")) as run:
        yield run.nnlearn


@pytest.fixture(scope="module")
def checked(miniature, nnlearn, tmp_path_factory):
    """A course with a good assignment and a broken one, and what the command said of each."""
    root = tmp_path_factory.mktemp("checked")
    shutil.copytree(miniature, root / "content")
    nnlearn("course", "init", root / "course", "--content", root / "content", cwd=root)
    for name in ("good", "broken"):
        added = nnlearn("course", "add", "toy", "--as", name, cwd=root / "course")
        assert added.returncode == 0, added.stderr
    source = root / "course/source/broken/toy.ipynb"
    text = source.read_text()
    # The reference is wrong, and the lesson tells how to do it.
    text = text.replace("return x * self.factor", "return x + self.factor", 1)
    text = text.replace("To test the tools with.", "z = ops.convert_to_tensor(logits) comes first.")
    source.write_text(text)
    before = contents(root / "course")
    done = {name: nnlearn("course", "check", name, cwd=root / "course") for name in ("good", "broken")}
    assert contents(root / "course") == before, "the course itself is not touched"
    return done


def contents(root):
    return {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_a_good_assignment_gives_the_reference_everything_and_no_work_nothing(checked):
    done = checked["good"]
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines() if "toy" in line
    ]
    assert rows == [
        ["toy", "softmax", "3", "3", "0"],
        ["toy", "Scale", "2", "2", "0"],
        ["toy", "predictions", "1", "1", "0"],
        ["toy", "why (by hand)", "2", "-", "0"],
    ]
    assert "learners get nothing private" in done.stdout


def test_a_broken_assignment_is_told_apart(checked):
    done = checked["broken"]
    assert done.returncode == 1
    assert "WRONG toy, Scale: the reference gets 0 of 2" in done.stdout
    assert (
        "WRONG release/broken/toy.ipynb holds a line of a solution: z = ops.convert_to_tensor" in done.stdout
    )
    assert "broken: 2 not as it should be" in done.stdout


def test_a_topic_of_the_course_passes(nnlearn, tmp_path):
    nnlearn("course", "init", "course", cwd=tmp_path)
    nnlearn("course", "add", "activations", "--as", "ps1", "--course-dir", "course", cwd=tmp_path)
    done = nnlearn("course", "check", cwd=tmp_path / "course")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ps1: the reference gets full marks" in done.stdout


def test_points_for_no_work_are_a_problem():
    [problem] = Trial((CellScore("toy", "softmax", 3, 3, 0.5),), ()).problems
    assert problem == "toy, softmax: a cell that nobody changed gets 0.5"


def test_a_course_without_assignments_says_what_to_do(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(CourseError, match="nnlearn course add TOPIC --as ASSIGNMENT"):
        check(course_dir=tmp_path)
    with pytest.raises(CourseError, match="there is no assignment called `ps1`"):
        check("ps1", course_dir=tmp_path)
