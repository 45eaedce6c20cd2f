"""All checks of a topic under plain pytest: a submission runs in isolation unless it is trusted."""

import os
import subprocess
import sys

import psutil
import pytest
from patience import PATIENCE_S, comes_true
from toy_course import REFERENCE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")


def run_checks(root, submission, *arguments):
    return subprocess.run(
        [
            *[sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"],
            *["autograder/checks/toy", "--submission", str(submission), *arguments],
        ],
        cwd=root,
        env={**os.environ, "COLUMNS": "100", "TMPDIR": str(submission.parent)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def _home_of(process):
    """Where a zygote was started; its home lies in the folder for temporary files."""
    try:
        return process.environ().get("HOME", "")
    except psutil.Error:
        return ""


def test_a_submission_is_isolated_and_gets_what_it_deserves(miniature, tmp_path):
    mark = tmp_path / "written"
    submission = tmp_path / "toy.py"
    submission.write_text(
        REFERENCE + f"\ntry:\n    open({str(mark)!r}, 'w').write('here')\nexcept OSError:\n    pass\n"
    )
    done = run_checks(miniature, submission)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not mark.exists()
    trusted = run_checks(miniature, submission, "--in-process")
    assert trusted.returncode == 0, trusted.stdout + trusted.stderr
    assert mark.exists()
    passed = [run.stdout.splitlines()[-1].split(" in ")[0] for run in (done, trusted)]
    assert passed[0] == passed[1]


def test_a_wrong_submission_is_told_what_is_wrong_and_leaves_no_process(miniature, tmp_path):
    submission = tmp_path / "toy.py"
    submission.write_text(REFERENCE.replace("e / ops.sum(e, axis=axis", "e / ops.sum(e, axis=0"))
    done = run_checks(miniature, submission)
    assert done.returncode == 1
    assert "each row" in done.stdout
    assert "Traceback" not in done.stdout
    here = str(tmp_path)
    assert comes_true(lambda: not any(here in _home_of(process) for process in psutil.process_iter()))
