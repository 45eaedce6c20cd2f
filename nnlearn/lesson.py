"""What lessons and exercises are given, so that none of them has to write it again.

Keras is imported when it is needed: importing this module costs nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


def as_floating(x: Any) -> Any:
    """`x` as a tensor: floating dtypes are kept, integers and booleans become float32.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts.
    """
    import keras

    x = keras.ops.convert_to_tensor(x)
    return x if keras.backend.is_float_dtype(x.dtype) else keras.ops.cast(x, "float32")


@contextlib.contextmanager
def if_written() -> Iterator[None]:
    """Run a block as far as the parts that it uses are written; say which one is not, and go on below it.

    >>> with if_written():
    ...     print(relu([-1.0, 2.0]))
    relu: not written yet
    """
    try:
        yield
    except NotImplementedError as missing:
        print(_changed_since(missing) or missing)  # noqa: T201 - a demonstration prints


def _changed_since(missing: NotImplementedError) -> str:
    """What to say where the file that is not written is, in fact: Python still has what was in it."""
    import traceback
    from pathlib import Path

    file = Path(traceback.extract_tb(missing.__traceback__)[-1].filename)
    if not file.is_file() or str(missing) in file.read_text(encoding="utf-8", errors="replace"):
        return ""
    return f"{file.name} has changed since it was imported: start Python anew"
