"""What `nnlearn.check` draws in a notebook: the learner's curve over the expected one."""

import numpy as np
from keras import ops

from nnlearn import figures
from nnlearn.notebook.plots import difference, drawable, plot

# Said to both sides: the defaults of Keras are others than those of the exercise.
OPTIONS = {"leaky_relu": {"negative_slope": 0.2}, "gelu": {"approximate": False}}


@plot("relu", "leaky_relu", "sigmoid", "gelu", "softmax", "log_softmax")
def curve(learner, part, axes):
    z = np.linspace(-6, 6, 241, dtype="float32")
    one_of_three = part in ("softmax", "log_softmax")
    x = np.stack([z, 0 * z, 0 * z + 1], axis=-1) if one_of_three else z
    options = OPTIONS.get(part, {})
    right = ops.convert_to_numpy(getattr(ops, part)(x, **options))
    yours = drawable(getattr(learner, part)(x, **options), x.shape)
    if one_of_three:
        right, yours = right[:, 0], yours[:, 0]
    figures.compare(axes, z, right, yours, part)
    axes.set_xlabel("first of the logits [x, 0, 1]" if one_of_three else "x")
    return f"Your {part} over the expected curve, from -6 to 6: {difference(z, right, yours)}."
