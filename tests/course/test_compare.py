"""`nnlearn course compare`: item analysis from nbgrader's gradebook, and cohorts side by side."""

import csv
import json
import shutil

import numpy as np
import pytest
from nbgrader.api import Gradebook

from autograder.course.compare import compare
from autograder.course.layout import CourseError, find_course

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
CELLS = {"softmax_checks": 3, "Scale_checks": 2, "predictions_checks": 1, "response_why": 2}


def cohort(late_course, root, seed, learners, name):
    """A course with random scores; the scores, a row for each learner and NaN for what waits to be marked."""
    root.mkdir()
    for file in ("nbgrader_config.py", "gradebook.db"):
        shutil.copy(late_course.course / file, root / file)
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text() + f"c.CourseDirectory.course_id = {name!r}\n")
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=learners)
    scores = np.empty((learners, len(CELLS)))
    for column, most in enumerate(CELLS.values()):
        raw = 0.6 + 0.3 * ability + 0.2 * rng.normal(size=learners)
        scores[:, column] = np.round(np.clip(raw, 0, 1) * most * 4) / 4
    scores[:2, 3] = np.nan
    with Gradebook(f"sqlite:///{root}/gradebook.db", name) as gradebook:
        gradebook.add_student("silent")
        for number, row in enumerate(scores):
            gradebook.add_student(f"s{number}")
            gradebook.add_submission("ps1", f"s{number}")
            for cell, score in zip(CELLS, row, strict=True):
                grade = gradebook.find_grade(cell, "toy", "ps1", f"s{number}")
                grade.needs_manual_grade = bool(np.isnan(score))
                if np.isnan(score):
                    continue
                if cell == "response_why":
                    grade.manual_score = score
                else:
                    grade.auto_score = score
        gradebook.add_submission("ps1", "silent")  # which could not be graded
        gradebook.db.commit()
    return scores


@pytest.fixture(scope="module")
def cohorts(late_course, tmp_path_factory):
    """This year's course and last year's, with their scores."""
    root = tmp_path_factory.mktemp("cohorts")
    this = cohort(late_course, root / "this", 1, 40, "nn26")
    last = cohort(late_course, root / "last", 2, 25, "nn25")
    return root, this, last


@pytest.fixture
def run(cohorts, capsys, monkeypatch):
    """Runs the command in this year's course, at a wide terminal."""
    monkeypatch.setenv("COLUMNS", "120")

    def run(*others, **options):
        compare("ps1", [cohorts[0] / name for name in others], course_dir=cohorts[0] / "this", **options)
        return capsys.readouterr().out

    return run


def expected(scores):
    """Item analysis by NumPy: how many, mean share, full marks, correlation with the rest."""
    shares = scores / np.array(list(CELLS.values()))
    whole = ~np.isnan(scores).any(axis=0)
    for column in range(len(CELLS)):
        has = ~np.isnan(scores[:, column])
        others = whole & (np.arange(len(CELLS)) != column)
        rest = scores[has][:, others].sum(axis=1)
        its = shares[has, column]
        yield int(has.sum()), its.mean(), (its == 1).mean(), np.corrcoef(its, rest)[0, 1]


def test_each_part_is_analysed_in_each_course(run, cohorts):
    document = json.loads(run("last", as_json=True))
    assert (document["schema_version"], document["assignment"]) == (1, "ps1")
    assert [each["course"] for each in document["cohorts"]] == ["nn26", "nn25"]
    for found, scores in zip(document["cohorts"], cohorts[1:], strict=True):
        assert found["learners"] == len(scores)  # nobody who has no score at all
        items = {item["name"]: item for item in found["items"]}
        for (name, most), figures in zip(CELLS.items(), expected(scores), strict=True):
            item = items[name]
            assert (item["points"], item["learners"]) == (most, figures[0])
            told = [item[figure] for figure in ("difficulty", "full_marks", "discrimination")]
            assert told == pytest.approx(figures[1:])
        marked = scores[~np.isnan(scores).any(axis=1)]
        assert found["mean"] == pytest.approx((marked.sum(axis=1) / sum(CELLS.values())).mean())


def test_a_table_has_a_row_for_each_part_and_course(run, cohorts):
    assert run("last", as_csv=cohorts[0] / "items.csv").startswith("Written: ")
    rows = list(csv.DictReader((cohorts[0] / "items.csv").read_text().splitlines()))
    assert len(rows) == 2 * len(CELLS)
    [row] = [row for row in rows if (row["course"], row["part"]) == ("nn25", "Scale_checks")]
    figures = list(expected(cohorts[2]))[1]
    assert float(row["difficulty"]) == pytest.approx(figures[1], abs=1e-3)
    assert float(row["discrimination"]) == pytest.approx(figures[3], abs=1e-3)


def test_people_read_the_courses_side_by_side(run, cohorts):
    text = run("last")
    assert "1: nn26, 40 submissions, " in text
    assert "2: nn25, 25 submissions, " in text
    [line] = [line for line in text.splitlines() if " Scale " in line]
    (_, mean, full, apart), (_, mean_2, *_) = (list(expected(scores))[1] for scores in cohorts[1:])
    for cell in (f"{mean:.0%}", f"{full:.0%}", f"{apart:.2f}", f"{mean_2:.0%}"):
        assert cell in line


def test_no_figure_is_made_up_of_too_few(run, late_course, tmp_path):
    """Two learners, of whom neither has a mark for the answer in words."""
    cohort(late_course, tmp_path / "few", 3, 2, "few")
    items = {
        item["name"]: item for item in json.loads(run(tmp_path / "few", as_json=True))["cohorts"][1]["items"]
    }
    assert all(item["discrimination"] is None for item in items.values())
    answer = items["response_why"]
    assert (answer["learners"], answer["difficulty"], answer["full_marks"]) == (0, None, None)
    [line] = [line for line in run(tmp_path / "few").splitlines() if "why (by hand)" in line]
    assert [cell.strip() for cell in line.split("│")[-4:-1]] == ["-", "-", "-"]


def test_two_courses_of_one_name_are_told_by_their_folders(run, cohorts, late_course, tmp_path):
    cohort(late_course, tmp_path / "twin", 5, 3, "nn26")
    names = [each["course"] for each in json.loads(run(tmp_path / "twin", as_json=True))["cohorts"]]
    assert names == [str(cohorts[0] / "this"), str(tmp_path / "twin")]


@pytest.mark.parametrize("other", ["nowhere", "last/source"])
def test_what_is_no_course_is_refused(run, other):
    with pytest.raises(CourseError, match="is no course directory"):
        run(other)


def test_an_assignment_that_a_course_does_not_have_is_named_with_it(cohorts, late_course, tmp_path):
    cohort(late_course, tmp_path / "bare", 4, 3, "bare")
    with find_course(tmp_path / "bare").gradebook() as gradebook:
        gradebook.remove_assignment("ps1")
    with pytest.raises(CourseError, match=r"bare has no assignment called `ps1`"):
        compare("ps1", [tmp_path / "bare"], course_dir=cohorts[0] / "this")
