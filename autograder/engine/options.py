"""Options that all commands share which grade."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Jobs = Annotated[
    int | None, typer.Option(min=1, help="Submissions graded at a time.", show_default="one per core")
]
RequireIsolation = Annotated[
    bool, typer.Option("--require-isolation", help="Refuse to grade where a layer of isolation is missing.")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Grade on a Dask cluster: its scheduler's address, or local:N for N workers of this machine.",
        show_default=False,
    ),
]
ClusterReport = Annotated[
    Path | None,
    typer.Option(
        "--cluster-report",
        metavar="FILE",
        help="Write as JSON which worker of the cluster graded what, how long it took and what failed.",
        show_default=False,
    ),
]
