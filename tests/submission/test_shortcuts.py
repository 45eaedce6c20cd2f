"""Which code counts as a shortcut, and which does not."""

# ruff: noqa: E501 - learners' code reads better on one line

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

from nnlearn.protocol.requests import Rules
from nnlearn.submission.forbidden import Ruling
from nnlearn.submission.shortcuts import Shortcut, Shortcuts
from nnlearn.submission.source import Cell, Source

MOST_CALLS = 20_000_000  # some seconds
FORBID = (
    "keras.ops.softmax",
    "keras.ops.log_softmax",
    "keras.activations.*",
    "keras.layers.Dropout",
    "keras.layers.Softmax",
    "tensorflow.nn.*",
    "scipy.special.softmax",
    "keras.Model.fit",
    "kernel:Softmax",
)
RULES = Rules(FORBID, ("keras.*", "tensorflow.*", "scipy.*", "kernel:*"))  # whatever is not forbidden


def source_of(*codes: str) -> Source:
    """A notebook of these cells, or a Python file if there is one."""
    if len(codes) == 1:
        return Source(Path("part.py"), "py", (Cell(1, codes[0], frozenset(), "part.py"),))
    cells = (Cell(n, c, frozenset(), f"cell {n}") for n, c in enumerate(codes, start=1))
    return Source(Path("part.ipynb"), "ipynb", tuple(cells))


def names(*codes: str, part: str = "part", rules: Rules = RULES) -> list[str]:
    """The names of the shortcuts found."""
    return [use.name for use in Shortcuts(source_of(*codes)).of(part, rules)]


def part(body: str, before: str = "") -> str:
    """A file with a function `part` that returns the expression `body`."""
    return f"{before}\ndef part(x, axis=-1):\n    return {body}\n"


SOFTMAX = [
    part("keras.ops.softmax(x)", "import keras"),
    part("k.ops.softmax(x)", "import keras as k"),
    part("K.softmax(x)", "from keras import ops as K"),
    part("s(x)", "from keras.ops import softmax as s"),
    part("softmax(x)", "from keras.ops import *"),
    part("keras.ops.softmax(x)", "import keras.ops"),
    part("o.softmax(x)", "import keras.ops as o"),
    part("K.softmax(x)", "import keras\nK = keras.ops"),
    part("f(x)", "import keras\nK = keras.ops\nf = K.softmax"),
    part("f(x)", "import keras\n_, f = 1, keras.ops.softmax"),
    part("f(x)", "import keras\n[(f, _), *_] = [(keras.ops.softmax, 1), 2]"),
    part("f(x)", "import keras\nif (f := keras.ops.softmax): pass"),
    part("(lambda f: f(x))(keras.ops.softmax)", "import keras"),
    part("[f(x) for f in (keras.ops.softmax,)][0]", "import keras"),
    part("getattr(keras.ops, 'softmax')(x)", "import keras"),
    part("getattr(keras.ops, 'soft' + 'max')(x)", "import keras"),
    part("getattr(keras.ops, NAME)(x)", "import keras\nA = 'soft'\nNAME = f'{A}max'"),
    part("keras.ops.__dict__['softmax'](x)", "import keras"),
    part("keras.ops.__dict__.get('softmax')(x)", "import keras"),
    part("vars(keras.ops)['softmax'](x)", "import keras"),
    part("importlib.import_module('keras.ops').softmax(x)", "import importlib"),
    part("load('keras.ops').softmax(x)", "from importlib import import_module as load"),
    part("__import__('keras').ops.softmax(x)"),
    part("__import__('keras.ops', fromlist=['x']).softmax(x)"),
    part("sys.modules['keras.ops'].softmax(x)", "import sys"),
    part("operator.attrgetter('softmax')(keras.ops)(x)", "import keras, operator"),
    part("(keras.ops if x else None).softmax(x)", "import keras"),
    part("f(x)", "import functools, keras\nf = functools.partial(keras.ops.softmax, axis=1)"),
    part("globals()['f'](x)", "from keras.ops import softmax\nf = softmax"),
    part("tf.keras.ops.softmax(x)", "import tensorflow as tf"),
    part("keras.ops.softmax(x)", "from tensorflow import keras"),
    part("ops.softmax(x)", "from tensorflow.keras import ops"),
    part("keras.ops.nn.softmax(x)", "import keras"),
    part("softmax(x)", "from keras._tf_keras.keras.ops import softmax"),
    "import keras\ndef part(x, K=keras.ops):\n    return K.softmax(x)\n",
    "import keras\npart = keras.ops.softmax\n",
    "from keras.ops import softmax as part\n",
    "import keras\ndef part(x):\n    K = keras\n    K = K.ops\n    return K.softmax(x)\n",
    "def part(x):\n    import keras as k\n    from k import ops\n    return k.ops.softmax(x)\n",
    "def part(x):\n    from keras import ops\n    def inner(y):\n        return ops.softmax(y)\n    return inner(x)",
    "import keras\ndef use():\n    global f\n    f = keras.ops.softmax\nuse()\ndef part(x):\n    return f(x)",
    "try:\n    from keras.ops import softmax as s\nexcept ImportError:\n    s = None\ndef part(x):\n    return s(x)",
    "import keras\nclass part:\n    f = keras.ops.softmax\n    def call(self, x):\n        return self.f(x)",
    "import keras\nclass part:\n    K = keras.ops\n    f = K.softmax\n",
    "import keras\n@keras.ops.softmax\ndef part(x):\n    return x",
    "import keras\ndef part(x, f=keras.ops.softmax):\n    return f(x)",
    "import keras\nTABLE = {}\nTABLE['f'] = keras.ops.softmax\ndef part(x):\n    return TABLE['f'](x)",
    "import keras\nFS = []\nFS.append(keras.ops.softmax)\ndef part(x):\n    return FS[0](x)",
    "import keras\ndef part(x): return 1\npart.__code__ = keras.ops.softmax.__code__",
    "import keras\nmatch keras:\n    case K: pass\ndef part(x):\n    async def g(): return keras.ops.softmax(x)",
]


@pytest.mark.parametrize("code", SOFTMAX)
def test_every_road_to_a_forbidden_function(code: str) -> None:
    """Whatever the code calls it, `keras.ops.softmax` is found."""
    assert names(code)[0] == "keras.ops.softmax"


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("keras.activations.softmax(x)", "keras.activations.softmax"),
        ("keras.activations.relu(x)", "keras.activations.relu"),
        ("tf.nn.softmax(x)", "tensorflow.nn.softmax"),
        ("tf.nn.experimental.stateless_dropout(x)", "tensorflow.nn.experimental"),
        ("tf.compat.v1.nn.softmax(x)", "tensorflow.nn.softmax"),
        ("tf.raw_ops.Softmax(logits=x)", "tensorflow.raw_ops.Softmax"),
        ("tf.raw_ops.LogSoftmax(logits=x)", "tensorflow.raw_ops.LogSoftmax"),
        ("tf.python.ops.nn_ops.softmax_v2(x)", "tensorflow.python.ops.nn_ops.softmax_v2"),
        ("tf.python.ops.gen_nn_ops.relu(x)", "tensorflow.python.ops.gen_nn_ops.relu"),
        ("keras.src.ops.nn.softmax(x)", "keras.src.ops.nn.softmax"),
        ("keras.src.ops.nn.Softmax()(x)", "keras.src.ops.nn.Softmax"),
        ("keras.src.backend.nn.softmax(x)", "keras.src.backend.nn.softmax"),
        ("keras.src.activations.get('x')(x)", "keras.src.activations.get"),
        ("keras.backend.softmax(x)", "keras.backend.softmax"),
        ("tf.keras.backend.softmax(x)", "keras.backend.softmax"),
        ("keras.layers.Softmax()(x)", "keras.layers.Softmax"),
        ("tf.keras.layers.Softmax()(x)", "keras.layers.Softmax"),
        ("keras.ops.softmax.__call__(x)", "keras.ops.softmax"),
        ("scipy.special.softmax(x)", "scipy.special.softmax"),
        ("keras.layers.Activation('softmax')(x)", "keras.activations.softmax"),
        ("keras.layers.Dense(3, activation='softmax')(x)", "keras.activations.softmax"),
        ("keras.layers.LSTM(3, recurrent_activation='gelu')(x)", "keras.activations.gelu"),
        ("keras.layers.deserialize({'class_name': 'Dropout'})(x)", "keras.layers.Dropout"),
        ("keras.Model.fit(x)", "keras.Model.fit"),
    ],
)
def test_other_doors_to_the_same_room(expression: str, name: str) -> None:
    """Twins, private modules, kernels and strings that Keras understands are shortcuts too."""
    code = part(expression, "import keras, scipy.special\nimport tensorflow as tf")
    assert name in names(code)


def test_strings_count_only_if_what_they_name_is_forbidden() -> None:
    """`Dense(3, activation="relu")` is fine where only softmax is forbidden."""
    forbid = ("keras.ops.softmax",)
    before = "import keras"
    assert names(part("keras.layers.Dense(3, 'tanh')(x)", before), rules=Rules(forbid, ("keras.*",))) == []
    assert names(part("keras.layers.Activation('relu')(x)", before), rules=Rules(forbid, ("keras.*",))) == []
    assert (
        names(part("keras.layers.Activation('softmax')(x)", before), rules=Rules(forbid, ("keras.*",))) != []
    )
    assert names(part("keras.activations.get('softmax')(x)", before), rules=Rules(forbid, ("keras.*",))) != []
    assert (
        names(part("print('keras.ops.softmax', 'softmax')", before), rules=Rules(forbid, ("keras.*",))) == []
    )


HONEST = [
    # Elementary operations, under every name.
    part("K.exp(x) / K.sum(K.exp(x))", "from keras import ops as K"),
    part("exp(x) / sum(exp(x))", "from keras.ops import *"),
    # One's own function of that name.
    "from keras import ops\ndef softmax(x):\n    return ops.exp(x)\ndef part(x):\n    return softmax(x)",
    "from keras.ops import *\ndef softmax(x):\n    return exp(x)\ndef part(x):\n    return softmax(x)",
    "from keras.ops import softmax\ndef softmax(x):\n    return x\ndef part(x):\n    return softmax(x)",
    "from keras.ops import *\nfrom numpy import *\ndef part(x):\n    return len(abs(x)) + log(x)",
    # Local names that happen to be the same.
    "from keras import ops\ndef part(x, ops=None):\n    return ops.softmax(x)",
    "import keras\ndef part(keras):\n    return keras.ops.softmax(1)",
    "from keras.ops import softmax\ndef part(x):\n    softmax = x / 2\n    return softmax",
    "from keras.ops import softmax\ndef part(x):\n    return [softmax for softmax in x]",
    "from keras.ops import softmax\ndef part(x):\n    for softmax, y in x:\n        print(softmax)",
    "from keras.ops import softmax\ndef part(x):\n    with x as softmax:\n        print(softmax)",
    "from keras.ops import softmax\ndef part(x):\n    try: x()\n    except E as softmax: print(softmax)",
    "from keras.ops import softmax\ndef part(x):\n    match x:\n        case [softmax]: print(softmax)",
    "from keras.ops import softmax\npart = lambda softmax: softmax + 1",
    "class ops:\n    softmax = None\ndef part(x):\n    return ops.softmax",
    # Used elsewhere: to compare, in a demonstration, in another part.
    "import keras\ndef part(x):\n    return x\nprint(keras.ops.softmax(part(1)))",
    "import keras\nimport numpy as np\ndef part(x):\n    return np.exp(x)\nnp.testing.assert_allclose(part(1), keras.ops.softmax(1))",
    "import keras\ndef check(x):\n    return part(x) - keras.ops.softmax(x)\ndef part(x):\n    return x",
    "import keras\ndef part(x):\n    return x\nif __name__ == '__main__':\n    part = keras.ops.softmax",
    "import keras\nexpected = keras.ops.softmax(1)\ndef part(x):\n    return x",
    "from keras.ops import softmax\ndef part(x):\n    return x\nresult = softmax(part(1))",
    # An attempt that was replaced.
    "import keras\ndef part(x):\n    return keras.ops.softmax(x)\ndef part(x):\n    return keras.ops.exp(x)",
    "import keras\nf = keras.ops.softmax\nf = keras.ops.exp\ndef part(x):\n    return f(x)",
    # Classes: the base of all layers, attributes of one's own, asking what something is.
    "import keras\nclass part(keras.layers.Layer):\n    def __init__(self, rate):\n        super().__init__()\n        self.softmax = rate\n    def call(self, x):\n        return self.softmax(x)",
    "import keras\ndef part(model):\n    return [l for l in model.layers if isinstance(l, keras.layers.Dropout)]",
    "import keras\ndef part(model):\n    return [l for l in model.layers if type(l) is keras.layers.Dropout]",
    "import keras\ndef part(model):\n    return type(model) in (keras.layers.Dropout, keras.layers.Dense)",
    "import keras\ndef part(layer: keras.layers.Dropout) -> keras.layers.Dropout:\n    x: keras.layers.Dropout = layer\n    return x",
    "from keras.layers import Dropout as D\nclass Dropout: pass\ndef part():\n    return Dropout()",
    # Words.
    'import keras\ndef part(x):\n    """Like keras.ops.softmax."""\n    # keras.ops.softmax(x)\n    raise ValueError("not keras.ops.softmax")',
    # Relatives that are not forbidden.
    part("keras.random.dropout(x, .5)", "import keras"),
    part("keras.layers.SpatialDropout2D(.3)(x)", "import keras"),
    part("keras.ops.softmax2(x)", "import keras"),
    part("tf.math.exp(x)", "import tensorflow as tf"),
    part("x.softmax()", "import keras"),
    part("scaler.fit(x)", "scaler = object()"),
    part("from_somewhere.softmax(x)", "from . import from_somewhere"),
    # No such part at all.
    "x = 1",
    "",
]


@pytest.mark.parametrize("code", HONEST)
def test_honest_code_is_left_alone(code: str) -> None:
    """Nothing is found in code that does not use what is forbidden."""
    assert names(code) == []


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


def test_forbidden_names_match_what_is_below_them() -> None:
    """A name covers its attributes; `.*` covers everything below but not the module itself."""
    ruling = Ruling(RULES)
    assert ruling.match("keras.activations") == ""
    assert ruling.match("keras.activations.gelu") == "keras.activations.gelu"
    assert ruling.match("keras.layers.Dropout.call") == "keras.layers.Dropout"
    assert ruling.forbidden("numpy.softmax") == ""
    assert ruling.refuses_kernel("Softmax")
    assert not ruling.refuses_kernel("Relu")


@pytest.mark.parametrize(
    "later",
    ["part = 3", "part = part(2)", "part = 3\npart = 4", "part: int = 3", "part += 1", "[part, y] = z"],
)
def test_a_part_that_is_overwritten_by_no_function_is_read_all_the_same(later: str) -> None:
    """It stays what it was defined as, so what that uses counts."""
    first = part("keras.ops.softmax(x)", "import keras")
    assert names(first, "y = 1", later) == ["keras.ops.softmax"]
    assert names(first, later, part("x")) == []


BARE = Rules(("keras.ops.softmax",))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (part("tf.sparse.softmax(x)", "import tensorflow as tf"), "tensorflow.sparse.softmax"),
        (part("ops.logaddexp2(x, x)", "from keras import ops"), "keras.ops.logaddexp2"),
        (part("np.load(x)", "import numpy as np"), "numpy.load"),
        (part("expit(x)", "from scipy.special import expit"), "scipy.special.expit"),
        (
            part("f(tf)(x)", "import tensorflow as tf\ndef f(m): return m.gelu"),
            "tensorflow handed on as a value",
        ),
        (part("[ops][0].gelu(x)", "from keras import ops"), "keras.ops handed on as a value"),
        (part("f().gelu(x)", "import keras\ndef f(): return keras.ops"), "keras.ops handed on as a value"),
        (
            part("B().o.gelu(x)", "import keras\nclass B:\n    def __init__(self): self.o = keras.ops"),
            "keras.ops handed on as a value",
        ),
        (
            "from keras import ops\ndef part(x):\n    match ops:\n        case object(gelu=f): return f(x)",
            "keras.ops handed on as a value",
        ),
        ("from keras import ops\nb = Box()\nb == ops.gelu\ndef part(x): return b.f(x)", "keras.ops.gelu"),
        (
            "from keras import ops\nb = Box()\nassert b != ops.gelu\ndef part(x): return b.f(x)",
            "keras.ops.gelu",
        ),
        (part("keras.layers.Activation('gelu')(x)", "import keras"), "keras.layers.Activation"),
        ("import keras\nclass part(keras.layers.Dense): ...", "keras.layers.Dense"),
    ],
)
def test_what_is_neither_forbidden_nor_elementary(code: str, found: str) -> None:
    """A topic does not have to know its name; a module that gets out of sight could give anything."""
    assert found in names(code, rules=BARE)


@pytest.mark.parametrize(
    "code",
    [
        part("xp.exp(x)", "import numpy as np\nxp = np"),
        "import numpy as np\ndef part(x, xp=np): return xp.exp(x)",
        part("(np if axis else ops).exp(x)", "import numpy as np\nfrom keras import ops"),
        part("type(x) == keras.layers.Dropout or axis is np", "import keras, numpy as np"),
        part("isinstance(x, (keras.layers.Dropout, tf.Tensor))", "import keras, tensorflow as tf"),
        part("hasattr(np, 'trapezoid') and getattr(np, 'trapezoid')(x)", "import numpy as np"),
        "import keras\nclass part(keras.layers.Layer):\n    def build(self, s):\n        self.w = self.add_weight(s, initializer=keras.initializers.get('ones'))",
        "import math, functools, keras\n@functools.cache\ndef c(): return math.sqrt(2)\ndef part(x): return x / keras.ops.cast(c(), x.dtype)",
        part("x.softmax(x) + x.gelu", "import keras"),
    ],
)
def test_what_is_elementary_is_left_alone(code: str) -> None:
    """Modules under other names, kinds that are asked for, one's own methods of whatever name."""
    assert names(code, rules=BARE) == []


def test_a_file_may_be_asked_what_it_defines() -> None:
    """What only the module's `__getattr__` gives, nobody has defined; of a broken file it is believed."""
    code = "import keras\ndef __getattr__(name): return keras.ops.gelu\nx = part = 3\n"
    shortcuts = Shortcuts(source_of(code))
    assert [name for name in ("part", "x", "gelu") if shortcuts.defines(name)] == ["part", "x"]
    broken = Source(
        Path("p.ipynb"), "ipynb", (Cell(1, "def (", frozenset(), "cell 1", error="does not parse"),)
    )
    assert Shortcuts(broken).defines("part")
