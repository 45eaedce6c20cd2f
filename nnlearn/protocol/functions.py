"""The functions that a check can hand to a learner's code, each as the Python that makes it.

No function crosses the wire. A check names one of this list, the learner's side makes it of its text
(`nnlearn.host.kit.functions`), and a message shows that text: what is run and what is told is one thing.
"""

from __future__ import annotations

from collections.abc import Sequence

FUNCTIONS = {
    # Of one array, to one number.
    "sum_of_squares": "lambda x: keras.ops.sum(x**2)",
    "sum_of_cubes": "lambda x: keras.ops.sum(x**3)",
    "sum_of_relu": "lambda x: keras.ops.sum(keras.ops.relu(x))",
    "sum_of_rows": "lambda x: keras.ops.sum(keras.ops.take(x, [0, 2, 2], axis=0) ** 3)",
    "sum_of_floors": "lambda x: keras.ops.sum(keras.ops.floor(x))",
    "sum_of_stopped": "lambda x: keras.ops.sum(keras.ops.stop_gradient(x) ** 2)",
    "squares_of_a_tensor": "lambda x: keras.ops.sum(x**2) if keras.ops.is_tensor(x) else None",
    "float_of_squares": "lambda x: float(keras.ops.sum(x**2))",
    "weighted_sum": "lambda x: keras.ops.vdot({weights}, x)",
    # The sum of squares, whose gradient says that it is `factor` times what it is.
    "wrong_gradient": (
        "keras.ops.custom_gradient("
        "lambda x: (keras.ops.sum(x**2), lambda upstream: upstream * {factor} * 2 * x))"
    ),
    # Of two arrays, to one number.
    "volume": "lambda x, y: keras.ops.sum(x**2 * y)",
    "first_alone": "lambda x, y: keras.ops.sum(x**2)",
    "share_of_equal": "lambda x, y: np.mean(x == y)",
    "mean_of_differences": "lambda x, y: float(np.mean(y - x))",
    "tensor_of_differences": "lambda x, y: keras.ops.mean(keras.ops.convert_to_tensor(y - x))",
    "mean_at_labels": "lambda x, y: np.mean(np.asarray(y)[np.arange(len(x)), x])",
    # Of one array, to an array of its shape.
    "cube": "lambda x: x**3",
    "is_positive": "lambda x: x > 0",
    "whole": 'lambda x: keras.ops.cast(keras.ops.floor(x), "int32")',
    "in_float32": 'lambda x: keras.ops.cast(x, "float32")',
    "quantized": "lambda x: keras.ops.round(x / {step}) * {step}",
    "features": "lambda x: keras.ops.matmul(x, {matrix})",
    "standardized": "lambda x: (x - {mean}) / {scale}",
    "doubled_in_place": "lambda x: np.multiply(x, 2, out=x)",
    "mixed": "lambda x: keras.ops.matmul({matrix}, x)",
    "without_batch_means": "lambda x, training=False: x - keras.ops.mean(x, axis=0) * training",
}
"""By name. What stands in braces is a parameter: a number or an array."""


def parameters_of(name: str) -> tuple[str, ...]:
    """The parameters of a function, in the order in which they are given.

    Raises:
        ValueError: There is no such function.
    """
    if name not in FUNCTIONS:
        raise ValueError(f"no function is called {name!r}: there are {', '.join(sorted(FUNCTIONS))}")
    return tuple(dict.fromkeys(piece.partition("}")[0] for piece in FUNCTIONS[name].split("{")[1:]))


def text_of(name: str, texts: Sequence[str]) -> str:
    """The Python of a function, with Python in place of its parameters.

    Args:
        name: Of the function.
        texts: What stands for each parameter.

    Raises:
        ValueError: There is no such function, or it has another number of parameters.
    """
    parameters = parameters_of(name)
    if len(texts) != len(parameters):
        raise ValueError(f"{name} takes {len(parameters)} parameters, not {len(texts)}")
    return FUNCTIONS[name].format(**dict(zip(parameters, texts, strict=True)))
