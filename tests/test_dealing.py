"""Files of tests are dealt to workers so that what takes long to make is made once."""

import subprocess
import sys

from dealing import HERE, LONGEST, TOGETHER

CONFTEST = "from dealing import pytest_xdist_make_scheduler\n"
TEST = """
import os
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range(3))
def test_it(number):
    with Path(__file__).with_suffix(".workers").open("a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


def test_the_files_that_are_named_are_there():
    named = {*LONGEST, *(name for group in TOGETHER for name in group)}
    assert sorted(name for name in named if not (HERE / name).is_file()) == []


def test_files_that_belong_together_go_to_one_worker_and_others_to_both(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    files = [tmp_path / "tests" / name for name in TOGETHER[0]]
    files += [tmp_path / "tests" / f"test_{letter}.py" for letter in "abcd"]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TEST)
    command = ["pytest", "-p", "no:cacheprovider", "-p", "no:nnlearn", "--import-mode=importlib"]
    command += ["--rootdir=.", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    done = subprocess.run(
        [sys.executable, "-m", *command, *map(str, files)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(HERE), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{3 * len(files)} passed" in done.stdout, done.stdout + done.stderr
    workers = [set(file.with_suffix(".workers").read_text().split()) for file in files]
    assert all(len(found) == 1 for found in workers)
    assert len(set.union(*workers[: len(TOGETHER[0])])) == 1
    assert len(set.union(*workers)) == 2
