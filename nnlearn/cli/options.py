"""Options that commands of other packages share with those of this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nnlearn.cli.commands import CONTENT

Content = Annotated[Path | None, typer.Option(CONTENT.typed, metavar=CONTENT.shown, help=CONTENT.help)]
