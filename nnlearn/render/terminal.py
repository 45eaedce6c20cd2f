"""A lesson in a terminal: formulas as text, pictures by name, long lines of code indented.

The colours are the terminal's own: whether it is dark or light is not known.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from rich.markdown import Markdown
from rich.theme import Theme

from nnlearn.render.folded import without_comment, without_folded
from nnlearn.render.formulas import readable, replace_formulas

THEME = Theme({"markdown.code": "bold"})
"""For the console it is printed on: Rich's own puts code in a sentence on black."""
_IMAGE = re.compile(r"^!\[([^\]]*)\]\(([^)]+)\)$", re.MULTILINE)
_CODE = re.compile(r"^(```\w*\n)(.*?)^```$", re.MULTILINE | re.DOTALL)
_AROUND_CODE = 2  # columns that a block of code is padded with
_CONTINUED = 8  # columns by which the rest of a statement is indented


def lesson_in_terminal(markdown: str, folder: Path, width: int) -> Markdown:
    """A lesson, without what stands folded.

    Args:
        markdown: The lesson.
        folder: Where its pictures are; they are named as from the current folder.
        width: The columns there are. Longer lines of code go on below, and a comment stays a comment.
    """

    def formula(tex: str, on_its_own: bool) -> str:
        return f"\n    {readable(tex)}\n" if on_its_own else f"`{readable(tex)}`"

    text = replace_formulas(without_folded(without_comment(markdown)), formula)
    text = _IMAGE.sub(lambda m: f"*Figure: {m[1]}*\n\n{_shown(folder / m[2])}", text)
    text = _CODE.sub(lambda m: f"{m[1]}{_fitted(m[2], width - _AROUND_CODE)}```", text)
    return Markdown(text, code_theme="ansi_dark")


def _fitted(code: str, width: int) -> str:
    return "".join(f"{line}\n" for long in code.splitlines() for line in _lines(long, width))


def _lines(line: str, width: int) -> list[str]:
    """A line of code in lines of `width`."""
    indent = line[: len(line) - len(line.lstrip())]
    below = indent + ("# " if line[len(indent) :].startswith("#") else " " * _CONTINUED)
    if len(line) <= width or len(below) >= width:
        return [line]
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=below,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _shown(path: Path) -> str:
    """A path as it is named from the current folder."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
