"""The end of standard input: whoever started the watch off a terminal wants no more of it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class EndOfInput:
    """Standard input has ended."""


def tell_end_of_input(post: Callable[[Any], None]) -> None:
    """Post an `EndOfInput` when it does, if it is something that ends: a pipe, a file, nothing at all.

    Args:
        post: Takes it; called in any thread.
    """
    if sys.stdin is None or sys.stdin.closed:
        post(EndOfInput())
        return
    if sys.stdin.isatty():
        return

    def read() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        post(EndOfInput())

    threading.Thread(target=read, name="standard input", daemon=True).start()
