"""Where shortcuts count: in what a part reaches, at which place, and with how much work."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest
from submission.searched import RULES, names, part, source_of

from nnlearn.submission.shortcuts import Shortcut, Shortcuts
from nnlearn.submission.source import Cell, Source

MOST_CALLS = 20_000_000  # some seconds


def test_what_a_part_reaches_by_name_belongs_to_it() -> None:
    """Helpers, their helpers, bases and module constants count for the part that uses them."""
    code = """
import keras
def helper(x):
    return deeper(x)
def deeper(x):
    return OPERATION(x)
OPERATION = keras.ops.softmax
class Base(keras.layers.Dropout):
    pass
class Middle(Base): ...
def one(x):
    return helper(x)
class two(Middle):
    pass
def three(x):
    return x
"""
    assert names(code, part="one") == ["keras.ops.softmax"]
    assert names(code, part="two") == ["keras.layers.Dropout"]
    assert names(code, part="three") == []


def test_parts_may_use_each_other() -> None:
    """A part that calls another answers for what it reaches there, not for its neighbours."""
    honest = "from keras import ops\ndef softmax(x):\n    return ops.exp(x)\n"
    code = honest + "def log_softmax(x):\n    return ops.log(softmax(x))\n"
    assert names(code, part="log_softmax") == []


def test_where_the_first_use_is() -> None:
    """The place is a line of the file, or a cell and its line; the part's own code comes first."""
    code = "import keras\n\nf = keras.ops.softmax\n\ndef part(x):\n    return f(x) + keras.ops.softmax(x)\n"
    assert Shortcuts(source_of(code)).of("part", RULES) == (Shortcut("keras.ops.softmax", "part.py:6"),)
    cells = (
        "from keras import ops as K",
        "def helper(x):\n    return K.softmax(x)",
        "def part(x): return helper(x)",
    )
    assert Shortcuts(source_of(*cells)).of("part", RULES) == (
        Shortcut("keras.ops.softmax", "cell 2, line 2"),
    )


def test_each_name_is_reported_once() -> None:
    """Several uses of one name are one shortcut; different names are several."""
    code = part("K.softmax(K.softmax(x)) + K.log_softmax(x)", "from keras import ops as K")
    assert names(code) == ["keras.ops.softmax", "keras.ops.log_softmax"]


def test_a_cell_that_does_not_parse_is_skipped() -> None:
    """The other cells are searched all the same."""
    broken = Cell(1, "def (", frozenset(), "cell 1", error="does not parse")
    good = Cell(2, part("keras.ops.softmax(x)", "import keras"), frozenset(), "cell 2")
    source = Source(Path("part.ipynb"), "ipynb", (broken, good))
    assert [use.where for use in Shortcuts(source).of("part", RULES)] == ["cell 2, line 3"]


@pytest.mark.parametrize(
    "code",
    [
        "f0 = keras\n" + "".join(f"f{n} = f{n - 1}.x\n" for n in range(1, 3000)) + part("f2999"),
        "s0 = 'a'\n"
        + "".join(f"s{n} = s{n - 1} + s{n - 1}\n" for n in range(1, 60))
        + part("getattr(s59, s59)"),
        "f0 = a\n"
        + "".join(f"f{n} = f{n - 1} if f{n - 1} else f{n - 1}\n" for n in range(1, 60))
        + part("f59"),
        "if a:\n" + " f = f.g\n" * 5000 + part("f" + " + f" * 100) + "    f\n" * 5000,
        "def part():\n" + "    f = f.g\n" * 5000,
        "a = a\nb = c\nc = b\n" + part("a + b + c"),
        "".join(f"def f{n}(): return f{n + 1}\n" for n in range(5000)) + part("f0"),
    ],
)
def test_hostile_code_takes_bounded_work(code: str) -> None:
    """Chains, doublings and cycles of aliases come to an end, without an error of ours."""
    calls = itertools.count()

    def count(_frame: object, event: str, _argument: object) -> None:
        if event == "call":
            next(calls)

    sys.setprofile(count)
    try:
        names(code)
    finally:
        sys.setprofile(None)
    assert next(calls) < MOST_CALLS


@pytest.mark.parametrize(
    "later",
    ["part = 3", "part = part(2)", "part = 3\npart = 4", "part: int = 3", "part += 1", "[part, y] = z"],
)
def test_a_part_that_is_overwritten_by_no_function_is_read_all_the_same(later: str) -> None:
    """It stays what it was defined as, so what that uses counts."""
    first = part("keras.ops.softmax(x)", "import keras")
    assert names(first, "y = 1", later) == ["keras.ops.softmax"]
    assert names(first, later, part("x")) == []


def test_a_file_may_be_asked_what_it_defines() -> None:
    """What only the module's `__getattr__` gives, nobody has defined; of a broken file it is believed."""
    code = "import keras\ndef __getattr__(name): return keras.ops.gelu\nx = part = 3\n"
    shortcuts = Shortcuts(source_of(code))
    assert [name for name in ("part", "x", "gelu") if shortcuts.defines(name)] == ["part", "x"]
    broken = Source(
        Path("p.ipynb"), "ipynb", (Cell(1, "def (", frozenset(), "cell 1", error="does not parse"),)
    )
    assert Shortcuts(broken).defines("part")
