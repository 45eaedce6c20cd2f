"""Notices when a file is saved: by events of the file system, and by looking, where events do not arrive.

What counts is what a look at the files shows. Events only say when to look: editors write in place, by
renaming, in several steps; network and container file systems report some of it, or nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

OFTEN_S, SELDOM_S = 0.2, 1.0
_SETTLE_S = 0.01
_SETTLES = 50  # half a second, for a file that is gone or empty in the meantime


@dataclass(frozen=True)
class Touched:
    """Something happened in the folders of the files."""


class SavedFiles:
    """Watches some files.

    Args:
        files: The files; none of them has to be there.
        post: Called with `Touched`, from another thread.
        polling: Do without events.

    Attributes:
        look_every: How long, in seconds, to wait for events before looking anyway.
    """

    def __init__(self, files: Sequence[Path], post: Callable[[Touched], None], *, polling: bool) -> None:
        self._files = tuple(files)
        self._folders = tuple(dict.fromkeys(file.parent for file in files))
        self._post = post
        self._seen = self._signature()
        self._touched = False
        self._over = threading.Event()
        self.look_every = OFTEN_S if polling else SELDOM_S
        if not polling:
            threading.Thread(target=self._listen, name="file events", daemon=True).start()

    def touched(self) -> None:
        """Take in that something happened."""
        self._touched = True

    def look(self) -> list[Path]:
        """The files that have changed, come or gone since the last look, in the order of their times."""
        was_touched, self._touched = self._touched, False
        now = self._signature()
        if now == self._seen:
            return []
        if not was_touched:
            self.look_every = OFTEN_S  # nobody told us: events do not arrive, or come late
        for _ in range(_SETTLES):
            time.sleep(_SETTLE_S)  # an editor may be half way through writing or renaming
            before, now = now, self._signature()
            if now == before and self._is_whole(now):
                break
        changed = [
            (after[0] if after else 0, file)
            for file, before, after in zip(self._files, self._seen, now, strict=True)
            if before != after
        ]
        self._seen = now
        return [file for _, file in sorted(changed)]

    def close(self) -> None:
        """Stop listening."""
        self._over.set()

    def _signature(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_stamp(file) for file in self._files)

    def _is_whole(self, now: tuple[tuple[int, int, int] | None, ...]) -> bool:
        """Whether no file that was there is missing or empty, which it is for a moment while it is saved."""
        pairs = zip(self._seen, now, strict=True)
        return all(before is None or (after is not None and after[1] > 0) for before, after in pairs)

    def _listen(self) -> None:
        # Imported here: it takes a moment, and the screen can be there before it.
        import watchfiles

        while not self._over.is_set():
            try:
                for _ in watchfiles.watch(
                    *self._folders,
                    watch_filter=None,
                    step=10,
                    debounce=200,
                    stop_event=self._over,
                    recursive=False,
                    raise_interrupt=False,
                ):
                    self._post(Touched())
            except (OSError, RuntimeError):  # a folder is not there for now, or no events to be had here
                self.look_every = OFTEN_S
            self._over.wait(SELDOM_S)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
