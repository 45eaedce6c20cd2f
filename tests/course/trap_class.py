"""A class whose notebooks fell into every trap there is, graded by nbgrader and by `course grade`."""

import copy
import json
import shutil
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
from stock_nbgrader import CommandLines

ANSWERS = {
    "softmax": """
        def softmax(logits, axis=-1):
            logits = ops.convert_to_tensor(logits)
            powers = ops.exp(logits - ops.max(logits, axis=axis, keepdims=True))
            return powers / ops.sum(powers, axis=axis, keepdims=True)
    """,
    "Scale": """
        class Scale(keras.layers.Layer):
            def __init__(self, factor=2.0, **kwargs):
                super().__init__(**kwargs)
                self.factor = factor

            def call(self, x):
                return x * self.factor
    """,
    "predictions": 'PREDICTIONS = {"sum": 1.0}',
    "response_why": "exp overflows.",
}
WRONG = "def softmax(logits, axis=-1):\n    return ops.convert_to_tensor(logits)"
PLAIN = {
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
# A fault of the grader's own: a check that breaks down on one learner's work, and then on the reference.
FAULTY_CHECK = '''

BROKE_DOWN = []

@check("predictions", hidden=True)
def test_that_breaks_down(learner):
    """The prediction is a number."""
    at_fault = learner.prediction("sum") == 666
    if at_fault or len(BROKE_DOWN) == 1:
        if len(BROKE_DOWN) < 2:
            BROKE_DOWN.append(at_fault)
        raise KeyError("canary-fault")
'''
PENALTIES = """
from nbgrader.plugins import BasePlugin


class HalfAPoint(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.5
"""
CONFIGURATION = """
sys.path.insert(0, str(here))
c.AssignLatePenalties.plugin_class = "penalties.HalfAPoint"
"""
NOT_GRADED = ("fault", "only_py", "unreadable")


def grade_id(cell):
    """The name nbgrader has for a cell."""
    marks = cell["metadata"].get("nbgrader")
    return marks.get("grade_id") if isinstance(marks, dict) else None


class Book:
    """A released notebook that somebody works on."""

    def __init__(self, released, answers):
        self.document = copy.deepcopy(released)
        for name, text in answers.items():
            self[name]["source"] = textwrap.dedent(text).strip()

    def __getitem__(self, name):
        return next(cell for cell in self.cells if grade_id(cell) == name)

    @property
    def cells(self):
        return self.document["cells"]

    def remove(self, *names):
        self.document["cells"] = [cell for cell in self.cells if grade_id(cell) not in names]

    def add(self, source, place=None, **metadata):
        made = {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None}
        made |= {"id": f"own-{len(self.cells)}", "source": source}
        self.cells.insert(len(self.cells) if place is None else place, made)

    def copy_of(self, name, source=None):
        """Copy a cell as Jupyter does: right below, metadata and all."""
        made = copy.deepcopy(self[name])
        made["id"] = f"copy-{len(self.cells)}"
        made["source"] = made["source"] if source is None else source
        self.cells.insert(self.cells.index(self[name]) + 1, made)


def fell_in(released):
    """A notebook for each trap, by the learner's name."""
    books = {}

    def book(name, **answers):
        books[name] = Book(released, {**ANSWERS, **answers})
        return books[name]

    code = {name: textwrap.dedent(text).strip() for name, text in ANSWERS.items()}
    book("right")
    books["stub"] = Book(released, {})
    noisy = "import logging, sys, warnings\nprint('out')\nprint('err', file=sys.stderr)\n"
    noisy += "warnings.warn('careful')\nlogging.error('logged')\n"
    book("stderr", Scale=noisy + code["Scale"])
    book("exits", softmax="import os\nos._exit(0)")
    book("raises", Scale="1 / 0")
    book("loops", softmax="def softmax(logits, axis=-1):\n    while True:\n        pass")
    unlabelled = book("unlabelled")
    for cell in unlabelled.cells:
        cell["metadata"].pop("nbgrader")
    pasted = book("pasted")
    for number, cell in enumerate(pasted.cells):
        cell["metadata"].pop("nbgrader")
        cell["id"] = f"new-{number}"
    book("no_checks").remove("softmax_checks", "Scale_checks", "predictions_checks", "question-why")
    book("no_solution").remove("softmax")
    book("no_response").remove("response_why")
    alone = book("one_cell")
    alone.remove(*[grade_id(cell) for cell in alone.cells])
    alone.add("\n\n".join(["import keras\nfrom keras import ops", *list(code.values())[:3]]))
    twice = book("twice")
    twice.copy_of("softmax", Book(released, {})["softmax"]["source"])
    twice.copy_of("Scale_checks")
    last = book("twice_changed", softmax=WRONG)
    last.copy_of("softmax", code["softmax"])
    backwards = book("backwards")
    backwards.document["cells"] = backwards.cells[::-1]
    imports = book("own_imports", softmax=code["softmax"].replace("ops.", "my_ops."))
    given = next(cell for cell in imports.cells if (grade_id(cell) or "").startswith("code-"))
    given["source"] = "".join(given["source"]) + "\nimport keras.ops as my_ops"
    retyped = book("retyped")["softmax"]
    retyped["cell_type"] = "markdown"
    del retyped["outputs"], retyped["execution_count"]
    book("tagged")["softmax"]["metadata"]["tags"] = ["demo"]
    forged = book("forged", softmax=WRONG)
    for value in ("1000", "nonsense", "-1"):
        forged.add(value, nbgrader={**forged["softmax_checks"]["metadata"]["nbgrader"], "points": 1000})
        result = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
        for cell in (forged["softmax_checks"], forged.cells[-1]):
            cell["outputs"] = [result | {"data": {"text/plain": value}}]
    forged["softmax_checks"]["metadata"]["nbgrader"]["points"] = 1000
    forged["softmax_checks"]["source"] = "3"
    forged["softmax_checks"]["metadata"]["tags"] = []
    forged["softmax"]["metadata"]["nbgrader"] |= {"grade": True, "points": 1000}
    forged.document["metadata"]["nnlearn"] = {"topic": "other", "remarks": ["canary-remark"]}
    old = book("old_metadata")
    old["softmax"]["metadata"]["nbgrader"]["schema_version"] = 1
    old["Scale"]["metadata"]["nbgrader"]["schema_version"] = 99
    odd = book("odd_metadata")
    odd["Scale_checks"]["metadata"]["nbgrader"] = ["x"]
    odd["predictions_checks"]["metadata"]["nbgrader"] = {"grade": True, "grade_id": "elsewhere"}
    odd["question-why"]["metadata"]["nbgrader"] = {}
    book("loud", Scale="print('x' * 10_000_000)\n" + code["Scale"])
    book("script", Scale="print('<script>alert(1)</script>\\x1b[2J')\n" + code["Scale"])
    drawing = "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.plot([1, 3, 2])\n"
    book("draws", Scale=drawing + code["Scale"])
    tries = book("experiments")
    tries.add("import gc\nprint(len(gc.get_objects()))\ngc.collect()", place=3)
    tries.add("import timeit\ntimeit.timeit('softmax([1.0])', globals=globals(), number=1)")
    book("late")
    book("with_py")
    softmax, scale = code["softmax"], code["Scale"]
    predictions = ">>> " + code["predictions"]
    waiting = f"import asyncio\n{scale}\nawait asyncio.sleep(0)"
    book("jupyter", softmax=f"%%time\n{softmax}", Scale=waiting, predictions=predictions)
    more = book("more_jupyter", Scale=f"%%capture out\n{scale}\n%time Scale()")
    more["softmax"]["source"] = textwrap.indent(softmax, "    ")
    book("shell", softmax=f"%%bash\nls\n{softmax}", Scale=f"files = !ls\n{scale}")
    book("reused").add("softmax = softmax([1.0, 2.0])\nScale = 3")
    misplaced = book("misplaced")
    misplaced["softmax"]["source"] = Book(released, {})["softmax"]["source"]
    misplaced["softmax_checks"]["source"] = f"{softmax}\n\nimport nnlearn\n\nnnlearn.check('softmax')"
    book("fault", predictions='PREDICTIONS = {"sum": 666}')
    return {name: made.document for name, made in books.items()}


def hand_in(course, student, document, name="toy.ipynb"):
    """Put a notebook where nbgrader collects them."""
    folder = course / "submitted" / student / "ps1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(document if isinstance(document, str) else json.dumps(document))
    return folder


def plain(source, points=None):
    """An instructor's own notebook, which teaches none of our topics."""
    cells = [("solution", source, {"solution": True}), ("test", "assert square(3) == 9", {"points": 1.0})]
    made = []
    for name, text, what in cells:
        marks = {"schema_version": 3, "grade_id": name, "grade": "points" in what, "task": False}
        marks |= {"solution": False, "locked": "points" in what, **what}
        blank = {"cell_type": "code", "outputs": [], "execution_count": None, "id": name, "source": text}
        made.append({**blank, "metadata": {"nbgrader": marks}})
    return {**PLAIN, "cells": made}


@pytest.fixture(scope="session")
def trap_course(miniature, tmp_path_factory):
    """The course of the class, everything handed in and nothing graded; do not change it."""
    root = tmp_path_factory.mktemp("traps")
    content = Path(shutil.copytree(miniature, root / "content"))
    with (content / "autograder/checks/toy/test_toy.py").open("a") as file:
        file.write(FAULTY_CHECK)
    stock, home = root / "made", root / "home"
    home.mkdir()
    with CommandLines(home) as run:

        def nnlearn(*words, cwd=stock):
            done = run.nnlearn(*words, cwd=cwd)
            assert done.returncode == 0, done.stdout + done.stderr

        nnlearn("course", "init", stock, "--content", content, cwd=root)
        nnlearn("course", "add", "toy", "--as", "ps1", "--due", "2026-01-01 00:00")
        (stock / "source/ps1/plain.ipynb").write_text(json.dumps(plain("def square(x):\n    return x * x")))
        (stock / "source/ps1/toy.py").write_text("# the instructor's own\n")
        (stock / "source/ps1/data.csv").write_text("1,2\n")
        (stock / "penalties.py").write_text(PENALTIES)
        with (stock / "nbgrader_config.py").open("a") as file:
            file.write(CONFIGURATION)
        made = run.nbgrader("generate_assignment", "ps1", cwd=stock)
        assert made.returncode == 0, made.stdout + made.stderr
        released = json.loads((stock / "release/ps1/toy.ipynb").read_text())
        for student, document in fell_in(released).items():
            hand_in(stock, student, document)
        hand_in(stock, "right", plain("def square(x):\n    return x * x"), "plain.ipynb")
        hand_in(stock, "stub", plain("def square(x):\n    return x"), "plain.ipynb")
        hand_in(stock, "unreadable", '{"cells": [')
        hand_in(stock, "wrong_name", fell_in(released)["right"], "toy (1).ipynb")
        hand_in(stock, "late", "2026-01-01 01:00:00 UTC", "timestamp.txt")
        hand_in(stock, "with_py", "# the learner's own\n", "toy.py")
        hand_in(stock, "with_py", "3,4\n", "data.csv")
        hand_in(stock, "only_py", "x = 1\n", "toy.py")
    return SimpleNamespace(root=root, course=stock, home=home, released=released)


@pytest.fixture(scope="session")
def trap_class(trap_course):
    """The class, graded by `nbgrader autograde` in one course and by `course grade` in a copy of it."""
    stock, ours = trap_course.root / "stock", trap_course.root / "ours"
    shutil.copytree(trap_course.course, stock)
    shutil.copytree(trap_course.course, ours)
    with CommandLines(trap_course.home) as run:
        said = SimpleNamespace(
            preflight=run.nnlearn("course", "preflight", "ps1", "--json", cwd=stock),
            stock=run.nbgrader("autograde", "ps1", cwd=stock),
            ours=run.nnlearn("course", "grade", "ps1", "--jobs", "2", cwd=ours),
            feedback=run.nbgrader("generate_feedback", "ps1", cwd=ours),
        )
    return SimpleNamespace(stock=stock, ours=ours, said=said, released=trap_course.released)
