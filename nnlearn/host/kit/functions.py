"""Functions that checks hand to the learner's code, from a closed list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnlearn.protocol.functions import parameters_of, text_of


def function(name: str, *values: Any) -> Callable[..., Any]:
    """A function of `nnlearn.protocol.functions`, made of the Python that a message shows for it.

    Args:
        name: Of the function.
        *values: Its parameters, numbers or arrays.

    Raises:
        ValueError: There is no such function, or it has another number of parameters.
    """
    import keras
    import numpy as np

    parameters = parameters_of(name)
    if len(values) != len(parameters):
        raise ValueError(f"{name} takes {len(parameters)} parameters, not {len(values)}")
    # Code of this file, and so none of the learner's.
    code = compile(text_of(name, parameters), __file__, "eval", dont_inherit=True)
    given = dict(zip(parameters, values, strict=True))
    made: Callable[..., Any] = eval(code, {"keras": keras, "np": np, **given})  # noqa: S307 - of a closed list
    return made
