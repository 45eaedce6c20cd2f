"""Which lines can be in anybody's code, and which only in the solution of a part."""

from __future__ import annotations

import pytest

from autograder.authoring.idioms import tells


@pytest.mark.parametrize(
    "line",
    [
        "if mask is not None:",
        "elif self.momentum is None:",
        "if not training:",
        "for axis in axes:",
        "for batch_x, batch_y in self.batches:",
        "except NotImplementedError as missing:",
        "super().__init__(**kwargs)",
        "super().__init__(name=name, **kwargs)",
        "super().build(input_shape)",
        "self.momentum = momentum",
        "keras = learner.keras",
        "total = 0.0",
        "rows = []",
        "return x",
        "del seed",
        "continue",
        "else:",
        "except:",
        "):",
        "axis=-1,",
        "",
    ],
)
def test_what_says_nothing(line: str) -> None:
    assert not tells(line)


@pytest.mark.parametrize(
    "line",
    [
        "return x / (1 - rate)",
        "if rate == 1:",
        "z = x @ w",
        "step += 1",
        "stopped = False",
        "total = 0.5",
        "rows = [first]",
        "return x, y",
        "return np.asarray(x) / 2",
        "if self.trainable and training:",
        "if mask is not None and mask.any():",
        "if not 0 <= rate <= 1:",
        "for axis in axes[1:]:",
        "for axis in reversed(axes):",
        "for axis in axes:  # the last one comes first",
        "# if mask is not None:",
        "mean, variance = moving_mean, moving_variance",
        "frozen.trainable = training",
        "layer.trainable = False",
        "self.gamma = momentum",
        "return gradient, loss",
        "yield batch_x, batch_y",
        "super().__init__(epsilon=momentum)",
        "super().__init__(epsilon=1e-3)",
        "x = super().call(inputs)",
        "total = ops.sum(",
        "keepdims=True, axis=axis)",
        "except tf.errors.InvalidArgumentError if loud else ValueError:",
    ],
)
def test_what_says_something(line: str) -> None:
    assert tells(line)
