"""No `from __future__` of ours reaches code of learners: what compiles text inherits nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import autograder
import nnlearn

_PACKAGES = [Path(package.__path__[0]) for package in (nnlearn, autograder)]
_FILES = [f for package in _PACKAGES for f in package.rglob("*.py") if "sample_class" not in f.parts]


def calls(*names: str) -> list[tuple[Path, ast.Call]]:
    """All calls of builtins by these names."""
    return [
        (file, node)
        for file in _FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]


def test_all_that_compiles_inherits_nothing() -> None:
    """`compile` takes over what the module it is called in imports from `__future__`, unless told not to."""
    found = calls("compile")
    assert {"cells.py", "reference.py", "seat.py"} <= {file.name for file, _ in found}
    for file, call in found:
        told = [k.value for k in call.keywords if k.arg == "dont_inherit"]
        assert [ast.unparse(value) for value in told] == ["True"], f"{file.name}:{call.lineno}"


@pytest.mark.parametrize("name", ["exec", "eval"])
def test_what_is_run_was_compiled_before(name: str) -> None:
    """`exec` and `eval` of a text inherit as well, so they get code, or a text of our own."""
    for file, call in calls(name):
        first = call.args[0]
        is_code = isinstance(first, ast.Name) and first.id in ("code", "compiled")
        is_compiled = isinstance(first, ast.Call) and ast.unparse(first.func) == "compile"
        assert is_code or is_compiled or isinstance(first, ast.Constant), f"{file.name}:{call.lineno}"
