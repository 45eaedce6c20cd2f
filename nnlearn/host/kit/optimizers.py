"""Steps of an optimizer on variables that belong to no model, and what becomes of it when it is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nnlearn.host.kit.serialized import deserialized


def steps(apply: Callable[..., Any], gradients: Sequence[Sequence[Any]], starts: Sequence[Any]) -> list[Any]:
    """Where variables are after each step of an optimizer.

    Args:
        apply: The method `apply` of a Keras optimizer, or a function that is called as that is.
        gradients: For each step a list with an entry for each variable: an array, which is handed over as a
            tensor, as a tape gives it, or None.
        starts: Where each variable begins: an array, of which a new variable is made that has its dtype, or
            a Keras variable, which is moved on from where it is.

    Returns:
        For each step a list with the values of the variables, as arrays.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    variables = [
        start if isinstance(start, keras.Variable) else keras.Variable(start, dtype=start.dtype.name)
        for start in starts
    ]
    places = []
    for step in gradients:
        apply([None if one is None else tf.convert_to_tensor(one) for one in step], variables)
        places.append([np.array(variable) for variable in variables])
    return places


def resumed(optimizer: Any, variables: Sequence[Any]) -> Any:
    """What an optimizer is once the model that it trains has been saved and loaded, without the files.

    Args:
        optimizer: A Keras optimizer that has been built.
        variables: What the one that is made again is built for: Keras variables.

    Returns:
        An optimizer that was made from the configuration of the other, with the values of its variables.
    """
    kept: dict[str, Any] = {}
    optimizer.save_own_variables(kept)
    again = deserialized(optimizer, type(optimizer))
    again.build(list(variables))
    again.load_own_variables(kept)
    return again
