"""`nnlearn course add`: topics as assignments, which nbgrader takes as they are."""

import json
import re
import shutil
from datetime import datetime

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.authoring.lesson import write_notebook
from autograder.authoring.master import read_master
from autograder.course.add import add
from autograder.course.assignment import source_notebook
from autograder.course.init import init
from autograder.course.layout import CourseError, find_course
from autograder.course.release import ClearSolutions
from nnlearn.catalogue import load_catalogue
from nnlearn.errors import ContentError

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
GIVEN = ("how-to-check", "start-keras", "text-", "code-", "demo-", "figure-")


@pytest.fixture
def course(toy_course, tmp_path):
    """An empty course with the miniature content."""
    init(tmp_path / "nn101", content=toy_course)
    return tmp_path / "nn101"


@pytest.fixture
def toy(course):
    """The source notebook of the topic `toy` in the assignment `ps1`."""
    add(["toy"], "ps1", course_dir=course)
    return nbformat.read(course / "source/ps1/toy.ipynb", 4)


def by_id(notebook):
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells}


def cleared(notebook, folder):
    """What nbgrader's step that takes solutions out leaves."""
    made, _ = ClearSolutions().preprocess(notebook, {"metadata": {"path": str(folder)}})
    return by_id(made)


def test_nbgrader_accepts_the_notebook(toy):
    nbformat.validate(toy)
    MetadataValidator().validate_nb(toy)
    assert toy.metadata.nnlearn.topic == "toy"


def test_each_part_is_a_cell_to_write_in_and_a_locked_cell_with_its_points(toy):
    cells = by_id(toy)
    names = [name for name in cells if not name.startswith(GIVEN)]
    assert names == [
        *("softmax", "softmax_checks", "Scale", "Scale_checks", "predictions", "predictions_checks"),
        *("question-why", "response_why"),
    ]
    for name, points in (("softmax", 3), ("Scale", 2), ("predictions", 1)):
        work, checks = cells[name].metadata.nbgrader, cells[f"{name}_checks"].metadata.nbgrader
        assert (work.solution, work.grade, work.locked) == (True, False, False)
        assert (checks.solution, checks.grade, checks.locked, checks.points) == (False, True, True, points)
        assert cells[f"{name}_checks"].source == f'import nnlearn\n\nnnlearn.check("{name}")'
        assert cells[f"{name}_checks"].metadata.tags == ["demo", "check"], "it is not run when graded"


def test_lesson_and_demonstrations_are_locked(toy):
    given = [
        cell for name, cell in by_id(toy).items() if name.startswith(("text-", "demo-", "code-", "figure-"))
    ]
    assert len(given) >= 4
    assert all(cell.metadata.nbgrader.locked and not cell.metadata.nbgrader.solution for cell in given)


def test_a_question_in_words_is_marked_by_hand_with_its_scheme_at_the_question(toy):
    cells = by_id(toy)
    answer = cells["response_why"].metadata.nbgrader
    assert (answer.grade, answer.solution, answer.points) == (True, True, 2)
    question = cells["question-why"]
    assert question.metadata.nbgrader.locked
    assert "=== BEGIN MARK SCHEME ===" in question.source
    assert "- 1 point: says that a shift changes nothing" in question.source


def test_released_cells_say_what_the_built_exercise_says(toy, toy_course, course):
    cells = cleared(toy, course / "source/ps1")
    built = {c.id: c for c in nbformat.read(toy_course / "exercises/toy/toy.ipynb", 4).cells}
    for name in ("softmax", "Scale", "predictions"):
        assert cells[name].source == built[f"part-{name}"].source
    assert '"sum": None' in cells["predictions"].source
    assert 'raise NotImplementedError("Scale: not written yet")' in cells["Scale"].source


def test_an_instructors_changes_to_the_source_are_released(toy, course):
    cell = by_id(toy)["predictions"]
    cell.source = cell.source.replace("a number.", "a whole number.").replace("1.0", "1")
    made = cleared(toy, course / "source/ps1")["predictions"].source
    assert "a whole number." in made
    assert '"sum": None' in made


def test_notebooks_of_others_are_released_as_nbgrader_does_it(toy, course):
    del toy.metadata["nnlearn"]
    assert "# YOUR CODE HERE" in cleared(toy, course / "source/ps1")["softmax"].source


def test_a_solution_in_a_file_beside_the_notebook_is_not_handed_out(toy, toy_course, course):
    """Every file in the folder is copied into the release, and nothing is taken out of it."""
    shutil.copy(toy_course / "solutions/toy/toy.py", course / "source/ps1/helper.py")
    with pytest.raises(CourseError, match=r"helper\.py holds a solution, and would be handed out"):
        cleared(toy, course / "source/ps1")


def test_several_topics_make_one_assignment(toy_course, course):
    twin = toy_course / "solutions/twin"
    for tree in ("solutions", "exercises", "autograder/checks"):
        shutil.copytree(toy_course / tree / "toy", toy_course / tree / "twin")
        for file in (toy_course / tree / "twin").glob("*toy*"):
            file.rename(file.with_name(file.name.replace("toy", "twin")))
    assert (twin / "twin.py").exists()
    add(["toy", "twin"], "ps1", course_dir=course)
    assert sorted(find_course(course).notebooks("ps1")) == ["toy", "twin"]
    shipped = json.loads((course / "source/ps1/.nnlearn/workspace.json").read_text())["files"]
    for tree in ("exercises", ".nnlearn/course"):
        inside = [name.removeprefix(f"{tree}/") for name in shipped if name.startswith(f"{tree}/")]
        assert {name.split("/")[0] for name in inside} == {"toy", "twin"}


def test_a_notebook_that_is_there_is_overwritten_only_by_force(course, toy):
    file = course / "source/ps1/toy.ipynb"
    file.write_text(file.read_text().replace("A toy", "My toy"))
    with pytest.raises(CourseError, match="--force"):
        add(["toy"], "ps1", course_dir=course)
    assert "My toy" in file.read_text()
    add(["toy"], "ps1", force=True, course_dir=course)
    assert "My toy" not in file.read_text()


def test_once_somebody_handed_in_the_notebooks_stay_as_they_are(course, toy):
    (course / "submitted/ada/ps1").mkdir(parents=True)
    with pytest.raises(CourseError, match="cannot change any more"):
        add(["toy"], "ps1", force=True, course_dir=course)


@pytest.mark.parametrize(
    ("due", "kept"),
    [
        ("2026-12-01 23:59", "2026-12-01T23:59:00"),
        ("2026-12-01 23:59 +0100", "2026-12-01T22:59:00"),
        ("2026-12-01T23:59:30-05:30", "2026-12-02T05:29:30"),
        ("2026-12-01 23:59 UTC", "2026-12-01T23:59:00"),
        ("2026-12-01 23:59 Europe/Berlin", "2026-12-01T22:59:00"),
        ("2026-07-01 23:59 Europe/Berlin", "2026-07-01T21:59:00"),
        ("2026-12-01 23:59 America/Argentina/Buenos_Aires", "2026-12-02T02:59:00"),
    ],
)
def test_a_due_date_is_kept_as_utc(course, due, kept):
    add(["toy"], "ps1", due=due, course_dir=course)
    with find_course(course).gradebook() as gradebook:
        assert gradebook.find_assignment("ps1").duedate == datetime.fromisoformat(kept)


def test_a_due_date_that_is_over_is_warned_about(course, capsys):
    add(["toy"], "ps1", due="2020-12-01 23:59", course_dir=course)
    assert "WARNING: that is over" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2026-12-01 23:59 Europe/Berln", "there is no time zone called `Europe/Berln`"),
        ("2026-10-25 02:30 Europe/Berlin", "the clocks change"),
        ("2026-03-29 02:30 Europe/Berlin", "the clocks change"),
        ("2026-12-01 23:59 +0100 Europe/Berlin", "expected a date and a time"),
        ("2026-12-01 23:59 ../etc/passwd", "expected a date and a time"),
    ],
)
def test_a_zone_that_does_not_say_when_is_refused(course, due, said):
    with pytest.raises(CourseError, match=re.escape(said)):
        add(["toy"], "ps1", due=due, course_dir=course)


@pytest.mark.parametrize("due", ["tomorrow", "2026-12-01", "01.12.2026 23:59", "2026-13-01 10:00", ""])
def test_a_due_date_that_is_not_clear_is_refused(course, due):
    with pytest.raises(CourseError, match="expected a date and a time"):
        add(["toy"], "ps1", due=due, course_dir=course)
    assert not (course / "source/ps1").exists()


@pytest.mark.parametrize("name", ["", "ps/1", "../ps1", "a+b", ".hidden", "ps*", "-x"])
def test_a_name_that_nbgrader_cannot_use_is_refused(course, name):
    with pytest.raises(CourseError, match="an assignment cannot be called"):
        add(["toy"], name, course_dir=course)


def test_an_unknown_topic_is_refused(course):
    with pytest.raises(ContentError, match="there is no topic called `toi`"):
        add(["toi"], "ps1", course_dir=course)
    assert not (course / "source/ps1").exists()


def test_a_topic_whose_parts_nbgrader_cannot_tell_apart_is_refused(course, toy_course):
    toml = toy_course / "solutions/toy/topic.toml"
    toml.write_text(toml.read_text().replace('name = "Scale"', 'name = "softmax_checks"'))
    master = toy_course / "solutions/toy/toy.py"
    master.write_text(master.read_text().replace("class Scale", "class softmax_checks"))
    with pytest.raises(CourseError, match="two cells of the assignment would be called `softmax_checks`"):
        add(["toy"], "ps1", course_dir=course)


@pytest.mark.parametrize("topic", load_catalogue().topics, ids=lambda topic: topic.name)
def test_every_topic_becomes_an_assignment(topic, tmp_path):
    """Whatever an author wrote: nbgrader accepts it, and what it releases is the built notebook."""
    notebook = nbformat.reads(json.dumps(source_notebook(read_master(topic))), 4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    cells = cleared(notebook, tmp_path)
    built = {cell.id: cell for cell in nbformat.reads(write_notebook(read_master(topic)), 4).cells}
    for part in topic.parts:
        assert cells[part.name].source == built[f"part-{part.name}"].source
    graded = [cell.metadata.nbgrader.get("points", 0) for cell in cells.values()]
    assert sum(graded) == topic.max_score + sum(response.points for response in topic.responses)


def test_only_a_course_with_content_of_its_own_ships_the_checks(
    course, toy, tmp_path, monkeypatch, toy_course
):
    assert (course / "source/ps1/exercises/toy/test_toy.py").exists()
    monkeypatch.setenv("NNLEARN_CONTENT", str(toy_course))
    init(tmp_path / "plain")
    add(["toy"], "ps1", course_dir=tmp_path / "plain")
    files = [file.name for file in (tmp_path / "plain/source").rglob("*") if file.is_file()]
    assert files == ["toy.ipynb"]
