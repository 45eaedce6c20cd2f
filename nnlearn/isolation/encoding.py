"""Plain data and handles as one message."""

from __future__ import annotations

import math
from typing import Any

import msgpack  # type: ignore[import-untyped, unused-ignore]
import numpy as np

from nnlearn.isolation.wire import (
    BIG_INTEGER_BYTES,
    DTYPES,
    HEADER,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_MESSAGE,
    MAX_STRUCTURE,
    Tag,
    WireError,
    may_be_key,
    too_much,
)
from nnlearn.protocol.values import MAX_RANK, Handle

_LONG = 1024  # a longer string travels in the buffers


def encode(value: Any) -> bytes:
    """`value` as one message.

    Raises:
        WireError: `value` holds something that is neither plain data nor a handle, or it is too large.
    """
    encoder = _Encoder()
    try:
        structure = msgpack.packb(encoder.tagged(value, 0), unicode_errors="surrogatepass")
    except (ValueError, OverflowError) as error:
        raise WireError(f"it cannot be encoded: {error}") from error
    if len(structure) > MAX_STRUCTURE:
        raise WireError(f"more than {MAX_STRUCTURE // 2**20} MiB of numbers and text")
    return b"".join((HEADER.pack(len(structure), encoder.size), structure, *encoder.buffers))


class _Encoder:
    """Turns values into tagged lists and collects the buffers."""

    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self.size = 0
        self._items = 0

    def tagged(self, value: Any, depth: int) -> Any:
        self._items += 1
        if depth > MAX_DEPTH or self._items > MAX_ITEMS:
            raise WireError(too_much(depth))
        kind = type(value)
        if value is None or kind in (bool, float):
            return value
        if kind is int:
            return self._integer(value)
        if kind is str:
            if len(value) <= _LONG:
                return value
            return [Tag.TEXT, self._buffer(value.encode("utf-8", "surrogatepass"))]
        if kind is bytes:
            return [Tag.BYTES, self._buffer(value)]
        if kind is list or kind is tuple:
            tag = Tag.LIST if kind is list else Tag.TUPLE
            return [tag, *(self.tagged(item, depth + 1) for item in value)]
        if kind is dict:
            return self._dict(value, depth)
        if kind is np.ndarray or isinstance(value, np.generic):
            return self._array(np.asarray(value))  # a NumPy scalar arrives as an array of rank 0
        if kind is Handle:
            return [Tag.HANDLE, value.id, value.kind, value.name]
        raise WireError(f"{kind.__name__} is no plain data")

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        pairs: list[Any] = [Tag.DICT]
        for key, item in value.items():
            tagged_key = self.tagged(key, depth + 1)
            if not may_be_key(key, tagged_key):
                raise WireError("a dict with a key that is no scalar")
            pairs += (tagged_key, self.tagged(item, depth + 1))
        return pairs

    def _integer(self, value: int) -> Any:
        if -(2**63) <= value < 2**64:
            return value
        length = value.bit_length() // 8 + 1
        if length > BIG_INTEGER_BYTES:
            raise WireError("an integer of more than 1,200 digits")
        return [Tag.INTEGER, value.to_bytes(length, "big", signed=True)]

    def _array(self, value: np.ndarray[Any, Any]) -> Any:
        name = value.dtype.name
        if name not in DTYPES or value.ndim > MAX_RANK:
            raise WireError(f"an array of dtype {name} and rank {value.ndim} is no plain data")
        if math.prod(max(n, 1) for n in value.shape) > MAX_MESSAGE:
            raise WireError(f"an array of shape {value.shape} is too large, though it may be empty")
        native = np.ascontiguousarray(value, dtype=DTYPES[name])
        return [Tag.ARRAY, name, self._buffer(native.tobytes()), *value.shape]

    def _buffer(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > MAX_MESSAGE:
            raise WireError(f"more than {MAX_MESSAGE // 2**20} MiB in one message")
        self.buffers.append(data)
        return len(data)
