"""A class through the whole life of an assignment, which several modules look at."""

import shutil
import textwrap
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from stock_nbgrader import CommandLines

ADA = {
    "softmax": """
        def softmax(logits, axis=-1):
            logits = ops.convert_to_tensor(logits)
            print("softmax of", logits.shape)
            return ops.exp(logits - ops.logsumexp(logits, axis=axis, keepdims=True))
    """,
    "Scale": """
        class Scale(keras.layers.Layer):
            def __init__(self, factor=2.0, name=None):
                super().__init__(name=name)
                self.by = factor

            def call(self, x):
                return self.by * x
    """,
    "predictions": 'PREDICTIONS = {"sum": 1}',
    "response_why": "Since exp overflows, and a shift changes nothing.",
}
BO = {
    "softmax": """
        import sys

        print("hello from Bo")
        print("a warning", file=sys.stderr)

        def softmax(logits, axis=-1):
            powers = ops.exp(logits)
            return powers / ops.sum(powers, axis, keepdims=True)
    """,
    "Scale": ADA["Scale"],
    "predictions": 'PREDICTIONS = {"sum": 2}',
    "response_why": (
        "No idea, but `x < y` looks <b>neat</b>. <script>document.title = 'hijacked'</script>"
        "<img src=x onerror=\"document.title = 'hijacked'\"> [click](javascript:alert(1))"
    ),
}
ROSTER = "id,first_name,last_name,email\nada,Ada,Lovelace,ada@example.org\nbo,Bo,Zhang,\ncy,Cy,Young,\n"


def fill_in(notebook, answers):
    """Write `answers` into the cells of a released notebook, as a learner would."""
    document = nbformat.read(notebook, 4)
    for cell in document.cells:
        text = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if text is not None:
            cell.source = textwrap.dedent(text).strip()
    nbformat.write(document, notebook)


@pytest.fixture(scope="session")
def life(miniature, tmp_path_factory):
    """Every step from `course init` to exported grades; what each command said, by its name."""
    root = tmp_path_factory.mktemp("life")
    content = Path(shutil.copytree(miniature, root / "content"))
    exchange, home, course = root / "exchange", root / "home", root / "course"
    exchange.mkdir(mode=0o777)
    home.mkdir()
    (root / "roster.csv").write_text(ROSTER)
    said = {}
    with CommandLines(home) as run:

        def step(name, done):
            assert done.returncode == 0, f"{name}: {done.stdout}\n{done.stderr}"
            said[name] = done.stdout + done.stderr

        def nbgrader(command, *arguments, cwd=course, name=None):
            # What is submitted is remembered in the data folder, which no two people share.
            data = {"JUPYTER_DATA_DIR": str(root / f"jupyter-data-of-{cwd.name}")}
            step(name or command, run.nbgrader(command, *arguments, cwd=cwd, **data))

        made = ["course", "init", course, "--roster", root / "roster.csv", "--exchange", exchange]
        step("init", run.nnlearn(*made, "--content", content, cwd=root))
        step(
            "add", run.nnlearn("course", "add", "toy", "--as", "ps1", "--due", "2030-01-02 03:04", cwd=course)
        )
        nbgrader("generate_assignment", "ps1")
        nbgrader("release_assignment", "ps1")

        as_student = ["--course", "course", f"--Exchange.root={exchange}"]
        folders = {}
        for student, answers in (("ada", ADA), ("bo", BO)):
            folder = folders[student] = root / f"home-of-{student}"
            folder.mkdir()
            nbgrader("fetch_assignment", "ps1", *as_student, cwd=folder)
            shutil.copytree(folder / "ps1", folder / "as-fetched")
            fill_in(folder / "ps1/toy.ipynb", answers)
            nbgrader("submit", "ps1", *as_student, f"--student={student}", cwd=folder)
        shutil.copytree(root / "home-of-ada/ps1", root / "validated")
        shutil.copy(root / "home-of-ada/as-fetched/toy.ipynb", root / "validated/unwritten.ipynb")
        patient = "--ExecutePreprocessor.timeout=600"  # this machine has other things to do
        for name, file in (("validate right", "toy.ipynb"), ("validate unwritten", "unwritten.ipynb")):
            nbgrader("validate", file, patient, cwd=root / "validated", name=name)

        nbgrader("collect", "ps1")
        archive = course / "downloaded/ps1/archive"
        archive.mkdir(parents=True)
        shutil.copy(course / "release/ps1/toy.ipynb", archive / "cy_toy.ipynb")
        nbgrader("zip_collect", "ps1")
        nbgrader("autograde", "ps1")
        nbgrader("generate_feedback", "ps1")
        nbgrader("release_feedback", "ps1")
        nbgrader("fetch_feedback", "ps1", *as_student, cwd=folders["ada"])
        nbgrader("export", "--to", "grades.csv")
    return SimpleNamespace(
        root=root,
        course=course,
        exchange=exchange,
        content=content,
        home=home,
        said=said,
        written={"ada": ADA, "bo": BO},
    )


from course.late_class import late_course  # noqa: E402, F401 - made once for several modules
from course.trap_class import trap_class, trap_course  # noqa: E402, F401 - made once for several modules
