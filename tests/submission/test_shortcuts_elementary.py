"""What no rule names, and what is elementary all the same."""

# ruff: noqa: E501 - learners' code reads better on one line

from __future__ import annotations

import pytest
from submission.searched import names, part

from nnlearn.protocol.requests import Rules

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
