"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Content = Annotated[
    Path | None,
    typer.Option(
        "--content",
        metavar="DIR",
        help="A content tree of your own, instead of the one that came with nnlearn.",
    ),
]
