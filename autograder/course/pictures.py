"""Takes a PNG file apart that a learner's process has sent, and puts together one that is safe to show.

Nothing is handed to an image library: what a browser is to draw is checked for its form alone, and whatever
a picture does not need is left out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = (1, 2, 4, 8, 16)
_HEAD = struct.Struct(">IIBBBBB")
MOST_BYTES = 400_000
_MOST_PIXELS = 4_000_000


def safe_png(data: bytes) -> bytes | None:
    """The picture in `data` with nothing in it but the picture, or None if it is not a whole small PNG."""
    if len(data) > MOST_BYTES or not data.startswith(_SIGNATURE):
        return None
    try:
        chunks = list(_chunks(data))
    except (struct.error, ValueError):
        return None
    kinds = [kind for kind, _ in chunks]
    if not kinds or kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or kinds.count(b"IHDR") != 1:
        return None
    if not _holds_all_rows(chunks[0][1], b"".join(body for kind, body in chunks if kind == b"IDAT")):
        return None
    kept = [(kind, body) for kind, body in chunks if kind in _NEEDED]
    return _SIGNATURE + b"".join(map(_chunk, kept))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG file up to its end; what follows is not looked at."""
    place = len(_SIGNATURE)
    while True:
        length, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + length]
        (crc,) = struct.unpack_from(">I", data, place + 8 + length)
        if crc != zlib.crc32(kind + body):
            raise ValueError("a damaged chunk")
        yield kind, body
        if kind == b"IEND":
            return
        place += 12 + length


def _holds_all_rows(head: bytes, packed: bytes) -> bool:
    """Whether the packed rows are as long as the head says, and no longer."""
    if len(head) != _HEAD.size:
        return False
    width, height, depth, colour, packing, filtering, interlace = _HEAD.unpack(head)
    if (packing, filtering, interlace) != (0, 0, 0) or colour not in _CHANNELS or depth not in _DEPTHS:
        return False
    if not 0 < width * height <= _MOST_PIXELS:
        return False
    size = ((width * depth * _CHANNELS[colour] + 7) // 8 + 1) * height
    unpack = zlib.decompressobj()
    try:
        rows = unpack.decompress(packed, size + 1)
    except zlib.error:
        return False
    return len(rows) == size and not unpack.unconsumed_tail


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    kind, body = part
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
