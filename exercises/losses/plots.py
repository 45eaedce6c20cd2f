"""What `nnlearn.check` draws in a notebook: the learner's loss over the expected one."""

import numpy as np
from keras import losses

from nnlearn import figures
from nnlearn.notebook.plots import difference, drawable, plot


@plot("mean_squared_error", "huber")
def of_an_error(learner, part, axes):
    errors = np.linspace(-4, 4, 161, dtype="float32")
    target, prediction = np.zeros((161, 1), "float32"), errors[:, None]
    right = np.asarray(getattr(losses, part)(target, prediction))
    yours = drawable(getattr(learner, part)(target, prediction), (161,))
    return _draw(axes, part, errors, right, yours, "error, y_pred - y_true")


@plot("binary_crossentropy")
def of_a_logit(learner, part, axes):
    logits = np.linspace(-8, 8, 161, dtype="float32")
    target = np.ones((161, 1), "float32")
    right = np.asarray(losses.binary_crossentropy(target, logits[:, None], from_logits=True))
    yours = drawable(learner.binary_crossentropy(target, logits[:, None]), (161,))
    return _draw(axes, part, logits, right, yours, "logit, where the answer is 1")


@plot("sparse_categorical_crossentropy")
def of_one_of_three_logits(learner, part, axes):
    z = np.linspace(-8, 8, 161, dtype="float32")
    logits = np.stack([z, 0 * z, 0 * z + 1], axis=-1)
    labels = np.zeros(161, "int32")
    right = np.asarray(losses.sparse_categorical_crossentropy(labels, logits, from_logits=True))
    yours = drawable(learner.sparse_categorical_crossentropy(labels, logits), (161,))
    return _draw(axes, part, z, right, yours, "x in the logits [x, 0, 1], where the label is 0")


def _draw(axes, part, x, right, yours, label):
    figures.compare(axes, x, right, yours, part)
    axes.set(xlabel=label, ylabel="loss")
    return f"Your {part} over the expected curve, by {label}: {difference(x, right, yours)}."
