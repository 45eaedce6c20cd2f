"""The archive's own scripts, run in folders laid out as Gradescope lays them out."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import nbformat
import pytest
from exporters.conftest import MINIATURE
from toy_course import REFERENCE

from autograder.exporters.gradescope import run as runner
from autograder.exporters.gradescope.archive import build_archive
from autograder.exporters.gradescope.recognise import find_submission
from autograder.exporters.gradescope.results import report_to_results
from autograder.exporters.gradescope.settings import OutputFormat, Settings, Visibility
from nnlearn.catalogue import load_catalogue
from nnlearn.errors import SubmissionError
from nnlearn.results import Outcome, PartResult, Report, Verdict

WRONG = """\
import keras, glob, json, os
from keras import ops

def grab():
    forged = json.dumps({"score": 100.0, "tests": [], "output": "forged"})
    for root in ROOTS:
        for name in ("results/results.json", "results/.results.json.1.part", "run_autograder"):
            try:
                open(os.path.join(root, name), "w").write(forged)
                print("WROTE", name)
            except Exception:
                pass
        for path in glob.glob(root + "/source/**", recursive=True):
            try:
                print("READ", open(path).read())
            except Exception:
                pass

grab()
print("loaded")

def softmax(logits, axis=-1):
    grab()
    print("INPUT", logits)
    e = ops.exp(ops.convert_to_tensor(logits))
    return e / ops.sum(e, axis=-1, keepdims=True)

class Scale(keras.layers.Layer):
    pass

PREDICTIONS = {"sum": 2.0}
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A folder in the place of /autograder, after setup.sh; each submission gets a copy, as on Gradescope."""
    root = tmp_path_factory.mktemp("image") / "autograder"
    for folder in ("source", "submission", "results"):
        (root / folder).mkdir(parents=True)
    archive = build_archive(load_catalogue(MINIATURE), Settings("toy"))
    zipfile.ZipFile(io.BytesIO(archive)).extractall(root / "source")
    shutil.copyfile(root / "source/run_autograder", root / "run_autograder")
    (root / "run_autograder").chmod(0o755)
    done = script(root, "bash", root / "source/setup.sh")
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def autograder(image, tmp_path):
    """A folder in the place of /autograder, for one submission."""
    return Path(shutil.copytree(image, tmp_path / "autograder"))


def script(root, *command):
    return subprocess.run(
        [*map(str, command)],
        cwd=root,
        env={**os.environ, "AUTOGRADER_ROOT": str(root), "NNLEARN_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def graded(root, *before):
    """What Gradescope reads after run_autograder."""
    done = script(root, *before, root / "run_autograder")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in (root / "results").iterdir()] == ["results.json"]
    return json.loads((root / "results/results.json").read_text()), done


def test_a_right_solution_gets_all_points_whatever_its_file_is_called(autograder):
    cells = [nbformat.v4.new_code_cell(text) for text in REFERENCE.split("\n\n\n")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(notebook, autograder / "submission/Homework 1 (final).ipynb")
    results, done = graded(autograder)
    assert [(t["name"], t["score"], t["max_score"], t["status"]) for t in results["tests"]] == [
        ("softmax: visible checks", 0.75, 0.75, "passed"),
        ("softmax: hidden checks", 2.25, 2.25, "passed"),
        ("Scale: visible checks", 2.0, 2.0, "passed"),
        ("predictions: visible checks", 1.0, 1.0, "passed"),
    ]
    assert [t["visibility"] for t in results["tests"]] == [
        "visible",
        "after_published",
        "visible",
        "visible",
    ]
    assert [t["number"] for t in results["tests"]] == ["1.1", "1.2", "2.1", "3.1"]
    assert {t["output_format"] for t in results["tests"]} == {"text"}
    assert results["stdout_visibility"] == "hidden"
    assert results["execution_time"] > 0
    assert "score" not in results
    assert "leaderboard" not in results
    assert "6 of 6" in done.stdout  # for instructors


def test_forging_and_stealing_fail_even_without_namespaces(autograder):
    """As in a container: whoever runs it cannot make namespaces, and other layers have to hold."""
    text = WRONG.replace("ROOTS", repr([str(autograder), "/autograder"]))
    (autograder / "submission/toy.py").write_text(text)
    (autograder / "submission/test_toy.py").write_text("print('my own checks')\n")
    results, done = graded(autograder, sys.executable, Path(__file__).with_name("in_container.py"))
    assert "WARNING: layers of isolation are missing: mountns, pidns, netns, ipcns" in done.stdout
    assert [(t["score"], t["status"]) for t in results["tests"]] == [
        (0.75, "passed"),
        (0.75, "failed"),
        (0.0, "failed"),
        (0.2, "failed"),
    ]
    assert (autograder / "run_autograder").read_bytes() == (autograder / "source/run_autograder").read_bytes()
    assert results["output"] == "Printed by your file while it was loaded:\n\nloaded\n"
    for_learners = json.dumps(results)
    for secret in ("secret_oracle", "1000.0", "BEGIN SOLUTION", "INPUT", "READ", "WROTE", str(autograder)):
        assert secret not in for_learners
    assert "READ" not in done.stdout
    [hidden] = [t for t in results["tests"] if t["name"] == "softmax: hidden checks"]
    assert "failed: softmax survives huge logits." in hidden["output"]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([], "Expected toy.py or toy.ipynb, got no .py or .ipynb file."),
        (["report.pdf", "test_toy.py", "__MACOSX/toy.py"], "got no .py or .ipynb file"),
        (
            ["toy.py", "toy.ipynb"],
            "Expected one file, got 2 that could be the one to grade: toy.ipynb, toy.py.",
        ),
        (["a.py", "sub/b.ipynb"], "a.py, sub/b.ipynb"),
    ],
)
def test_without_one_file_to_grade_the_learner_is_told(autograder, files, reason):
    for name in files:
        (autograder / "submission" / name).parent.mkdir(exist_ok=True)
        (autograder / "submission" / name).write_text("x = 1\n")
    assert runner.main(autograder) == 1
    results = json.loads((autograder / "results/results.json").read_text())
    assert results["score"] == 0.0
    assert reason in results["output"]
    assert results["visibility"] == "visible"


def test_a_grader_that_fails_gives_no_score_and_says_whose_fault_it_is(autograder):
    """Gradescope takes results without any score for a failure of the autograder."""
    (autograder / "submission/toy.py").write_text(REFERENCE)
    (autograder / "source/content/solutions/toy/topic.toml").write_text("canary = [")
    done = script(autograder, autograder / "run_autograder")
    results = json.loads((autograder / "results/results.json").read_text())
    assert done.returncode == 3
    assert "score" not in results
    assert "tests" not in results
    assert "This is not your mistake" in results["output"]
    assert "topic.toml" in done.stdout
    assert "canary" not in json.dumps(results)


def test_a_grader_error_in_one_check_gives_no_score(autograder, monkeypatch):
    (autograder / "submission/toy.py").write_text(REFERENCE)
    outcome = Outcome("test_x", "X.", True, 1.0, Verdict.GRADER_ERROR, "canary")
    report = Report("submission", "toy.py", "", (PartResult("softmax", 3.0, (outcome,)),))
    monkeypatch.setattr(runner, "_report", lambda *_: report)
    assert runner.main(autograder) == 3
    results = json.loads((autograder / "results/results.json").read_text())
    assert "score" not in results
    assert "tests" not in results
    assert "canary" not in json.dumps(results)


def test_a_machine_on_which_checks_could_be_read_grades_nothing(autograder, monkeypatch, capsys):
    (autograder / "submission/toy.py").write_text(REFERENCE)
    monkeypatch.setattr("nnlearn.isolation.confinement.layers_available", list)
    assert runner.main(autograder) == 3
    assert "score" not in json.loads((autograder / "results/results.json").read_text())
    assert "One of these layers has to hold: landlock, mountns" in capsys.readouterr().out


def test_setup_keeps_the_checks_from_other_users(autograder):
    assert (autograder / "source").stat().st_mode & 0o077 == 0
    assert not [p for p in (autograder / "source").rglob("*") if p.stat().st_mode & 0o077]


def test_links_in_a_submission_are_not_followed(autograder):
    (autograder / "submission/toy.py").symlink_to(autograder / "source/content/solutions/toy/toy.py")
    with pytest.raises(SubmissionError, match=r"got no \.py or \.ipynb file"):
        find_submission(autograder / "submission", "toy")


def report_of(*outcomes, points=1.0):
    return Report("submission", "toy.py", "", (PartResult("softmax", points, outcomes),), ("a <b> note",))


def test_scores_of_a_part_add_up_to_the_last_digit():
    kinds = [(hidden, verdict) for hidden in (False, True) for verdict in (Verdict.PASSED, Verdict.FAILED)]
    for weights in ((1, 1, 1, 4), (3, 7, 11, 13), (1, 2, 3, 0.3)):
        outcomes = [Outcome("t", "T.", h, w, v) for (h, v), w in zip(kinds, weights, strict=True)]
        report = report_of(*outcomes, points=10 / 3)
        tests = report_to_results(report, Settings("toy"), 1.0)["tests"]
        assert round(sum(test["score"] for test in tests), 4) == report.score
        assert sum(test["max_score"] for test in tests) == pytest.approx(report.max_score, abs=1e-4)


def test_html_holds_no_markup_of_a_submission():
    failed = Outcome(
        "t", "Rows <add> up.", False, 1.0, Verdict.FAILED, "got <script>alert(1)</script>\x1b[2J"
    )
    waiting = Outcome("u", "More.", True, 1.0, Verdict.WAITING, "softmax: waits until ...")
    settings = Settings("toy", Visibility.HIDDEN, OutputFormat.HTML)
    results = report_to_results(report_of(failed, waiting), settings, 1.0)
    visible, hidden = results["tests"]
    assert visible["output"] == (
        "<p><b>failed</b>: Rows &lt;add&gt; up.</p><pre>got &lt;script&gt;alert(1)&lt;/script&gt;</pre>"
    )
    assert visible["output_format"] == "html"
    assert hidden["output"] == "<p><b>waiting</b>: More.</p>"
    assert hidden["visibility"] == "hidden"
    assert results["output"] == "Note: a <b> note"
    assert results["output_format"] == "text"


def test_settings_say_what_is_wrong_with_them(tmp_path):
    (tmp_path / "settings.json").write_text('{"topic": "toy", "hidden_checks": "sometimes"}')
    with pytest.raises(msgspec.ValidationError, match="sometimes"):
        runner.read_settings(tmp_path)
