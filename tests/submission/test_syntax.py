"""What does not parse, and what only IPython understands: the rest of a submission is read all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from submission.handed_in import code_cell, notebook, python


def test_a_syntax_error_costs_its_own_cell(tmp_path: Path) -> None:
    """A cell that does not parse is marked and noted; the others stay as they are."""
    source = notebook(tmp_path, code_cell("x = 1"), code_cell("y = 2\n\ndef f(:\n    pass"))
    assert [cell.error is None for cell in source.cells] == [True, False]
    assert source.notes == ("cell 2 does not parse: SyntaxError line 3: invalid syntax",)
    assert source.cells[1].tree.body == []


@pytest.mark.parametrize(
    "code",
    [
        "x = '\0'",
        "x = '\ud800'",
        "(" * 5000 + ")" * 5000,
        "-" * 100_000 + "1",
        "x = " + "+".join(["1"] * 20_000),
        "a" + ".b" * 20_000,
        "if x:\n pass\n" + "elif x:\n pass\n" * 2000,
        "x = 1" + "0" * 5000,
        "x = (\n" * 10,
        "x = 1\n\tif x:\n  y",
        "a\\\u2028b",
    ],
)
def test_hostile_code_is_a_note(tmp_path: Path, code: str) -> None:
    """Code that breaks parsers is marked, not raised, and its note can be shown anywhere."""
    source = notebook(tmp_path, code_cell(code))
    assert source.cells[0].error
    (note,) = source.notes
    assert note.startswith("cell 1 does not parse: ")
    assert note.isprintable()
    assert len(note) < 300
    note.encode()


def test_warnings_of_the_parser_stay_quiet(tmp_path: Path) -> None:
    r"""A `\d` in a string is the learner's business."""
    assert python(tmp_path, "x = '\\d'\n1 is 1\n").notes == ()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("%matplotlib inline", "a magic command"),
        ("%timeit softmax(x)", "a magic command"),
        ("!pip install 'keras", "a shell command"),
        ("!!ls", "a shell command"),
        ("files = !ls *.py", "a shell command"),
        ("here = %pwd", "a magic command"),
        ("?softmax", "a question to IPython"),
        ("softmax?", "a question to IPython"),
        ("np.array??", "a question to IPython"),
        ("get_ipython().run_line_magic('matplotlib', 'inline')", "a magic command"),
    ],
)
def test_lines_for_ipython_are_blanked_and_noted(tmp_path: Path, line: str, what: str) -> None:
    """The rest of the cell runs, on the same lines."""
    source = notebook(tmp_path, code_cell(f"x = 1\n{line}\ny = 2"))
    (cell,) = source.cells
    assert cell.error is None
    assert cell.code.split("\n") == ["x = 1", "#", "y = 2"]
    assert source.notes == (
        f"cell 1, line 2: `{line}` is {what}, which is not run when graded; remove the line",
    )


def test_a_shell_line_in_a_block_or_over_two_lines(tmp_path: Path) -> None:
    """A block stays a block; a continued command is blanked to its end."""
    code = "if new:\n    !pip install keras\n!echo a \\\n  b\ny = 2"
    source = python(tmp_path, code)
    assert source.cells[0].code.split("\n") == ["if new:", "    pass", "#", "", "y = 2"]
    assert source.cells[0].error is None
    assert len(source.notes) == 2
    assert source.notes[0].startswith("softmax.py:2: `!pip install keras`")


@pytest.mark.parametrize(
    "code",
    [
        "x = (17\n  % 5)",
        'text = """\n!important\n%matplotlib inline\n"""',
        "# !pip install\nx = 1",
        "x = 17 \\\n% 5",
    ],
)
def test_python_that_looks_like_a_magic_is_left_alone(tmp_path: Path, code: str) -> None:
    """A percent sign that continues an expression, or a string, is Python."""
    source = python(tmp_path, code)
    assert source.cells[0].code == code
    assert source.notes == ()


def test_a_string_is_kept_beside_a_real_shell_line(tmp_path: Path) -> None:
    """Blanking one line does not touch what looks alike inside a string."""
    code = '!ls\ntext = """\n!important\n"""'
    assert python(tmp_path, code).cells[0].code == '#\ntext = """\n!important\n"""'


def test_many_shell_lines_take_bounded_work(tmp_path: Path) -> None:
    """For each the cell is read once more, so their number is bounded."""
    assert python(tmp_path, "!ls\n" * 20_000).cells[0].error
