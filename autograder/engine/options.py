"""Options that all commands share which grade."""

from __future__ import annotations

from typing import Annotated

import typer

Jobs = Annotated[
    int | None, typer.Option(min=1, help="Submissions graded at a time.", show_default="one per core")
]
RequireIsolation = Annotated[
    bool, typer.Option("--require-isolation", help="Refuse to grade where a layer of isolation is missing.")
]
