"""What a submission file may look like, and what a learner is told about it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from submission.handed_in import code_cell, notebook, python, raw_notebook

from nnlearn.errors import SubmissionError
from nnlearn.submission.file import MAX_BYTES
from nnlearn.submission.locate import where_is
from nnlearn.submission.source import MAX_CODE, load_source


def test_a_python_file_is_one_cell(tmp_path: Path) -> None:
    """A `.py` file is one cell, named after the file, without notes."""
    source = python(tmp_path, "x = 1\n")
    assert source.kind == "py"
    assert source.notes == ()
    (cell,) = source.cells
    assert (cell.number, cell.name, cell.code, cell.error) == (1, "softmax.py", "x = 1\n", None)
    assert len(source.sha256) == 64


def test_a_notebook_gives_its_code_cells(tmp_path: Path) -> None:
    """Cells keep their number in the notebook; text, demonstrations and empty cells are left out."""
    source = notebook(
        tmp_path,
        {"cell_type": "markdown", "source": "# Title", "metadata": {}},
        code_cell("import keras"),
        code_cell("plot()", tags=["demo", "figure"]),
        code_cell("  \n"),
        code_cell(["x = 1\n", "y = 2"], tags=["mine"]),
    )
    assert [(c.number, c.name, c.code) for c in source.cells] == [
        (2, "cell 2", "import keras"),
        (5, "cell 5", "x = 1\ny = 2"),
    ]
    assert source.cells[1].tags == {"mine"}
    assert source.kind == "ipynb"


def test_nothing_is_executed(tmp_path: Path) -> None:
    """Loading a file runs none of its code."""
    marker = tmp_path / "ran"
    python(tmp_path, f"open({str(marker)!r}, 'w')")
    assert not marker.exists()


@pytest.mark.parametrize(
    "data",
    [
        "# -*- coding: latin-1 -*-\nname = 'Zoé'\n".encode("latin-1"),
        b"\xef\xbb\xbfname = 'Zo\xc3\xa9'\n",
        "name = 'Zoé'\r\n".encode(),
    ],
)
def test_encodings_that_python_reads(tmp_path: Path, data: bytes) -> None:
    """A coding line, a byte order mark and Windows line ends are read as Python reads them."""
    source = python(tmp_path, data)
    assert "name = 'Zoé'\n" in source.cells[0].code
    assert source.cells[0].error is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("x = 1\n".encode("utf-16"), "UTF-16"),
        (b"name = 'Zo\xe9'\n", "not text"),
        (b"x = 1\n" * 5 + b"name = 'Zo\xe9'\n", "not text"),
        (b"# coding: nonsense\n", "not text"),
        (b"# coding: rot13\n", "rot13"),
        (b"# coding: unicode_escape\n", "unicode"),
    ],
)
def test_encodings_that_cannot_be_read(tmp_path: Path, data: bytes, said: str) -> None:
    """Other encodings are refused with the file's name and what to do."""
    with pytest.raises(SubmissionError, match=said) as caught:
        python(tmp_path, data)
    assert "softmax.py" in caught.value.problem
    assert "UTF-8" in caught.value.next_step


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "JSON is broken"),
        ("{", "JSON is broken"),
        ("[" * 100_000, "nested too deeply"),
        ("[1, 2]", "no nbformat"),
        ('{"cells": []}', "no nbformat"),
        ('{"nbformat": "4"}', "expected 4"),
        ('{"nbformat": 5, "cells": []}', "expected 4"),
        ('{"nbformat": 2}', "expected 4"),
        ('{"nbformat": true}', "expected 4"),
        ('{"nbformat": 4}', "not that of a notebook"),
        ('{"nbformat": 4, "metadata": {}, "cells": 7}', "notebook"),
        ('{"nbformat": 1' + "0" * 5000 + "}", "JSON is broken"),
        (b"\xff\xfe{\x00}\x00", "UTF-16"),
        (b'{"a": "\xe9"}', "not UTF-8"),
    ],
)
def test_what_is_not_a_notebook(tmp_path: Path, text: str | bytes, said: str) -> None:
    """A file that is no notebook is refused with its name, the reason and what to do."""
    with pytest.raises(SubmissionError, match=said) as caught:
        raw_notebook(tmp_path, text)
    assert "softmax.ipynb" in caught.value.problem
    assert caught.value.next_step


@pytest.mark.parametrize("cell", [7, None, "x", [], {}, {"cell_type": "code"}])
def test_strange_cells_are_no_crash(tmp_path: Path, cell: Any) -> None:
    """A notebook with broken cells is either read without them or refused in words."""
    try:
        source = notebook(tmp_path, cell, code_cell("x = 1"))
    except SubmissionError:
        return
    assert [c.code for c in source.cells] == ["x = 1"]


@pytest.mark.parametrize("code", [7, None, {"a": 1}, [1, 2]])
def test_code_that_is_no_text(tmp_path: Path, code: Any) -> None:
    """A cell whose code is no text is refused in words."""
    with pytest.raises(SubmissionError, match="notebook"):
        notebook(tmp_path, code_cell(code))


@pytest.mark.parametrize("tags", ["demo", 7, None, {"demo": 1}, [["demo"]]])
def test_strange_tags_are_no_tags(tmp_path: Path, tags: Any) -> None:
    """Tags that are not a list of words tag nothing."""
    assert len(notebook(tmp_path, code_cell("x = 1", tags=tags)).cells) == 1


def test_a_notebook_without_code(tmp_path: Path) -> None:
    """A notebook without code cells is probably the wrong file."""
    with pytest.raises(SubmissionError, match="no code cells"):
        notebook(tmp_path, {"cell_type": "markdown", "source": "hello", "metadata": {}})


def test_an_old_notebook_is_brought_up_to_date(tmp_path: Path) -> None:
    """Notebook format 3 is read like format 4."""
    cell = {
        "cell_type": "code",
        "input": "x = 1",
        "outputs": [],
        "language": "python",
        "metadata": {},
    }
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": [cell], "metadata": {}}],
    }
    assert raw_notebook(tmp_path, json.dumps(old)).cells[0].code == "x = 1"


def test_missing_files_folders_and_other_kinds(tmp_path: Path) -> None:
    """What is not a `.py` or `.ipynb` file is refused by name."""
    for name, said in (("gone.py", "does not exist"), ("notes.txt", "neither")):
        with pytest.raises(SubmissionError, match=said) as caught:
            load_source(tmp_path / name)
        assert name in caught.value.problem
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(SubmissionError, match="not a regular file"):
        load_source(tmp_path / "folder.py")
    with pytest.raises(SubmissionError, match="cannot be read"):
        load_source(tmp_path / "nul\0.py")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_links_and_pipes_are_refused(tmp_path: Path) -> None:
    """A link could point at a secret; a pipe or a device would never end."""
    (tmp_path / "real.py").write_text("x = 1")
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "device.py").symlink_to("/dev/zero")
    with pytest.raises(SubmissionError, match="link"):
        load_source(tmp_path / "link.py")
    with pytest.raises(SubmissionError, match="not a regular file"):
        load_source(tmp_path / "pipe.py")
    with pytest.raises(SubmissionError, match="link"):
        load_source(tmp_path / "device.py")


def test_size_is_bounded(tmp_path: Path) -> None:
    """Huge files, and huge amounts of code, are refused."""
    with pytest.raises(SubmissionError, match="larger than 10 MB"):
        python(tmp_path, b"#" * (MAX_BYTES + 1))
    with pytest.raises(SubmissionError, match="characters of code"):
        notebook(tmp_path, *[code_cell("#" * 1000)] * (MAX_CODE // 1000 + 1))


def test_where_a_name_is_defined(tmp_path: Path) -> None:
    """The last definition counts, in blocks too; functions hide their own names."""
    source = notebook(
        tmp_path,
        code_cell("import numpy as np\ndef softmax(x):\n    inner = 1\n"),
        code_cell("try:\n    from keras import ops\nexcept ImportError:\n    ops = None\n"),
        code_cell("\nrelu: int = 5\na, (b, *c) = 1, (2, 3)\nfor i in []: pass\nunset: int\n"),
        code_cell("if True:\n    class Dropout:\n        rate = 1\n\ndef softmax(x): ...\n"),
    )
    assert where_is(source, "softmax") == "cell 4, line 5"
    assert where_is(source, "Dropout") == "cell 4, line 2"
    assert where_is(source, "ops") == "cell 2, line 4"
    assert where_is(source, "np") == "cell 1, line 1"
    assert where_is(source, "relu") == "cell 3, line 2"
    assert where_is(source, "c") == "cell 3, line 3"
    assert where_is(source, "i") == "cell 3, line 4"
    assert [where_is(source, name) for name in ("inner", "rate", "unset", "gone")] == [""] * 4
    assert where_is(python(tmp_path, "\n\ndef f(): ...\n"), "f") == "softmax.py:3"
