"""Unpacks what a platform or a learner packed: regular files alone, within limits, never outside of a folder.

Nothing that an archive says about itself is believed: sizes are counted while they are written, names are
taken apart, and a link becomes a small file that says so.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.handed_in.names import LINK, is_archive, is_left_behind, plain_name
from autograder.render.text import shown_name
from nnlearn.text import one_line

_CHUNK = 1 << 20
_DEEPEST = 3
_LONGEST = 200
_SHOWN = 200


class ArchiveError(Exception):
    """An archive that is not unpacked, or not further; the message says why."""


@dataclass
class Budget:
    """How much may still be written.

    Attributes:
        members: How many files.
        bytes: How many bytes in all.
        largest: How many bytes in one file.
    """

    members: int
    bytes: int
    largest: int

    def take_member(self) -> None:
        """Count one more file.

        Raises:
            ArchiveError: There are too many.
        """
        self.members -= 1
        if self.members < 0:
            raise ArchiveError("it holds too many files")

    def take_bytes(self, count: int, of_file: int) -> None:
        """Count what was read of a file.

        Raises:
            ArchiveError: It is too much.
        """
        self.bytes -= count
        if self.bytes < 0 or of_file > self.largest:
            raise ArchiveError("what is in it is too large")


@dataclass(frozen=True)
class _Member:
    """A file in an archive: its path there, when it was changed, and how to read it; None for a link."""

    parts: tuple[str, ...]
    modified: float
    open: Callable[[], IO[bytes]] | None


def whole_class() -> Budget:
    """What an archive of a whole class may hold."""
    return Budget(members=100_000, bytes=20_000_000_000, largest=500_000_000)


def one_learner() -> Budget:
    """What an archive within one may hold."""
    return Budget(members=2_000, bytes=200_000_000, largest=100_000_000)


def unpack(archive: Path, folder: Path, say: Callable[[str], None], budget: Budget, depth: int = 1) -> None:
    """Unpack an archive, and those within it, into a folder that is not there yet.

    An archive within it that cannot be unpacked stays a file there, so that its owner is known.

    Args:
        archive: A ZIP or tar file.
        folder: Where to.
        say: Told, in one line, about what is left out.
        budget: What it may hold.
        depth: How many archives it lies in, itself included.

    Raises:
        ArchiveError: It cannot be unpacked; nothing of it is left.
    """
    inner: list[Path] = []
    try:
        folder.mkdir(parents=True)
        for member in _members(archive):
            budget.take_member()
            place = f"{shown_name(archive.name)}: {shown_name('/'.join(member.parts))}"
            if not member.parts or ".." in member.parts:
                say(f"{place} would lie outside of it, and is left out")
                continue
            if any(map(is_left_behind, member.parts)):
                continue
            try:
                file = _write(member, folder, budget)
            except OSError as error:
                say(f"{place} is left out: {error.strerror or error}")
                continue
            if is_archive(file.name):
                inner.append(file)
    except Exception as error:  # whatever is wrong with it: a password, broken data, too much of it
        shutil.rmtree(folder, ignore_errors=True)
        raise ArchiveError(one_line(str(error), _SHOWN) or type(error).__name__) from error
    for file in inner:
        try:
            if depth == _DEEPEST:
                raise ArchiveError("it lies too deep in others")
            unpack(file, free_place(file.with_name(_stem_of(file.name))), say, one_learner(), depth + 1)
        except ArchiveError as error:
            say(f"{shown_name(file.name)} is not unpacked: {error}")
        else:
            file.unlink()


def folder_for(archive: Path, folder: Path) -> Path:
    """Where in `folder` to unpack an archive to: a folder of its name that is not there yet."""
    return free_place(folder / _stem_of(archive.name))


def _stem_of(name: str) -> str:
    """An archive's name without its suffix, `.tar.gz` included."""
    stem = Path(name).stem
    return Path(stem).stem if stem.lower().endswith(".tar") else stem


def keep(source: Path, folder: Path) -> None:
    """Copy one thing that lies beside archives, as a member of one would be written.

    Raises:
        OSError: It cannot be read or written.
    """
    status = source.lstat()
    is_file = stat.S_ISREG(status.st_mode)
    member = _Member((source.name,), status.st_mtime, (lambda: source.open("rb")) if is_file else None)
    folder.mkdir(parents=True, exist_ok=True)
    _write(member, folder, whole_class())


def _members(archive: Path) -> Iterator[_Member]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                if info.is_dir():
                    continue
                is_link = stat.S_ISLNK(info.external_attr >> 16)
                modified = 0.0
                with contextlib.suppress(ValueError, OverflowError):
                    modified = time.mktime((*info.date_time, 0, 0, -1))
                yield _Member(_parts(info.filename), modified, None if is_link else _opens(packed, info))
        return
    try:
        tar = tarfile.open(archive)  # noqa: SIM115 - closed below
    except tarfile.ReadError as error:
        raise ArchiveError("it is neither a ZIP nor a tar file, or it is damaged") from error
    with tar:
        for found in tar:
            if found.isdir():
                continue
            read = _extracts(tar, found) if found.isreg() else None
            yield _Member(_parts(found.name), found.mtime, read)


def _opens(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: packed.open(info)


def _extracts(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Callable[[], IO[bytes]]:
    def read() -> IO[bytes]:
        found = tar.extractfile(member)
        if found is None:
            raise ArchiveError("a file in it cannot be read")
        return found

    return read


def _parts(name: str) -> tuple[str, ...]:
    """The steps of a member's path, of whichever system."""
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in {"", "."})


def _write(member: _Member, folder: Path, budget: Budget) -> Path:
    *above, name = (_short(part) for part in member.parts)
    name = plain_name(name) if member.open else f"{name}{LINK}"
    place = folder.joinpath(*above)
    place.mkdir(parents=True, exist_ok=True)
    file = free_place(place / name)
    size = 0
    with file.open("xb") as out:
        try:
            if member.open is None:
                out.write(b"This was handed in as a link, and no link is followed.\n")
            else:
                with member.open() as data:
                    while chunk := data.read(_CHUNK):
                        size += len(chunk)
                        budget.take_bytes(len(chunk), size)
                        out.write(chunk)
        except BaseException:
            file.unlink()
            raise
    with contextlib.suppress(OSError, OverflowError, ValueError):
        os.utime(file, (member.modified, member.modified))
    return file


def _short(name: str) -> str:
    """A name that any disk can hold, its suffix kept."""
    name = name.replace("\0", "")
    if len(name.encode("utf-8", "replace")) <= _LONGEST:
        return name
    suffix = Path(name).suffix[:20]
    return name.encode("utf-8", "replace")[: _LONGEST - 40].decode("utf-8", "ignore") + suffix


def free_place(file: Path) -> Path:
    """`file`, or with a number behind its name if that is taken."""
    taken, number = file, 1
    while os.path.lexists(taken):
        taken = file.with_name(f"{file.stem} ({number}){file.suffix}")
        number += 1
    return taken
