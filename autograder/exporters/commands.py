"""`nnlearn gradescope ...`: autograders for Gradescope."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.exporters.gradescope.settings import OutputFormat, Visibility
from nnlearn.cli.options import Content
from nnlearn.errors import OutputError

app = typer.Typer(help="Make autograders for Gradescope.", no_args_is_help=True)


@app.callback()
def gradescope() -> None:
    """Make autograders for Gradescope."""


@app.command()
def build(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="The topic to grade.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.zip", help="The archive to write.")],
    hidden_checks: Annotated[
        Visibility, typer.Option(help="When learners see the results of hidden checks.")
    ] = Visibility.AFTER_PUBLISHED,
    output_format: Annotated[
        OutputFormat, typer.Option(help="How Gradescope shows messages.")
    ] = OutputFormat.TEXT,
    require_isolation: Annotated[
        bool,
        typer.Option("--require-isolation", help="Grade only where every layer of isolation holds."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an archive that is there.")] = False,
    content: Content = None,
) -> None:
    """Build the autograder archive of one topic. It is private: it holds the solution and the checks."""
    from autograder.exporters.gradescope.archive import build_archive
    from autograder.exporters.gradescope.settings import Settings
    from autograder.render.files import OutputFile
    from nnlearn.catalogue import load_catalogue

    catalogue = load_catalogue(content)
    settings = Settings(catalogue.topic(topic).name, hidden_checks, output_format, require_isolation)
    file = OutputFile(output)
    if output.exists() and not force:
        raise OutputError(f"{file.shown}: there is a file already.", "Name another, or pass --force.")
    data = build_archive(catalogue, settings)
    file.write_bytes(data)
    typer.echo(f"Written: {file.shown}, {len(data) / 1000:.0f} kB")
    typer.echo(
        f"PRIVATE: it holds the solution and the hidden checks of {topic}. Upload it to Gradescope only."
    )
