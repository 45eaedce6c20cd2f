"""The cells that have run, as IPython tells of them: today's, and the older one that Colab has."""

from __future__ import annotations

import linecache
import types

import pytest

from nnlearn.notebook import cells
from nnlearn.submission.locate import where_is


def remember(monkeypatch: pytest.MonkeyPatch, file: str, code: str) -> None:
    """Keep the code of a cell where IPython keeps it."""
    monkeypatch.setitem(linecache.cache, file, (len(code), None, code.splitlines(keepends=True), file))


def kernel_with(monkeypatch: pytest.MonkeyPatch, **compiler: object) -> dict[str, object]:
    """Stand in for a running IPython; gives its namespace."""
    kernel = types.SimpleNamespace(user_ns={}, compile=types.SimpleNamespace(**compiler))
    monkeypatch.setattr(cells, "shell", lambda: kernel)
    return kernel.user_ns


def test_ipython_7_numbers_cells_in_their_file_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells come in the order in which they ran, and the last definition counts."""
    remember(monkeypatch, "<ipython-input-12-0123abcd>", "x = 1\ndef relu(x):\n    return x\n")
    remember(monkeypatch, "<ipython-input-3-4567abcd>", "def relu(x):\n    pass\n")
    found = cells.run_cells(kernel_with(monkeypatch))
    assert [cell.name for cell in found] == ["cell In[3]", "cell In[12]"]
    assert where_is(cells.source_of(found), "relu") == "cell In[12], line 2"


def test_today_the_compiler_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are no cells are left out, and what no parser understands is marked."""
    remember(monkeypatch, "/tmp/ipykernel_1/77.py", "y = 2\n")
    remember(monkeypatch, "/tmp/ipykernel_1/78.py", "this is no Python\n")
    names = {"/tmp/ipykernel_1/77.py": ("Cell", "In[5]"), "/tmp/ipykernel_1/78.py": ("Cell", "In[6]")}
    found = cells.run_cells(kernel_with(monkeypatch, format_code_name=names.get))
    assert (found[0].number, found[0].code) == (5, "y = 2\n")
    source = cells.source_of(found)
    assert [(cell.name, cell.error is None) for cell in source.cells] == [
        ("cell In[5]", True),
        ("cell In[6]", False),
    ]
    assert source.notes == ("cell In[6] does not parse: SyntaxError line 1: invalid syntax",)


def test_a_script_is_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of IPython the file of the caller is read."""
    monkeypatch.setattr(cells, "shell", lambda: None)
    [cell] = cells.run_cells({"__file__": __file__})
    assert cell.name == "test_cells.py"
    assert "def test_a_script_is_one_piece" in cell.code
    assert cells.run_cells({}) == ()
