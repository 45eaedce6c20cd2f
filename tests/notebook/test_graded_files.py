"""A call of `nnlearn.check` that stays in a file costs nothing when the file is checked or graded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from toy_course import REFERENCE, nnlearn

CALLS = {
    "as in the exercise": 'import nnlearn\n\nnnlearn.check("softmax")',
    "by another name": 'from nnlearn import check as look\nlook("softmax", topic="toy")',
    "in a loop": 'import math, nnlearn\nfor name in ("softmax", "Scale"):\n    nnlearn.check(part=name)',
}


@pytest.fixture
def notebook(tmp_path):
    """A notebook, everything right, with a cell for each way to call it; none is tagged."""
    cells = [REFERENCE, *CALLS.values()]
    file = tmp_path / "ada" / "toy.ipynb"
    file.parent.mkdir()
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(book, file)
    return file


def test_in_process(notebook, miniature):
    """`nnlearn check FILE` checks the file once and has nothing to remark."""
    done = nnlearn("check", notebook, "--json", "--content", miniature)
    report = json.loads(done.stdout)
    assert (done.returncode, report["notes"], report["score"]) == (0, [], report["max_score"])


@pytest.mark.skipif(sys.platform != "linux", reason="grading in isolation is for Linux")
def test_in_isolation(notebook, miniature, tmp_path):
    """Grading gives full marks, without a note."""
    done = nnlearn(
        "grade", notebook.parent.parent, "--content", miniature, "--json", tmp_path / "report.json"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [topic] = json.loads((tmp_path / "report.json").read_text())["topics"]
    [report] = topic["reports"]
    assert (report["notes"], report["score"]) == ([], report["max_score"])


@pytest.mark.skipif(sys.platform != "linux", reason="grading in isolation is for Linux")
def test_nothing_else_of_nnlearn_is_there(miniature, tmp_path):
    """The stand-in is one function and what lessons import; its globals lead nowhere else."""
    probe = (
        "import nnlearn, importlib\n"
        "print(sorted(n for n in dir(nnlearn) if not n.startswith('__')))\n"
        "print(sorted(n for n in nnlearn.check.__globals__ if not n.startswith('__')))\n"
        "for name in ('checking', 'host.host', 'learner.session', 'notebook', 'catalogue'):\n"
        "    try:\n"
        "        print(importlib.import_module(f'nnlearn.{name}'))\n"
        "    except ImportError as error:\n"
        "        print(type(error).__name__)\n"
    )
    content = Path(shutil.copytree(miniature, tmp_path / "content"))  # of which no part leaves a probe out
    toml = content / "solutions/toy/topic.toml"
    toml.write_text(re.sub(r"^(forbid|allow) = .*\n", "", toml.read_text(), flags=re.MULTILINE))
    (tmp_path / "class/ada").mkdir(parents=True)
    (tmp_path / "class/ada/toy.py").write_text(f"{REFERENCE}\n{probe}")
    nnlearn("grade", tmp_path / "class", "--content", content, "--json", tmp_path / "report.json")
    [topic] = json.loads((tmp_path / "report.json").read_text())["topics"]
    assert topic["reports"][0]["output"].splitlines() == [
        "['check', 'data', 'figures', 'lesson']",
        "['check', 'data', 'figures', 'lesson']",
        *["ModuleNotFoundError"] * 5,
    ]


def test_a_script_checks_what_it_has_defined(miniature, tmp_path):
    """Outside of IPython it prints, and names the file."""
    script = f'{REFERENCE}\nimport nnlearn\nnnlearn.check("Scale")\nnnlearn.check("softmax")\nprint("on")'
    (tmp_path / "mine.py").write_text(script.replace("axis=axis, keepdims", "axis=0, keepdims"))
    done = subprocess.run(
        [sys.executable, "mine.py"],
        cwd=tmp_path,
        env={**os.environ, "NNLEARN_CONTENT": str(miniature)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("Scale passed: 1 of 1 visible checks pass")
    assert "Where      mine.py:5" in done.stdout
    assert "ChecksFailed: softmax: 0 of 1" in done.stderr
    assert done.returncode == 1
    assert "on" not in done.stdout.splitlines()
