"""Python that is newer than the Python that reads it is called by its version, and nothing else is."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from submission.handed_in import code_cell, notebook

from nnlearn.submission.newer import version_of

NEWER = [
    ((3, 12), "type X = int"),
    ((3, 12), "type Pair[T] = tuple[T, T]"),
    ((3, 12), "def f[T](x: T) -> T:\n    return x"),
    ((3, 12), "class A[T]:\n    pass"),
    ((3, 12), "class A:\n    async def f[*Ts, **P](self): pass"),
    ((3, 12), 'x = f"{d["a"]}"'),
    ((3, 12), "x = f'{d['a']} and {g('b', [1])!r}'"),
    ((3, 12), 'print(f"a {\', \'.join(x):>{w["b"]}} {{b}}")'),
    ((3, 12), "x = f\"{'\\n'.join(a)}\""),
    ((3, 13), "def f[T = int](x): pass"),
    ((3, 14), 'x = t"hello {name}"'),
    ((3, 14), "try:\n    x\nexcept A, B:\n    pass"),
]
MISTAKES = [
    'print(f"{x", y)',
    'x = f"{a b}"',
    'x = f"{a}" b',
    "x = f'{d['a' + }'",
    "x = f'{d[\"a\"}'",
    "type X int",
    "def f[T(x): pass",
    "def [T](x): pass",
    "def f[T](x: pass",
    "except A, B:",
    "try:\n    x\nexcept A B:\n    pass",
    "print 'x'",
    "print t'x'",
    "x = = 3",
    "def f(:",
]


@pytest.mark.parametrize(("version", "code"), NEWER)
def test_newer_syntax_is_called_by_its_version(tmp_path: Path, version: tuple[int, int], code: str) -> None:
    """Where this Python has it, it is a cell like any other."""
    source = notebook(tmp_path, code_cell(f"y = 1\n{code}"))
    if version <= sys.version_info[:2]:
        assert source.notes == ()
        return
    (note,) = source.notes
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert note.endswith(f"; this is Python {version[0]}.{version[1]}, and what reads it is {here}")


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_is_no_newer_python(code: str) -> None:
    """A guess has to lead further, or nothing is said."""
    with pytest.raises(SyntaxError) as caught:
        ast.parse(code)
    assert version_of(code, caught.value.lineno) is None


@pytest.mark.parametrize(
    "code", ["f'" + "{" * 1900, "f'{" + "'" * 1900, "def f[" + "[" * 1900, "t'" * 900, "f'{a}" * 390]
)
def test_a_hostile_line_is_no_newer_python(code: str) -> None:
    """It is read in bounded work."""
    assert version_of(code, 1) is None
