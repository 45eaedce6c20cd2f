"""`nnlearn hint PART`: one hint, from a nudge to nearly the answer."""

from __future__ import annotations

import difflib
import textwrap
from typing import Annotated

import typer

from nnlearn.catalogue import load_catalogue
from nnlearn.cli.options import Content
from nnlearn.errors import NnlearnError


def hint(
    part: Annotated[str, typer.Argument(help="The part you are working on, e.g. softmax.")],
    number: Annotated[int, typer.Argument(min=1, max=3, help="1 a nudge, 3 nearly the answer.")] = 1,
    content: Content = None,
) -> None:
    """Show a hint for a part: 1 is a nudge, 2 says more, 3 nearly gives the answer."""
    parts = {p.name: p for topic in load_catalogue(content).topics for p in topic.parts}
    if part not in parts:
        nearest = difflib.get_close_matches(part, parts, 1)
        raise NnlearnError(
            f"there is no part called `{part}`",
            f"did you mean `{nearest[0]}`?" if nearest else "`nnlearn list` shows all parts",
        )
    hints = parts[part].hints
    typer.echo(f"{part}, hint {number} of {len(hints)}")
    typer.echo(textwrap.fill(hints[number - 1], 80, initial_indent="  ", subsequent_indent="  "))
    if number < len(hints):
        typer.echo(f"More: nnlearn hint {part} {number + 1}")
