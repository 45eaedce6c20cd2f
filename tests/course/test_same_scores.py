"""The sample class gets the same scores from `nnlearn grade`, `nbgrader autograde` and `course grade`."""

import json
import shutil
import textwrap
from pathlib import Path

import pytest
from course.assigned import assigned
from course.trap_class import Book, hand_in
from stock_nbgrader import CommandLines

from autograder.course.layout import find_course

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own

CLASS = Path(__file__).parents[2] / "autograder/sample_class"
# Marek's loop never ends, which takes as long as the topic allows, three times over; endless loops are
# graded elsewhere, with tighter limits.
FILES = {
    file.parent.name: file for file in sorted(CLASS.glob("*/activations.*")) if file.parent.name != "marek"
}
JUPYTER = "jupyter"


def as_notebook(file, released):
    """A notebook is handed in as it is; a script goes into one cell in place of those to fill in."""
    if file.suffix == ".ipynb":
        return file.read_text()
    book = Book(released, {})
    book.remove("relu", "leaky_relu", "sigmoid", "gelu", "softmax", "log_softmax", "predictions")
    book.add(file.read_text())
    return json.dumps(book.document)


def as_jupyter_takes_it(released):
    """Answers in all the ways that Jupyter accepts, one in a cell of checks; then names are used again."""
    given = [
        "".join(cell["source"])
        for cell in json.loads((CLASS / "fatima/activations.ipynb").read_text())["cells"]
    ]
    code = {
        part: next(text for text in given if text.startswith(f"def {part}("))
        for part in ("relu", "leaky_relu", "gelu", "softmax", "log_softmax")
    }
    first, *rest = code["gelu"].split("\n")
    waiting = "import asyncio\nawait asyncio.sleep(0)"
    written = {
        "relu": f"%%time\n{code['relu']}",
        "leaky_relu": textwrap.indent(code["leaky_relu"], "    "),
        "gelu": "\n".join([f"In [3]: {first}", *(f"   ...: {line}" for line in rest)]),
        "softmax": f"%%capture\n%matplotlib inline\n{code['softmax']}\n{waiting}",
        "log_softmax_checks": f"{code['log_softmax']}\nnnlearn.check('log_softmax')",
    }
    book = Book(released, {})
    for name, source in written.items():
        book[name]["source"] = source
    book.add("relu = relu(1.0)\nsoftmax = 3")
    return json.dumps(book.document)


def in_gradebook(course):
    with find_course(course).gradebook() as gradebook:
        return {
            submission.student.id: {
                grade.name.removesuffix("_checks"): grade.auto_score
                for book in submission.notebooks
                for grade in book.grades
                if grade.name.endswith("_checks")
            }
            for submission in gradebook.assignment_submissions("ps1")
        }


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    """The scores of everybody, part by part, by what graded them."""
    root = tmp_path_factory.mktemp("same")
    stock, ours, home, folder = (root / name for name in ("stock", "ours", "home", "class"))
    home.mkdir()
    folder.mkdir()
    with CommandLines(home) as run:
        released = assigned(run, stock, "activations")
        for learner, file in FILES.items():
            (folder / learner).mkdir()
            shutil.copy(file, folder / learner)
            hand_in(stock, learner, as_notebook(file, released), "activations.ipynb")
        (folder / JUPYTER).mkdir()
        (folder / JUPYTER / "activations.ipynb").write_text(as_jupyter_takes_it(released))
        hand_in(stock, JUPYTER, as_jupyter_takes_it(released), "activations.ipynb")
        shutil.copytree(stock, ours)
        for program, *words, place in (
            ("nbgrader", "autograde", "ps1", stock),
            ("nnlearn", "course", "grade", "ps1", "--jobs", "2", ours),
            ("nnlearn", "grade", folder, "--jobs", "2", "--json", "r.json", root),
        ):
            done = getattr(run, program)(*words, cwd=place)
            assert done.returncode == 0, done.stdout + done.stderr
    reports = json.loads((root / "r.json").read_text())["topics"][0]["reports"]
    return {
        "nnlearn grade": {r["learner"]: {p["name"]: p["score"] for p in r["parts"]} for r in reports},
        "nbgrader autograde": in_gradebook(stock),
        "course grade": in_gradebook(ours),
    }


@pytest.mark.parametrize("learner", [*FILES, JUPYTER])
def test_all_three_agree(scores, learner):
    expected = scores["nnlearn grade"][learner]
    assert scores["nbgrader autograde"][learner] == expected
    assert scores["course grade"][learner] == expected


def test_what_jupyter_accepts_is_accepted(scores):
    """All but the answer in a cell that is not run, and what was never written."""
    assert {part: score > 0 for part, score in scores["nnlearn grade"][JUPYTER].items()} == {
        **dict.fromkeys(("relu", "leaky_relu", "gelu", "softmax"), True),
        **dict.fromkeys(("sigmoid", "log_softmax", "predictions"), False),
    }
