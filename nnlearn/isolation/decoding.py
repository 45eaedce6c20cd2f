"""What a message says, whatever its bytes are and whoever has sent them."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import msgpack  # type: ignore[import-untyped, unused-ignore]
import numpy as np

from nnlearn.isolation.wire import (
    BIG_INTEGER_BYTES,
    DTYPES,
    HEADER,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_MESSAGE,
    Tag,
    WireError,
    header,
    may_be_key,
    too_much,
)
from nnlearn.protocol.values import MAX_RANK, Handle

_ARRAY_ITEMS = 5 * MAX_ITEMS  # msgpack's own cap per list: tags and shapes take places too


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


class _Counter:
    """Counts lists while they are unpacked: an empty one takes a byte in a message and 60 in memory."""

    def __init__(self) -> None:
        self._lists = 0

    def count(self, unpacked: list[Any]) -> list[Any]:
        self._lists += 1
        if self._lists > MAX_ITEMS:
            raise WireError(too_much(0))
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
            raise WireError(too_much(depth))
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
            if not may_be_key(key, tagged_key):
                raise WireError("a dict with a key that is no scalar")
            result[key] = self.plain(tagged_value, depth + 1)
        if len(result) != len(content) // 2:
            raise WireError("a dict with the same key twice")
        return result

    def _array(self, content: list[Any]) -> np.ndarray[Any, Any]:
        if len(content) < 2 or type(content[0]) is not str or content[0] not in DTYPES:
            _malformed()
        dtype, shape = DTYPES[content[0]], content[2:]
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


def _handle(content: list[Any]) -> Handle:
    match content:
        case [number, str() as kind, str() as name] if type(number) is int and number >= 0:
            return Handle(number, kind, name)
    return _malformed()


def _integer(content: list[Any]) -> int:
    match content:
        case [bytes() as data] if len(data) <= BIG_INTEGER_BYTES:
            return int.from_bytes(data, "big", signed=True)
    return _malformed()


def _malformed() -> NoReturn:
    raise WireError("a message that does not follow the format")
