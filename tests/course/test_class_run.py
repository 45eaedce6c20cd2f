"""A run over a class: what it grades, leaves, says of each, and how it goes on when it was interrupted."""

import errno
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from course.trap_class import ANSWERS, Book

from autograder.course import class_run
from autograder.course.autograding import AutogradedNotebook, Failed, Marks
from autograder.course.layout import CourseError, find_course
from autograder.engine.graders import Means
from autograder.engine.pool import GivenUp
from nnlearn.errors import OutputError
from nnlearn.files import digest_of

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own


@pytest.fixture
def small(trap_course, tmp_path):
    """A course with three submissions, and a stand-in for the workers that says whom they were asked for."""
    root = tmp_path / "course"
    root.mkdir()
    for name in ("nbgrader_config.py", "penalties.py", "gradebook.db"):
        shutil.copy(trap_course.course / name, root / name)
    shutil.copytree(trap_course.course / "source", root / "source")
    for student in ("ada", "bo", "cy"):
        folder = root / "submitted" / student / "ps1"
        folder.mkdir(parents=True)
        (folder / "toy.ipynb").write_text(json.dumps(Book(trap_course.released, ANSWERS).document))
    return root


@pytest.fixture
def workers(monkeypatch):
    """The pool's work without its processes; `asked` is whom it was asked to grade."""
    asked = []
    marks = Marks({"softmax_checks": 2.5, "response_why": None}, {"softmax": None})

    def work(job):
        asked.append(job.student)
        return (
            AutogradedNotebook(
                "toy", '{"cells": []}\n', marks, None, digest_of(job.notebooks[0].read_bytes())
            ),
        )

    monkeypatch.setattr(class_run, "autograde_job", work)
    monkeypatch.setattr("autograder.engine.graders.Processes", lambda jobs, *_: ThreadPoolExecutor(jobs))
    return asked


def run(root, *, force=False, resume=False):
    from rich.console import Console

    console = Console(stderr=True, quiet=True)
    return class_run.grade_class(
        find_course(root),
        "ps1",
        content=None,
        means=Means(jobs=1),
        required=False,
        force=force,
        resume=resume,
        messages=console,
    )


def interrupt_after(monkeypatch, number):
    """Have somebody press Ctrl-C when that many submissions are saved."""
    from autograder.engine.progress import GradingProgress

    seen = []

    def advance(self, submission, outcome):
        seen.append(submission.learner)
        if len(seen) == number:
            raise KeyboardInterrupt

    monkeypatch.setattr(GradingProgress, "advance", advance)


def test_what_was_graded_is_left_unless_forced(small, workers):
    assert sorted(run(small).graded) == ["ada", "bo", "cy"]
    again = run(small)
    assert (again.left, again.graded) == (["ada", "bo", "cy"], {})
    assert "3 submissions were graded before; --force grades them again" in list(again.in_words("ps1"))
    run(small, force=True)
    assert workers == ["ada", "bo", "cy"] * 2


def test_a_score_is_out_of_what_the_gradebook_gives_and_says_what_lateness_costs(small, workers):
    """Also where the instructor has changed the points of a part in the source notebook."""
    with find_course(small).gradebook() as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate=datetime(2026, 3, 1, 12))
        gradebook.find_grade_cell("softmax_checks", "toy", "ps1").max_score = 30
        gradebook.db.commit()
    (small / "submitted/ada/ps1/timestamp.txt").write_text("2026-03-03 13:00:00")
    (small / "submitted/bo/ps1/timestamp.txt").write_text("2026-03-01 11:00:00")
    (small / "submitted/bo/ps1/Toy (2).ipynb").write_text("{}")
    done = run(small)
    assert done.graded["bo"].words == "2.5 of 34, plain not handed in (but Toy (2).ipynb)"
    assert done.graded["ada"].words == "2 of 34, plain not handed in, 2 days late, 0.5 taken off"
    assert next(iter(done.in_words("ps1"))) == "ps1: 3 submissions graded, 2.33 of 34 points on average"


def test_what_was_not_handed_in_is_said_with_what_was_instead(small, workers):
    folder = small / "submitted/ada/ps1"
    (folder / "toy.ipynb").rename(folder / "homework.IPYNB")
    (folder / "exercises").mkdir()
    (folder / "exercises/toy.py").write_text("")
    done = run(small)
    assert (done.exit_code, sorted(done.graded)) == (1, ["bo", "cy"])
    assert done.failed["ada"].reason == "plain, toy not handed in (but homework.IPYNB)"
    assert "1 submission not handed in: see above" in list(done.in_words("ps1"))


def test_an_interrupted_run_goes_on_where_it_stopped(small, workers, monkeypatch):
    """Also a forced one: what it has graded by then is not graded once more."""
    run(small)
    workers.clear()
    with monkeypatch.context() as patch:
        interrupt_after(patch, 2)
        stopped = run(small, force=True)
    assert stopped.interrupted
    assert stopped.exit_code == 2
    assert "Interrupted. With --resume the rest follows." in list(stopped.in_words("ps1"))
    [journal] = (small / ".nnlearn").glob("*.jsonl")
    assert f"What is done is kept in {journal}." in list(stopped.in_words("ps1"))
    with find_course(small).gradebook() as gradebook:
        assert gradebook.find_grade("softmax_checks", "toy", "ps1", "ada").auto_score == 2.5
    workers.clear()
    rest = run(small, force=True, resume=True)
    assert workers == ["cy"]
    assert rest.exit_code == 0
    workers.clear()
    run(small, force=True, resume=True)  # that run is over
    assert workers == ["ada", "bo", "cy"]


def test_a_forced_run_goes_on_forced_although_nobody_says_so_again(small, workers, monkeypatch):
    """As the message of the interrupted run has it, which names --resume alone; and so does the next."""
    run(small)
    for number, expected in ((1, ["ada"]), (1, ["bo"]), (3, ["cy"])):
        workers.clear()
        with monkeypatch.context() as patch:
            interrupt_after(patch, number)
            done = run(small, force=expected == ["ada"], resume=expected != ["ada"])
        assert workers[:1] == expected
        assert done.interrupted == (expected != ["cy"])
    assert workers == ["cy"]
    assert (sorted(done.left), [*done.graded]) == (["ada", "bo"], ["cy"])
    workers.clear()
    run(small, resume=True)  # that run is over, and with it its wish
    assert workers == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_nothing_is_said_and_the_run_can_be_resumed(small, workers, monkeypatch, number):
    from autograder.course import writer

    real = writer.ClassWriter._copy_source_files

    def full(self, assignment, folder):
        if "bo" in folder.parts:
            raise OSError(number, os.strerror(number))
        real(self, assignment, folder)

    with monkeypatch.context() as patch:
        patch.setattr(writer.ClassWriter, "_copy_source_files", full)
        with pytest.raises(OutputError, match="the results of bo cannot be written into") as refused:
            run(small)
    assert os.strerror(number) in str(refused.value)
    assert refused.value.exit_code == 4
    assert not list(small.rglob("*.part"))
    workers.clear()
    assert run(small, resume=True).exit_code == 0
    assert workers == ["bo", "cy"]


def test_one_run_at_a_time_grades_an_assignment(small, workers, monkeypatch, tmp_path):
    """Also with another content: both would write the same scores."""
    from autograder.engine.journal import Journal, lock_in

    other = Journal(tmp_path / "j.jsonl", {}, resume=False, lock=lock_in(small, "ps1"))
    with pytest.raises(OutputError, match="another run is grading the same at this moment") as refused:
        run(small)
    assert refused.value.exit_code == 4
    assert workers == []
    other.close()
    run(small)
    assert workers == ["ada", "bo", "cy"]
    assert not list((small / ".nnlearn").glob("*"))


def test_work_that_was_changed_since_the_interruption_is_graded_again(small, workers, monkeypatch):
    with monkeypatch.context() as patch:
        interrupt_after(patch, 2)
        run(small)
    workers.clear()
    file = small / "submitted/ada/ps1/toy.ipynb"
    file.write_text(file.read_text() + "\n")
    run(small, force=True, resume=True)
    assert workers == ["ada", "cy"]


def test_work_that_is_changed_while_it_is_graded_is_graded_again(small, workers, monkeypatch):
    """What is kept is about the bytes that were graded, not about those that lie there when it is saved."""
    file = small / "submitted/ada/ps1/toy.ipynb"
    real = class_run.autograde_job

    def work(job):
        graded = real(job)
        if job.student == "ada":
            file.write_text(file.read_text() + "\n")
        return graded

    with monkeypatch.context() as patch:
        patch.setattr(class_run, "autograde_job", work)
        interrupt_after(patch, 2)
        run(small)
    workers.clear()
    run(small, force=True, resume=True)
    assert workers == ["ada", "cy"]


def test_a_worker_that_dies_takes_one_submission_with_it(small, workers, monkeypatch):
    from autograder.engine import pool

    real = pool.Pool.run

    def with_a_death(self, jobs):
        for job, result in real(self, jobs):
            yield (
                job,
                GivenUp(job, "the process that graded it died twice") if job.student == "bo" else result,
            )

    monkeypatch.setattr(pool.Pool, "run", with_a_death)
    done = run(small)
    assert sorted(done.graded) == ["ada", "cy"]
    assert done.exit_code == 3
    assert "died twice" in done.failed["bo"].reason
    assert not (small / "autograded/bo/ps1").exists()


def test_a_score_given_by_hand_stays(small, workers):
    run(small)
    with find_course(small).gradebook() as gradebook:
        gradebook.find_grade("softmax_checks", "toy", "ps1", "ada").manual_score = 1
        gradebook.db.commit()
    run(small, force=True)
    with find_course(small).gradebook() as gradebook:
        grade = gradebook.find_grade("softmax_checks", "toy", "ps1", "ada")
        assert (grade.manual_score, grade.auto_score, grade.needs_manual_grade) == (1, 2.5, True)


def test_a_submission_that_fails_when_forced_keeps_no_old_result(small, workers, monkeypatch):
    run(small)
    monkeypatch.setattr(class_run, "autograde_job", lambda job: Failed("no", is_ours=False))
    done = run(small, force=True)
    assert done.exit_code == 1
    assert not (small / "autograded/ada/ps1").exists()


def test_without_checks_nothing_is_graded(small, workers):
    """A copy of the content as learners have it holds none."""
    config = small / "nbgrader_config.py"
    content = small.parent / "content"
    course = find_course(small)
    shutil.copytree(course.catalogue.root, content)
    shutil.rmtree(content / "autograder/checks/toy")
    text = config.read_text().replace(str(course.catalogue.root), str(content))
    config.write_text(text)
    with pytest.raises(CourseError, match="there are no checks to grade toy with"):
        run(small)
    assert workers == []
