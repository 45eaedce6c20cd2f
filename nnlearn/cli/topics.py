"""`nnlearn list`: the topics, their parts and their points."""

from __future__ import annotations

import typer

from nnlearn.catalogue import load_catalogue
from nnlearn.cli.options import Content


def list_topics(content: Content = None) -> None:
    """List the topics, with their parts and points."""
    for topic in load_catalogue(content).topics:
        typer.echo(f"{topic.name}: {topic.title}")
        typer.echo(f"  {topic.summary}")
        for part in topic.parts:
            unit = "point" if part.points == 1 else "points"
            typer.echo(f"    {part.name:<24} {part.points:g} {unit}")
