"""What travels between the grader and its nodes: plain data as msgpack, of types that both ends know.

Jobs and results are ours, made on this side of the wall around the learners' processes. They are plain data
all the same, so that nothing has to be unpickled on either end.
"""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

import msgpack  # type: ignore[import-untyped, unused-ignore]
import msgspec

_LENGTH = struct.Struct("!Q")
_HALVES = "surrogatepass"  # names of files need not be text

Plain = TypeVar("Plain")


@runtime_checkable
class Travelling(Protocol):
    """A job that can be done on another machine."""

    @property
    def label(self) -> str:
        """What it is called where many are listed."""
        ...

    def with_data(self) -> Self:
        """The same with what it needs of this machine's files."""
        ...

    def with_content(self, folder: Path) -> Self:
        """The same where the content lies in another place."""
        ...


def encode(value: Any) -> bytes:
    """Dataclasses, structs and plain values as bytes."""
    plain = msgspec.to_builtins(value, enc_hook=_path_to_text, builtin_types=(bytes,))
    return bytes(msgpack.packb(plain, unicode_errors=_HALVES))


def decode(data: bytes, kind: type[Plain] | Any) -> Plain:
    """The inverse of `encode`, for a value of this type.

    Raises:
        ValueError: It is none of that type.
    """
    plain = msgpack.unpackb(data, unicode_errors=_HALVES, strict_map_key=False)
    return msgspec.convert(plain, kind, dec_hook=_text_to_path, builtin_types=(bytes,))


async def send(writer: asyncio.StreamWriter, message: Any) -> None:
    """Write one message of plain values."""
    data = encode(message)
    writer.write(_LENGTH.pack(len(data)))
    writer.write(data)
    await writer.drain()


async def receive(reader: asyncio.StreamReader) -> Any:
    """The next message, or None when the other end has closed or ended."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        return decode(await reader.readexactly(length), Any)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def _path_to_text(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not travel")


def _text_to_path(kind: type, text: Any) -> Path:
    if issubclass(kind, Path):
        return Path(text)
    raise TypeError(f"{kind.__name__} does not travel")
