"""What tests that use the miniature course share."""

import os
import subprocess
import sys


def nnlearn(*arguments, cwd=None, **environment):
    """Run the command line in a process of its own, off a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "nnlearn", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "100", **environment},
        timeout=300,
        check=False,
    )


# The reference, and the cells that it consists of.
IMPORTS = """\
import keras
from keras import ops
"""
SOFTMAX = """\
def softmax(logits, axis=-1):
    z = ops.convert_to_tensor(logits)
    e = ops.exp(z - ops.max(z, axis=axis, keepdims=True))
    return e / ops.sum(e, axis=axis, keepdims=True)
"""
SCALE = """\
class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * self.factor
"""
PREDICTIONS = 'PREDICTIONS = {"sum": 1.0}\n'
REFERENCE = "\n\n".join((IMPORTS, SOFTMAX, SCALE, PREDICTIONS))
