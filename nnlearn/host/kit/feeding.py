"""What checks hand to code that feeds a network: a transform, and a stream without an end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_MOST_CALLS = 10_000


def transform(factor: float = 2.0, shift: float = 1.0, in_place: bool = False) -> Any:
    """A transform of batches that writes down how it is called.

    What it gives can be told from what it got, and undone.

    Args:
        factor: What x and y are multiplied by.
        shift: What is added then.
        in_place: Whether it overwrites the arrays that it got with what it gives, and gives these very
            arrays, as transforms do that save memory. Their dtype has to hold that.

    Returns:
        A function `transform(x, y, seed)` that returns `(factor * x + shift, factor * y + shift)`. Its
        attribute `calls` has a dictionary for each call, in order: `x` and `y`, copies of what it got, and
        `seed`: a Python int if it was a whole number of Python or NumPy, else the name of its class.
    """
    import numpy as np

    class Transform:
        def __init__(self) -> None:
            self.calls: list[dict[str, Any]] = []

        def __call__(self, x: Any, y: Any, seed: Any) -> tuple[Any, Any]:
            # What is called in each batch of an endless training must not fill the memory.
            if len(self.calls) >= _MOST_CALLS:
                raise TimeoutError(f"the transform was called more than {_MOST_CALLS:,} times")
            is_whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
            told = int(seed) if is_whole else type(seed).__name__
            self.calls.append({"x": np.array(x), "y": np.array(y), "seed": told})
            if not in_place:
                return factor * np.asarray(x) + shift, factor * np.asarray(y) + shift
            for array in (x, y):
                array[...] = factor * array + shift
            return x, y

    return Transform()


class Counted:
    """The whole numbers from 0 on, without an end; see `counted`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken = 0

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        if self.taken >= self._most:
            raise TimeoutError(f"more than {self._most:,} items were taken of what has no end")
        self.taken += 1
        return self.taken - 1


def counted(most: int = 10_000) -> Counted:
    """An endless iterator that says how much was taken from it.

    Args:
        most: How many items it gives. The next one raises a TimeoutError, which no loop takes for an end: who
            waits for the end of it would never return.

    Returns:
        An iterator that gives 0, 1, 2 ..., whose attribute `taken` is the number of items it has given.
    """
    return Counted(most)
