"""What surrounds the code is left out of a file before it runs; that costs only the parts that need it."""

import json
from pathlib import Path

import pytest

from nnlearn.submission.left_out import leave_out
from nnlearn.submission.source import read_source
from nnlearn.submission.tampering import find_tampering

HONEST = "import keras\n\n\ndef relu(x):\n    return keras.ops.maximum(x, 0)\n"
OWN = {
    "gc": "import gc\nprint(len(gc.get_objects()))",
    "timeit": "import timeit\nt = timeit.timeit('relu(1)', globals=globals())\nprint(t)",
    "pickle": "import pickle\ncopy = pickle.loads(pickle.dumps([1]))",
    "inspect": "import inspect\nfor name, value in inspect.getmembers(relu):\n    print(name)",
    "dict": "print(relu.__dict__)",
    "subprocess": "import subprocess\nsubprocess.run(['pip', 'list'])",
    "reload": "import importlib\nimportlib.reload(keras)",
    "globals": "for name in list(globals()):\n    print(name)",
    "threading": "import threading\nthread = threading.Thread(target=relu)\nthread.start()",
    "eval": "y = eval('1 + 1')\nprint(y)",
    "getattr": "for name in ['relu', 'exp']:\n    print(getattr(keras.ops, name))",
    "helper": "def look():\n    return eval('1')\n\n\nlook()",
}


def notebook(*cells):
    """A notebook with these cells of code, as it is handed in."""
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def remainder(text, parts=("relu", "gelu")):
    source = read_source(Path("a.py"), text.encode())
    found = leave_out(source, parts)
    assert not find_tampering(found.source)
    assert found.source.cells[0].code.count("\n") == text.count("\n")
    return found, found.source.cells[0].code


@pytest.mark.parametrize("word", OWN)
def test_a_cell_of_ones_own_costs_nothing_and_is_named(word):
    source = read_source(Path("a.ipynb"), notebook(HONEST, OWN[word], "print('after')"))
    found = leave_out(source, ["relu"])
    assert not find_tampering(found.source)
    assert found.refused == {}
    (note,) = found.notes
    assert note.startswith("cell 2 is not run when graded: it uses ")
    assert note.endswith("; nothing of the exercise needs it")
    assert found.source.cells[0].code == source.cells[0].code
    assert found.source.cells[2].code == "print('after')"


@pytest.mark.parametrize("word", OWN)
def test_in_a_python_file_the_lines_are_named_and_the_rest_runs(word):
    found, code = remainder(f"{HONEST}{OWN[word]}\nafter = 1\n")
    assert found.refused == {}
    (note,) = found.notes
    assert note.startswith("a.py:")
    assert "run when graded" in note
    names: dict[str, object] = {}
    exec(code.replace("import keras", "keras = None"), names)
    assert names["after"] == 1
    assert callable(names["relu"])


@pytest.mark.parametrize(
    "uses",
    [
        "def gelu(x):\n    return eval('x')\n",
        "def _help(x):\n    return eval('x')\n\n\ndef gelu(x):\n    return _help(x)\n",
        "@eval('print')\ndef gelu(x):\n    return x\n",
        "def gelu(x, y=eval('1')):\n    return x\n",
        "class gelu:\n    y = eval('1')\n",
        "N = eval('1')\nM = N + 1\n\n\ndef gelu(x):\n    return x + M\n",
        "gelu = eval('relu')\n",
        "def gelu(x):\n    return x\n\n\ngelu.more = eval('1')\n",
        "M = []\nM[0:] = eval('[1]')\n\n\ndef gelu(x):\n    return M\n",
        "def make():\n    return eval('1')\n\n\ngelu = make()\n",
        "if True:\n    def gelu(x):\n        return eval('x')\n",
        "def gelu(x):\n    return globals()['_h'](x)\n\n\ndef _h(x):\n    return eval('x')\n",
    ],
)
def test_a_part_that_needs_it_is_refused_alone(uses):
    found, code = remainder(HONEST + uses)
    assert set(found.refused) == {"gelu"}
    assert [use.name for use in found.refused["gelu"]] == ["eval"]
    assert all(note.endswith("; gelu needs it") for note in found.notes)
    assert "def relu" in code
    assert "eval" not in code


def test_a_part_that_another_part_pays_for_is_refused_too():
    gelu = "def gelu(x):\n    import gc\n    gc.get_objects()\n    return x\n\n\n"
    found, code = remainder(gelu + "def relu(x):\n    return gelu(x)\n")
    assert set(found.refused) == {"relu", "gelu"}
    assert not code.replace("pass", "").strip()


def test_of_an_import_only_the_names_go_that_are_refused():
    found, code = remainder(
        "import os, subprocess\nfrom gc import collect, get_objects\n\ndef relu(x): return os\n"
    )
    assert code.startswith("import os\nfrom gc import collect\n")
    assert found.refused == {}


def test_statements_on_one_line_and_over_lines_keep_their_numbers():
    _, code = remainder("x = 1; y = eval('''\n1\n'''); z = 2\nassert x + z == 3\n")
    exec(code, {})
    _, code = remainder("@eval(\n  'f'\n)\n@other\ndef f():\n    return 1\nx = 1\n")
    assert code.split("\n")[6] == "x = 1"


def test_what_is_never_entered_is_not_mentioned():
    found, _ = remainder(HONEST + "if __name__ == '__main__':\n    print(eval('1'))\n")
    assert (found.notes, found.refused) == ((), {})


def test_what_is_harmless_only_because_of_what_is_left_out_goes_as_well():
    text = "import timeit\ndef f():\n    return eval('1')\n\ndef relu(x):\n    return timeit.timeit(f)\n"
    found, _ = remainder(text)
    assert set(found.refused) == {"relu"}


def test_a_name_that_is_used_again_for_something_else_is_nobodys_loss():
    text = "x = eval('1')\nprint(x)\nx = 2\nprint(x)\ndef relu(y):\n    return x\n"
    found, code = remainder(text)
    assert found.refused == {}
    assert code.startswith("pass\npass\nx = 2\nprint(x)\n")


def test_long_chains_are_read_in_time():
    lines = [f"def f{i}():\n    return f{i + 1}()\n" for i in range(3000)]
    found, _ = remainder(
        "".join(lines) + "def f3000():\n    return eval('1')\ndef relu(x):\n    return f0()\n"
    )
    assert set(found.refused) == {"relu"}
