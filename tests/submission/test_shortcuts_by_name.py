"""Every road to what is forbidden by name, and what only looks like one."""

# ruff: noqa: E501 - learners' code reads better on one line

from __future__ import annotations

import pytest
from submission.searched import RULES, names, part

from nnlearn.protocol.requests import Rules
from nnlearn.submission.forbidden import Ruling

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


def test_forbidden_names_match_what_is_below_them() -> None:
    """A name covers its attributes; `.*` covers everything below but not the module itself."""
    ruling = Ruling(RULES)
    assert ruling.match("keras.activations") == ""
    assert ruling.match("keras.activations.gelu") == "keras.activations.gelu"
    assert ruling.match("keras.layers.Dropout.call") == "keras.layers.Dropout"
    assert ruling.forbidden("numpy.softmax") == ""
    assert ruling.refuses_kernel("Softmax")
    assert not ruling.refuses_kernel("Relu")
