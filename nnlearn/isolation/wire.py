"""What a message is between two processes that need not trust each other: plain data and handles as bytes.

A message is a short header, a *structure* and *buffers*.
The structure is msgpack with arrays, scalars and text only; its containers are lists that begin with a tag
from a closed set. The buffers hold the contents of arrays and long strings, in the order in which the
structure mentions them.
No name in a message is ever looked up, and no size in it is believed: whatever the bytes are, `decode`
returns plain data or raises `WireError`.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Any

import ml_dtypes
import numpy as np

MAX_STRUCTURE = 4 * 2**20
MAX_MESSAGE = 64 * 2**20
MAX_DEPTH = 32
MAX_ITEMS = 200_000
BIG_INTEGER_BYTES = 512

HEADER = struct.Struct("!II")  # length of the structure, length of the buffers

DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(name)
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
} | {"bfloat16": np.dtype(ml_dtypes.bfloat16)}


class Tag(IntEnum):
    """The first item of every list in a structure."""

    LIST = 0
    TUPLE = 1
    DICT = 2
    ARRAY = 3
    HANDLE = 4
    INTEGER = 5
    TEXT = 6
    BYTES = 7


class WireError(Exception):
    """Something cannot be put on the wire, or what came from it is no message."""


def header(data: bytes | bytearray) -> tuple[int, int]:
    """The lengths of structure and buffers that a header announces.

    Raises:
        WireError: They are more than a message may have.
    """
    structure, buffers = HEADER.unpack(data)
    if structure > MAX_STRUCTURE or buffers > MAX_MESSAGE:
        raise WireError(f"a message of {structure + buffers:,} bytes is larger than allowed")
    return structure, buffers


def may_be_key(key: Any, tagged: Any) -> bool:
    """Whether `key` is a short scalar or a string.

    Tuples and huge integers could be made to share one hash by the thousand, which would hang a dict.
    """
    return type(key) in (str, bytes) or type(tagged) is not list


def too_much(depth: int) -> str:
    """Why a value is refused that is nested so deeply, or else that has too many in it."""
    if depth > MAX_DEPTH:
        return f"data nested more than {MAX_DEPTH} levels deep"
    return f"more than {MAX_ITEMS:,} values in lists and dicts (arrays may be larger)"
