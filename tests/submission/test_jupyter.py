"""What Jupyter accepts besides Python: it becomes Python on the same lines, and nothing of it is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from submission.handed_in import code_cell, notebook, python

from nnlearn.submission.jupyter import as_python

RELU = "def relu(x):\n    return x"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("%%time\nx = 1", "#\nx = 1"),
        ("\n%%time\nx = 1", "\n#\nx = 1"),
        ("%%capture out\nprint(1)", "#\nprint(1)"),
        ("%%time\n%%capture\nx = 1", "#\n#\nx = 1"),
        ("%%prun -q\nx = 1", "#\nx = 1"),
        ("\t%%time\n\tx = 1", "#\nx = 1"),
        ("%time x = f()", "x = f()"),
        ("x = %time f()", "x = f()"),
        ("y = 'é'\n%time f('é')\nz = 1", "y = 'é'\nf('é')\nz = 1"),
        ("for i in x:\n    %time f(i)\n    g(i)", "for i in x:\n    f(i)\n    g(i)"),
        ("    def f(x):\n        return x\n    y = 2", "def f(x):\n    return x\ny = 2"),
        ("\n\n  x = 1\n  y = 2", "\n\nx = 1\ny = 2"),
        (">>> def f(x):\n...     return x\n>>> f(1)", "def f(x):\n    return x\nf(1)"),
        ("In [5]: def f(x):\n   ...:     return x", "def f(x):\n    return x"),
        ("In [5]: x = 1", "x = 1"),
        (">>> x = [1,\n...      2]", "x = [1,\n     2]"),
        ("get_ipython().run_cell_magic('time', '', 'x = 1\\ny = 2')", "#\nx = 1\ny = 2"),
        ("/f 1", "f(1)"),
        ("await f()", "await f()"),
        ("async for x in f():\n    print(x)", "async for x in f():\n    print(x)"),
        ("async with f() as g:\n    pass", "async with f() as g:\n    pass"),
    ],
)
def test_what_jupyter_accepts_becomes_python(tmp_path: Path, written: str, code: str) -> None:
    """Every statement stays on its line, and there is nothing to say about it."""
    source = notebook(tmp_path, code_cell(written))
    assert source.cells[0].error is None
    assert source.cells[0].code.rstrip("\n") == code
    assert source.notes == ()


@pytest.mark.parametrize(
    ("written", "code", "note"),
    [
        ("%time !ls", "#", "cell 1, line 1: `%time !ls` is a shell command, which is not run when graded"),
        ("x = 1; !ls\ny = 2", None, "cell 1 does not parse: SyntaxError line 1: invalid syntax"),
        ("x = %timeit -o f()\ny = 2", "#\ny = 2", "cell 1, line 1: `x = %timeit -o f()` is a magic command"),
        ("if x:\n\n  !ls\n  y = 1", "if x:\n\n  pass\n  y = 1", "cell 1, line 3: `!ls` is a shell command"),
        (
            "%%time\n%matplotlib inline\nx = 1",
            "#\n#\nx = 1",
            "cell 1, line 2: `%matplotlib inline` is a magic",
        ),
        (
            "%%timeit -n 10 a = 1\nb = 2",
            "a = 1\nb = 2",
            "cell 1, line 1: `%%timeit -n 10 a = 1` keeps to itself",
        ),
        ("x = 1; get_ipython().magic('who'); y = 2", "x = 1; pass; y = 2", "cell 1, line 1: `x = 1; get_"),
        ("%time x = (1,\n 2)", None, "cell 1 does not parse: IndentationError line 2"),
    ],
)
def test_what_is_left_out_is_noted_with_its_line(
    tmp_path: Path, written: str, code: str | None, note: str
) -> None:
    """What cannot be had without IPython is said; where the rest makes no Python, the cell is as it was."""
    source = notebook(tmp_path, code_cell(written))
    assert source.cells[0].code == (code or written)
    assert (source.cells[0].error is None) is (code is not None)
    assert [found for found in source.notes if found.startswith(note)], source.notes


@pytest.mark.parametrize(
    "header", ["%%bash", "%%writefile relu.py", "%%html", "%%javascript", "%%sql select 1", "%%!"]
)
def test_a_cell_in_another_language_costs_only_itself(tmp_path: Path, header: str) -> None:
    """What is below such a line is no Python of this notebook; the other cells run."""
    source = notebook(tmp_path, code_cell(f"{header}\n{RELU}"), code_cell("%%time\nx = 1"))
    assert [cell.error is None for cell in source.cells] == [False, True]
    assert source.notes == (
        f"cell 1 is not run: `{header.strip()}` is a cell magic; remove the line, or the cell",
    )


def test_line_numbers_hold_where_a_command_takes_several_lines() -> None:
    """A command over three lines leaves three lines."""
    written = "!pip install \\\n  keras \\\n  numpy\nx = 1\n%time y = 2\nfiles = !ls \\\n  *.py\nz = 3"
    lines = as_python(written).code.split("\n")
    assert (lines[3], lines[4], lines[7]) == ("x = 1", "y = 2", "z = 3")
    assert [line for line, _ in as_python(written).notes] == [1, 6]


def test_a_file_is_read_as_a_cell_is(tmp_path: Path) -> None:
    """What was copied out of a notebook into a file."""
    source = python(tmp_path, f"%matplotlib inline\n%time x = 1\n{RELU}")
    assert source.cells[0].code == f"#\nx = 1\n{RELU}"
    assert source.notes[0].startswith("softmax.py:1: `%matplotlib inline`")


@pytest.mark.parametrize(
    "code",
    [
        '%x\n"""' * 20_000,
        "a" * 200_000 + " ?",
        "b\n" + ("a" * 1999 + " ") * 100 + "?",
        "(\n" + ("a" * 1999 + "\n") * 100 + ") ?",
        ">>> x\n" * 20_000 + "(",
        "x = %a\n" * 20_000,
        "%%time\n" * 20_000,
        "".join(" " * i + "if x:\n" for i in range(90)) + "%" * 1000,
        "%time " * 1000,
        "!ls \\\n" * 20_000,
        "%time %time %time %time %time %time f()",
        "\x0c%%time\nx",
        "x = 1\u2028%time y\n",
        "get_ipython().run_cell_magic('time', '', '" + "(" * 50_000 + "')",
        "%\n?\n!\n%%\n??",
    ],
)
def test_hostile_magics_are_read_in_bounded_work(tmp_path: Path, code: str) -> None:
    """Whatever is made of them, it is Python or marked as none."""
    cell = notebook(tmp_path, code_cell(code)).cells[0]
    assert cell.error or cell.tree is not None
    assert cell.code.count("\n") <= code.count("\n") + 1
