"""What dismantles the watch for forbidden functions is refused; what people write for other ends is not."""

from pathlib import Path

import pytest

from nnlearn.submission.source import read_source
from nnlearn.submission.tampering import find_tampering

REFUSED = [
    "getattr(object, '__subclasses__')()",
    "getattr(keras.ops, ''.join(reversed('xamtfos')))",
    "fetch = getattr",
    "list(map(getattr, [keras.ops], ['softmax']))",
    "setattr(keras.ops, name, None)",
    "vars(keras.ops)['soft' + 'max']",
    "look = vars",
    "keras.ops.__dict__[name]",
    "keras.ops.__getattribute__(name)",
    "eval('keras.ops.softmax')",
    "run = exec",
    "compile('1', '', 'eval')",
    "__import__('gc')",
    "globals()['keras']",
    "__builtins__['eval']",
    "import builtins",
    "import importlib as i",
    "from importlib import import_module",
    "import pickle",
    "from operator import attrgetter as a",
    "import operator\noperator.methodcaller(name)",
    "import types\ntypes.FunctionType(f.__code__, {})",
    "import inspect",
    "import gc",
    "import sys\nsys.modules['keras']",
    "import sys as s\ns._getframe()",
    "from sys import modules",
    "from unittest import mock",
    "import nnlearn.protocol.values",
    "from nnlearn.submission import shortcuts",
    "from nnlearn.host import guard",
    "from nnlearn.learner.session import Session",
    "import nnlearn.isolation.inside.process as p",
    "import nnlearn.checking",
    "from nnlearn.diagnosis.store import read_diagnoses",
    "from nnlearn.runtime import before_fork",
]
ALLOWED = [
    "getattr(layer, 'rate')",
    "getattr(layer, 'rate', 0.5)",
    "hasattr(x, 'dtype')",
    "class A:\n  def __init__(self):\n    for n in 'ab':\n      setattr(self, n, getattr(self, n, 0))",
    "class A:\n  def __init__(self, **k):\n    self.__dict__.update(k)\n    self.modules = []",
    "vars = model.trainable_variables\ngrads = tape.gradient(loss, vars)",
    "model.compile('sgd')\nmodel.eval()",
    "import sys\nsys.float_info.max",
    "import functools, itertools, math, operator\noperator.add(1, 2)",
    "type(x).__name__, x.__class__, super().__init__()",
    "from nnlearn import figures",
    "import nnlearn\nnnlearn.check('relu')",
    "from nnlearn.runtime.quiet import import_keras",
]


def found_in(code):
    return [use.name for use in find_tampering(read_source(Path("a.py"), code.encode()))]


@pytest.mark.parametrize("code", REFUSED)
def test_ways_to_what_surrounds_the_code_are_refused(code):
    assert found_in(code)


@pytest.mark.parametrize("code", ALLOWED)
def test_what_people_write_is_not(code):
    assert found_in(code) == []
