"""One thing done many times, in one request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def each(fn: Callable[..., Any], arguments: Sequence[Any]) -> list[Any]:
    """`[fn(argument) for argument in arguments]`.

    Args:
        fn: What is called with one argument: a function, a schedule, what `compiled` returns.
        arguments: Handed over as they are. For `compiled`, arrays of one shape and dtype: a Python number
            would be traced anew each time.
    """
    return [fn(argument) for argument in arguments]
