"""A learner's figures come from a process that may send anything: only whole, plain PNG files are shown."""

import io
import struct
import zlib

import pytest

from autograder.course.pictures import MOST_BYTES, safe_png
from nnlearn.isolation import sanitize
from nnlearn.isolation.wire import WireError

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*, width=2, height=3, depth=8, colour=6, interlace=0, rows=None, more=b""):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 1)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    rows = bytes((1 + (width * depth * channels + 7) // 8) * height) if rows is None else rows
    return SIGNATURE + chunk(b"IHDR", head) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("colour", [0, 2, 3, 4, 6])
def test_a_plain_picture_passes(colour):
    assert safe_png(png(colour=colour)) == png(colour=colour)


def test_what_matplotlib_draws_passes_and_is_still_the_same_picture():
    from matplotlib.figure import Figure
    from matplotlib.image import imread

    figure = Figure()
    figure.subplots().plot([1, 3, 2])
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=80)
    kept = safe_png(file.getvalue())
    assert kept is not None
    assert len(kept) < len(file.getvalue())  # who drew it with what is left out
    assert (imread(io.BytesIO(kept)) == imread(io.BytesIO(file.getvalue()))).all()


def test_words_and_whatever_follows_the_end_are_left_out():
    noisy = png(more=chunk(b"tEXt", b"canary")) + b"<script>alert(1)</script>"
    assert safe_png(noisy) == png()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg onload=alert(1)>",
        SIGNATURE,
        SIGNATURE + b"\xff" * 100,
        png()[:-6],
        png().replace(b"IDAT", b"IDAX"),
        png(rows=b""),
        png(rows=b"\0" * 1000),
        png(width=2**31, height=2**31, rows=b""),
        png(width=0),
        png(width=100_000, height=100_000, rows=b"\0" * 50_000_000),
        png(colour=5),
        png(depth=7),
        png(interlace=1),
        SIGNATURE + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        png() + bytes(MOST_BYTES),
    ],
    ids=range(16),
)
def test_anything_else_is_not_shown(data):
    assert safe_png(data) is None


def test_a_bomb_is_not_unpacked():
    """A megabyte of nothing, packed small, is known by its head alone."""
    assert safe_png(png(width=1, height=1, rows=bytes(200_000_000))) is None


def test_a_reply_holds_a_few_files_and_nothing_else():
    assert sanitize.checked("figures", ("value", [b"one", "two", 3, b"four"])) == ("value", [b"one", b"four"])
    assert len(sanitize.checked("figures", ("value", [b""] * 99))[1]) == 4
    for odd in ("text", None, {}, 3):
        with pytest.raises(WireError):
            sanitize.checked("figures", ("value", odd))
    with pytest.raises(WireError):
        sanitize.checked("figures", ("raised", "E", "m", [], []))
