"""Options that the commands of `nnlearn course` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CourseDir = Annotated[
    Path | None,
    typer.Option(
        "--course-dir",
        metavar="DIR",
        help="The course directory, where it is neither the current one nor above it.",
        show_default=False,
    ),
]
