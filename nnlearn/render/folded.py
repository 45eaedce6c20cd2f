"""What stands folded on a lesson's page: the code of a figure, to be opened by those who want to read it."""

from __future__ import annotations

import re
from collections.abc import Callable

_FOLDED = re.compile(
    r"^<details>\n<summary>(?P<summary>[^\n]*)</summary>\n(?P<body>.*?)\n</details>$",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r"\A\s*<!--.*?-->\s*", re.DOTALL)


def folded(summary: str, markdown: str) -> str:
    """Markdown that shows one line until it is opened."""
    return f"<details>\n<summary>{summary}</summary>\n\n{markdown}\n\n</details>"


def replace_folded(markdown: str, replace: Callable[[str, str], str]) -> str:
    """`markdown` with `replace(summary, body)` in place of everything that is folded."""
    return _FOLDED.sub(lambda found: replace(found["summary"], found["body"].strip("\n")), markdown)


def without_folded(markdown: str) -> str:
    """`markdown` for where nothing can be opened."""
    return replace_folded(markdown, lambda *_: "")


def without_comment(markdown: str) -> str:
    """`markdown` without the comment that it begins with: that is for whoever edits it."""
    return _COMMENT.sub("", markdown)
