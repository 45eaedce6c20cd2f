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
    "globals()[name]",
    "globals()['__builtins__']",
    "import gc\nglobals()['gc']",
    "__builtins__['eval']",
    "import builtins\nbuiltins.eval('1')",
    "import importlib as i\ni.reload(keras)",
    "from importlib import import_module",
    "import pickle\npickle.loads(data)",
    "from pickle import loads",
    "from gc import *",
    "from operator import attrgetter as a",
    "import operator\noperator.methodcaller(name)",
    "import types\ntypes.FunctionType(f.__code__, {})",
    "import inspect\ninspect.getmembers(keras.ops)",
    "import inspect\ninspect.signature(f, eval_str=True)",
    "import inspect\ninspect.signature(f, **options)",
    "import inspect\nlook = inspect.signature",
    "import gc\ngc.get_objects()",
    "import gc\nfind(gc)",
    "import gc\ngc.collect.__self__",
    "import gc\nmatch gc:\n  case object(get_objects=f):\n    f()",
    "match keras.ops:\n  case object(__dict__=d):\n    d[name]",
    "class A:\n  __match_args__ = (name,)",
    "class A:\n  import gc",
    "import toy\ntoy.timeit.timeit(text)",
    "import timeit as t\nimport toy\ntoy.t.timeit(text)",
    "import timeit as t\nfrom toy import t as u",
    "import timeit\ntimeit.timeit('f()')",
    "import timeit\ndef f(): pass\ndef g(f): timeit.timeit(f)",
    "import timeit\n@made_of_text\ndef f(): pass\ntimeit.timeit(f)",
    "import timeit\ntimeit.timeit(lambda: 1, globals={})",
    "import threading\nthreading.Thread(target=f).start()",
    "import threading\ntype(threading.current_thread())(target=f)",
    "import subprocess",
    "len.__self__.eval('1')",
    "import typing\ntyping.get_type_hints(f)",
    "np.load(file, allow_pickle=True)",
    "np.load(file, None, True)",
    "breakpoint('1')",
    "x = breakpoint()",
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
    "import gc\ngc.collect()\ngc.disable()",
    "from gc import collect\ncollect()",
    "import timeit\nstart = timeit.default_timer()",
    "from timeit import default_timer as timer\ntimer()",
    "import timeit\ndef f(): pass\ntimeit.timeit(f, number=3)\ntimeit.repeat(lambda: f(), repeat=2)",
    "import inspect\ninspect.signature(f).parameters\nprint(inspect.getsource(f))",
    "from inspect import signature\nsignature(f)",
    "import threading\nthreading.current_thread().name\nlock = threading.Lock()",
    "import threading\nthreading.current_thread() is threading.main_thread()",
    "import pickle\npickle.dumps(x, pickle.HIGHEST_PROTOCOL)",
    "import importlib.metadata\nimportlib.metadata.version('keras')",
    "from importlib.metadata import version\nversion('keras')",
    "import multiprocessing as mp\nmp.cpu_count()",
    "import sys\nin_colab = 'google.colab' in sys.modules",
    "if 'relu' in globals():\n  globals()['relu'](1)\n  globals().get('relu')(1)",
    "'x' in locals() or 'x' not in vars()",
    "hasattr(x, name)",
    "class A:\n  def f(self):\n    return vars(self)",
    "import pdb\npdb.set_trace()\nbreakpoint()",
    "np.load(file, allow_pickle=False)",
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
