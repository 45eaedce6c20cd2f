"""What somebody may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def did_you_mean(word: str, known: Sequence[str], introduction: str) -> str:
    """The known word nearest to `word`; if none is near, `introduction` and all of them."""
    nearest = difflib.get_close_matches(word, known, 1)
    if nearest:
        return f"did you mean `{nearest[0]}`?"
    return f"{introduction} {', '.join(known)}"


def one_of(words: Iterable[str]) -> str:
    """`a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
