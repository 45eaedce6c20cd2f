"""Plain data and handles as bytes, and back, between two processes that need not trust each other.

A message is a short header, a *structure* and *buffers*.
The structure is msgpack with arrays, scalars and text only; its containers are lists that begin with a tag
from a closed set. The buffers hold the contents of arrays and long strings, in the order in which the
structure mentions them.
No name in a message is ever looked up, and no size in it is believed: whatever the bytes are, `decode`
returns plain data or raises `WireError`.
"""

from __future__ import annotations

import math
import struct
from enum import IntEnum
from typing import Any, NoReturn

import ml_dtypes
import msgpack  # type: ignore[import-untyped, unused-ignore]
import numpy as np

from nnlearn.protocol.values import MAX_RANK, Handle

MAX_STRUCTURE = 4 * 2**20
MAX_MESSAGE = 64 * 2**20
MAX_DEPTH = 32
MAX_ITEMS = 200_000
_LONG = 1024  # a longer string travels in the buffers
_BIG_INTEGER_BYTES = 512
_ARRAY_ITEMS = 5 * MAX_ITEMS  # msgpack's own cap per list: tags and shapes take places too

HEADER = struct.Struct("!II")  # length of the structure, length of the buffers

_DTYPES: dict[str, np.dtype[Any]] = {
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


def decode(message: bytes | bytearray) -> Any:
    """The inverse of `encode`; arrays are fresh and writable.

    Raises:
        WireError: `message` is not what `encode` makes.
    """
    if len(message) < HEADER.size:
        raise WireError("a message without a header")
    structure_length, buffers_length = header(message[: HEADER.size])
    if len(message) != HEADER.size + structure_length + buffers_length:
        raise WireError("a message that is not as long as it says")
    view = memoryview(message)
    start = HEADER.size + structure_length
    try:
        tagged = msgpack.unpackb(
            view[HEADER.size : start],
            unicode_errors="surrogatepass",
            max_array_len=_ARRAY_ITEMS,
            max_map_len=0,
            max_ext_len=0,
            list_hook=_Counter().count,
        )
    except (WireError, MemoryError):
        raise
    except Exception as error:  # msgpack documents no closed set of exceptions
        raise WireError(f"not a structure: {type(error).__name__}") from error
    decoder = _Decoder(view[start:])
    value = decoder.plain(tagged, 0)
    decoder.finish()
    return value


def header(data: bytes | bytearray) -> tuple[int, int]:
    """The lengths of structure and buffers that a header announces.

    Raises:
        WireError: They are more than a message may have.
    """
    structure, buffers = HEADER.unpack(data)
    if structure > MAX_STRUCTURE or buffers > MAX_MESSAGE:
        raise WireError(f"a message of {structure + buffers:,} bytes is larger than allowed")
    return structure, buffers


class _Encoder:
    """Turns values into tagged lists and collects the buffers."""

    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self.size = 0
        self._items = 0

    def tagged(self, value: Any, depth: int) -> Any:
        self._items += 1
        if depth > MAX_DEPTH or self._items > MAX_ITEMS:
            raise WireError(_too_much(depth))
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
            if not _may_be_key(key, tagged_key):
                raise WireError("a dict with a key that is no scalar")
            pairs += (tagged_key, self.tagged(item, depth + 1))
        return pairs

    def _integer(self, value: int) -> Any:
        if -(2**63) <= value < 2**64:
            return value
        length = value.bit_length() // 8 + 1
        if length > _BIG_INTEGER_BYTES:
            raise WireError("an integer of more than 1,200 digits")
        return [Tag.INTEGER, value.to_bytes(length, "big", signed=True)]

    def _array(self, value: np.ndarray[Any, Any]) -> Any:
        name = value.dtype.name
        if name not in _DTYPES or value.ndim > MAX_RANK:
            raise WireError(f"an array of dtype {name} and rank {value.ndim} is no plain data")
        if math.prod(max(n, 1) for n in value.shape) > MAX_MESSAGE:
            raise WireError(f"an array of shape {value.shape} is too large, though it may be empty")
        native = np.ascontiguousarray(value, dtype=_DTYPES[name])
        return [Tag.ARRAY, name, self._buffer(native.tobytes()), *value.shape]

    def _buffer(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > MAX_MESSAGE:
            raise WireError(f"more than {MAX_MESSAGE // 2**20} MiB in one message")
        self.buffers.append(data)
        return len(data)


class _Counter:
    """Counts lists while they are unpacked: an empty one takes a byte in a message and 60 in memory."""

    def __init__(self) -> None:
        self._lists = 0

    def count(self, unpacked: list[Any]) -> list[Any]:
        self._lists += 1
        if self._lists > MAX_ITEMS:
            raise WireError(_too_much(0))
        return unpacked


class _Decoder:
    """Turns tagged lists into values, taking buffers from the front."""

    def __init__(self, buffers: memoryview) -> None:
        self._buffers = buffers
        self._position = 0
        self._items = 0

    def plain(self, tagged: Any, depth: int) -> Any:
        self._items += 1
        if depth > MAX_DEPTH or self._items > MAX_ITEMS:
            raise WireError(_too_much(depth))
        kind = type(tagged)
        if tagged is None or kind in (bool, int, float, str):
            return tagged
        if kind is not list or not tagged or type(tagged[0]) is not int:
            _malformed()
        tag, *content = tagged
        match tag:
            case Tag.LIST:
                return [self.plain(item, depth + 1) for item in content]
            case Tag.TUPLE:
                return tuple(self.plain(item, depth + 1) for item in content)
            case Tag.DICT:
                return self._dict(content, depth)
            case Tag.ARRAY:
                return self._array(content)
            case Tag.HANDLE:
                return _handle(content)
            case Tag.INTEGER:
                return _integer(content)
            case Tag.TEXT:
                try:
                    return str(self._buffer(content), "utf-8", "surrogatepass")
                except UnicodeDecodeError as error:
                    raise WireError("text that is not UTF-8") from error
            case Tag.BYTES:
                return bytes(self._buffer(content))
        return _malformed()

    def finish(self) -> None:
        """Nothing may be left over."""
        if self._position != len(self._buffers):
            _malformed()

    def _dict(self, content: list[Any], depth: int) -> dict[Any, Any]:
        if len(content) % 2:
            _malformed()
        result = {}
        for tagged_key, tagged_value in zip(content[::2], content[1::2], strict=True):
            key = self.plain(tagged_key, depth + 1)
            if not _may_be_key(key, tagged_key):
                raise WireError("a dict with a key that is no scalar")
            result[key] = self.plain(tagged_value, depth + 1)
        if len(result) != len(content) // 2:
            raise WireError("a dict with the same key twice")
        return result

    def _array(self, content: list[Any]) -> np.ndarray[Any, Any]:
        if len(content) < 2 or type(content[0]) is not str or content[0] not in _DTYPES:
            _malformed()
        dtype, shape = _DTYPES[content[0]], content[2:]
        if len(shape) > MAX_RANK or any(type(n) is not int or n < 0 for n in shape):
            _malformed()
        # NumPy multiplies the other sides even where one is 0, so they are bounded too.
        if math.prod(max(n, 1) for n in shape) > MAX_MESSAGE:
            _malformed()
        data = self._buffer(content[1:2])
        if len(data) != math.prod(shape) * dtype.itemsize:
            _malformed()
        array = np.empty(shape, dtype)
        if dtype.kind == "b":
            # Any other byte than 0 and 1 would be a boolean that is neither.
            array[...] = np.frombuffer(data, np.uint8).reshape(shape) != 0
        else:
            array[...] = np.frombuffer(data, dtype).reshape(shape)
        return array

    def _buffer(self, content: list[Any]) -> memoryview:
        if len(content) != 1 or type(content[0]) is not int or content[0] < 0:
            _malformed()
        start, self._position = self._position, self._position + content[0]
        if self._position > len(self._buffers):
            _malformed()
        return self._buffers[start : self._position]


def _may_be_key(key: Any, tagged: Any) -> bool:
    """Whether `key` is a short scalar or a string.

    Tuples and huge integers could be made to share one hash by the thousand, which would hang a dict.
    """
    return type(key) in (str, bytes) or type(tagged) is not list


def _handle(content: list[Any]) -> Handle:
    match content:
        case [number, str() as kind, str() as name] if type(number) is int and number >= 0:
            return Handle(number, kind, name)
    return _malformed()


def _integer(content: list[Any]) -> int:
    match content:
        case [bytes() as data] if len(data) <= _BIG_INTEGER_BYTES:
            return int.from_bytes(data, "big", signed=True)
    return _malformed()


def _too_much(depth: int) -> str:
    if depth > MAX_DEPTH:
        return f"data nested more than {MAX_DEPTH} levels deep"
    return f"more than {MAX_ITEMS:,} values in lists and dicts (arrays may be larger)"


def _malformed() -> NoReturn:
    raise WireError("a message that does not follow the format")
