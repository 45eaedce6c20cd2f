"""What a call does to its arguments, and iterators that it gives or takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def arguments_after(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
    """The positional arguments as `fn(*args, **kwargs)` leaves them: what it changed in place shows.

    If `fn` returns an iterator, that is walked to its end first.
    """
    for _ in _items(fn(*args, **kwargs)):
        pass
    return list(args)


def kept(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[list[Any], list[str]]:
    """What the iterator `fn(*args, **kwargs)` gives, looked at when it has ended.

    Returns:
        Its items, 1000 at most, which show what a later one has overwritten, and the names of the classes
        of what is in them.
    """
    import itertools

    import keras

    items = list(itertools.islice(fn(*args, **kwargs), 1000))
    return items, sorted({type(leaf).__name__ for leaf in keras.tree.flatten(items)})


def written_over(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
    """The positional arguments once every array in the items that `fn(*args, **kwargs)` gives is all zeros.

    Whether these have memory of their own shows in the arguments.
    """
    import keras
    import numpy as np

    for item in fn(*args, **kwargs):
        for leaf in keras.tree.flatten(item):
            if isinstance(leaf, np.ndarray) and leaf.flags.writeable:
                leaf[...] = 0
    return list(args)


def reused(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`fn(*args, **kwargs)`; then the arrays in its positional arguments are overwritten with zeros.

    That is what a caller does who has one buffer for many calls: what has kept it, and no copy, has zeros.
    """
    import keras
    import numpy as np

    result = fn(*args, **kwargs)
    for leaf in keras.tree.flatten(list(args)):
        if isinstance(leaf, np.ndarray) and leaf.flags.writeable:
            leaf[...] = 0
    return result


def walked_once(items: list[Any]) -> Iterator[Any]:
    """An iterator over `items`: it has no length, and nothing is left of it after the first walk."""
    return iter(items)


def _items(value: Any) -> Iterator[Any]:
    return value if isinstance(value, Iterator) else iter(())
