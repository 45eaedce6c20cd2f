"""Output of the commands that answer at once: plain text, with a little colour where that is wanted."""

from __future__ import annotations

import os
import shutil
import sys

_CODES = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}


def say(text: str = "") -> None:
    """Print to standard output."""
    print(text)  # noqa: T201


def complain(text: str) -> None:
    """Print to standard error."""
    print(text, file=sys.stderr)  # noqa: T201


def room(most: int) -> int:
    """Of lines of text: `most`, or as many columns as the terminal has where those are fewer."""
    return min(most, max(20, shutil.get_terminal_size((most, 24)).columns))


def paint(text: str, style: str) -> str:
    """`text` in a colour, where standard output is a terminal that may show colours.

    A colour never says anything that the words do not say.
    """
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style and shows_colours() else text


def shows_colours() -> bool:
    """Whether colours are wanted and can be shown; see https://no-color.org."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain and _understands_colours()


def _understands_colours() -> bool:
    """Whether the terminal does; on Windows it has to be asked to, and an old one cannot."""
    if sys.platform != "win32":
        return True
    import ctypes

    kernel = ctypes.windll.kernel32
    handle = kernel.GetStdHandle(-11)  # standard output
    mode = ctypes.c_ulong()
    if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    return bool(kernel.SetConsoleMode(handle, mode.value | 0x0004))  # sequences are understood
