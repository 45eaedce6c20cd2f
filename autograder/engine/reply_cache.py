"""What known mistakes answer to the checks, kept between runs: a cache of this user's, outside every tree.

A submission that fails a check is compared with the answers of each known mistake of its part. What is not
known yet is found out by running the mistake, and added to a file in which every process that grades looks,
of this run and of later ones. The name of the file says what the answers depend on, so none is out of date.

It holds what hidden checks got, and is as private as they are. Without it nothing is lost but time.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import platformdirs

import nnlearn
from nnlearn.catalogue import Topic

PLACE = "NNLEARN_CACHE"
"""The variable that names a folder to keep caches in, in place of the user's own."""
_MOST_BYTES = 50_000_000
_MOST_SECONDS = 60 * 86_400
# Folders of nnlearn that no answer depends on: what talks to people, what confines processes, content.
_OF_NO_MATTER = frozenset({"cli", "content", "isolation", "notebook", "watch", "workspace"})
_LIBRARIES = ("keras", "tensorflow", "numpy")


class ReplyCache:
    """What the known mistakes of a topic answer, as far as it has been found out.

    Args:
        topic: The topic, with its private content.
        seed: What all random numbers of the checks follow from.
    """

    def __init__(self, topic: Topic, seed: int) -> None:
        self._file = _file_of(topic, seed)
        self._found: dict[tuple[str, str], Any] = {}
        self._inode, self._read = 0, 0
        self._look()
        with contextlib.suppress(OSError):
            os.utime(self._file)  # it is in use

    def get(self, mistake: str, check: str) -> Any:
        """The fingerprint of the replies that a check got from a mistake, or None where it passed.

        Raises:
            KeyError: Nobody has found out yet.
        """
        if (mistake, check) not in self._found:
            self._look()
        return self._found[mistake, check]

    def add(self, mistake: str, replies: Mapping[str, Any]) -> None:
        """Keep what checks got from a mistake; in this process alone where the file cannot be written."""
        new = {check: got for check, got in replies.items() if (mistake, check) not in self._found}
        self._found |= {(mistake, check): got for check, got in new.items()}
        lines = [json.dumps([mistake, check, got], separators=(",", ":")) for check, got in new.items()]
        if lines:
            with contextlib.suppress(OSError), _opened_to_add(self._file) as file:
                # One write, so that two processes do not write into each other's lines. It begins a line of
                # its own, whatever stands before: that may have been cut short.
                file.write("\n".join(["", *lines, ""]).encode())

    def _look(self) -> None:
        """Read what has been added since the last time; what is damaged is left out."""
        try:
            with open(self._file, "rb", opener=_without_links) as file:
                about = os.fstat(file.fileno())
                if not _is_ours(about):
                    return
                if about.st_ino != self._inode or about.st_size < self._read:  # another file by now
                    self._inode, self._read = about.st_ino, 0
                file.seek(self._read)
                whole, _, _ = file.read().rpartition(b"\n")
        except OSError:
            return
        self._read += len(whole)
        for line in whole.splitlines():
            try:
                mistake, check, got = json.loads(line)
                self._found[str(mistake), str(check)] = got
            except (ValueError, TypeError):
                continue


def say_what_is_slow(topics: Iterable[Topic], seed: int, say: Callable[[str], None]) -> None:
    """Before grading: why this run takes longer than others, if it does."""
    if trouble := _trouble():
        say(
            f"Note: what known mistakes answer is found out anew in each run, which takes time: {trouble}. "
            f"Set {PLACE} to a folder of your own to keep it."
        )
        return
    new = [topic.name for topic in topics if topic.has_mistakes and not _file_of(topic, seed).exists()]
    if new:
        say(
            f"Known mistakes of {', '.join(new)} have not been run here before. They are, where a submission "
            "fails: this takes longer than it will the next time."
        )


def kept_replies(topic: Topic, seed: int) -> tuple[str, bytes] | None:
    """The name of the file that keeps the replies of a topic, and what it holds; None if there is none."""
    file = _file_of(topic, seed)
    try:
        with open(file, "rb", opener=_without_links) as opened:
            return (file.name, opened.read()) if _is_ours(os.fstat(opened.fileno())) else None
    except OSError:
        return None


def keep_replies(files: Mapping[str, bytes]) -> None:
    """Put files of `kept_replies` into the cache of this process' user, where they are as good as its own.

    Raises:
        OSError: They cannot be written.
    """
    for name, data in files.items():
        with _opened_to_add(_folder() / Path(name).name) as file:
            file.write(data)


def _trouble() -> str:
    """Why nothing can be kept, or an empty string."""
    try:
        with tempfile.TemporaryFile(dir=_private(_folder())):
            return ""
    except OSError as error:
        return f"{_folder()}: {error.strerror}"


def _folder() -> Path:
    place = os.environ.get(PLACE) or platformdirs.user_cache_dir("nnlearn", appauthor=False)
    return Path(place) / "replies"


def _private(folder: Path) -> Path:
    """`folder`, made where it is missing, with nobody else allowed in.

    Raises:
        OSError: That cannot be had.
    """
    if not folder.is_absolute():  # each process would have one of its own
        raise OSError(0, "not an absolute path")
    folder.mkdir(0o700, parents=True, exist_ok=True)
    about = folder.stat()
    if not _belongs_to_us(about):
        raise PermissionError(0, "belongs to another user")
    if stat.S_IMODE(about.st_mode) != 0o700:
        folder.chmod(0o700)
    return folder


def _file_of(topic: Topic, seed: int) -> Path:
    """Where the answers to the checks of `topic` belong, by all that they depend on."""
    digest = hashlib.sha256(f"{topic.name}:{topic.content_digest}:{seed}:{_made_with()}".encode())
    return _folder() / f"{topic.name}-{digest.hexdigest()[:32]}.jsonl"


@functools.cache
def _made_with() -> str:
    """SHA-256 of the code and the versions that answers, and what is kept of them, depend on."""
    package = Path(nnlearn.__file__).parent
    code = [file for file in package.rglob("*.py") if file.relative_to(package).parts[0] not in _OF_NO_MATTER]
    ours = [Path(__file__).with_name(f"{name}.py") for name in ("mistake_runs", "reference", "reply_cache")]
    digest = hashlib.sha256()
    for file in (*sorted(code), *ours):
        data = file.read_bytes()
        digest.update(f"{file.name}:{len(data)}:".encode() + data)
    versions = [platform.python_version(), platform.machine(), *(version(name) for name in _LIBRARIES)]
    digest.update(" ".join(versions).encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _opened_to_add(file: Path) -> Iterator[IO[bytes]]:
    """`file`, open for one write to its end; a new one takes the place of what nobody uses any more.

    Raises:
        OSError: It cannot be opened, or is not ours alone.
    """
    _private(file.parent)
    with open(file, "ab", buffering=0, opener=_without_links) as out:
        about = os.fstat(out.fileno())
        if not _is_ours(about):
            raise PermissionError(0, "belongs to another user")
        if about.st_size == 0:
            _prune(file)
        yield out


def _without_links(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _is_ours(about: os.stat_result) -> bool:
    """Whether this is a file that nobody but this user has written, or could have."""
    return stat.S_ISREG(about.st_mode) and _belongs_to_us(about) and not about.st_mode & 0o022


def _belongs_to_us(about: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or about.st_uid == os.geteuid()


def _prune(new: Path) -> None:
    """Remove what was not in use for long, and what is too much, the longest unused first."""
    others = []
    for file in new.parent.glob("*.jsonl"):
        with contextlib.suppress(OSError):  # removed by another process
            about = file.stat()
            others.append((about.st_mtime, about.st_size, file))
    left = _MOST_BYTES
    for used, size, file in sorted(others, reverse=True):
        left -= size
        if file != new and (left < 0 or time.time() - used > _MOST_SECONDS):
            with contextlib.suppress(OSError):
                file.unlink()
