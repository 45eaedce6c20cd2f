"""Keys as they are pressed, without waiting for Enter; the one module that knows terminals from consoles."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

_SEQUENCES = {
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1bOC": "right",
    "\x1bOD": "left",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    "\r": "enter",
    "\n": "enter",
    " ": "page down",
    "\x1b": "escape",
    "\x03": "interrupt",
}
_WINDOWS = {"H": "up", "P": "down", "K": "left", "M": "right", "I": "page up", "Q": "page down"}
_WINDOWS_PAUSE_S = 0.05


@dataclass(frozen=True)
class Key:
    """A key: a small letter, or a name such as `up`, `enter` or `hang up` for a terminal that is gone."""

    name: str


class Keyboard(Protocol):
    """Posts keys while it is open."""

    def open(self) -> None:
        """Take keys singly and without showing them."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def keyboard(post: Callable[[Key], None]) -> Keyboard:
    """The keyboard of this process."""
    return _Console(post) if sys.platform == "win32" else _Terminal(post)


def names_of(text: str) -> list[str]:
    """The keys that a terminal sent."""
    names = []
    while text:
        known = next((s for s in sorted(_SEQUENCES, key=len, reverse=True) if text.startswith(s)), None)
        if known == "\x1b" and len(text) > 1:  # a key we have no use for: its letters are none of ours
            break
        names.append(_SEQUENCES[known] if known else text[0].lower())
        text = text[len(known) if known else 1 :]
    return names


class _Terminal:
    def __init__(self, post: Callable[[Key], None]) -> None:
        self._post = post
        self._descriptor = sys.stdin.fileno()
        self._before: list[Any] | None = None
        self._thread: threading.Thread | None = None
        self._wake = -1

    def open(self) -> None:
        import termios
        import tty

        if self._before is None:
            self._before = termios.tcgetattr(self._descriptor)
        tty.setcbreak(self._descriptor, termios.TCSANOW)
        if self._thread is None:
            reading, self._wake = os.pipe()
            self._thread = threading.Thread(target=self._read, args=(reading,), name="keys", daemon=True)
            self._thread.start()

    def close(self) -> None:
        import termios

        if self._thread is not None:
            os.close(self._wake)
            self._thread.join()
            self._thread = None
        if self._before is not None:
            # Keys that were typed ahead are not for the shell.
            termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, self._before)
            self._before = None

    def _read(self, woken: int) -> None:
        import select

        while True:
            ready, _, _ = select.select([self._descriptor, woken], [], [])
            if woken in ready:
                break
            try:
                data = os.read(self._descriptor, 1024)
            except OSError:
                data = b""
            if not data:
                self._post(Key("hang up"))
                break
            for name in names_of(data.decode("utf-8", "replace")):
                self._post(Key(name))
        os.close(woken)


class _Console:
    """A Windows console, which cannot be waited for together with anything else."""

    def __init__(self, post: Callable[[Key], None]) -> None:
        import importlib

        self._post = post
        self._msvcrt: Any = importlib.import_module("msvcrt")
        self._over = threading.Event()

    def open(self) -> None:
        self._over.clear()
        threading.Thread(target=self._read, name="keys", daemon=True).start()

    def close(self) -> None:
        self._over.set()

    def _read(self) -> None:
        while not self._over.is_set():
            if not self._msvcrt.kbhit():
                time.sleep(_WINDOWS_PAUSE_S)
                continue
            character = self._msvcrt.getwch()
            if character in "\x00\xe0":  # a key without a character: its code follows
                name = _WINDOWS.get(self._msvcrt.getwch())
                if name:
                    self._post(Key(name))
            else:
                for name in names_of(character):
                    self._post(Key(name))
