"""`nnlearn topic ...`: write, build, check and look at topics."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnlearn.catalogue import load_catalogue
from nnlearn.cli.options import Content
from nnlearn.errors import EXIT_CHECKS_FAILED, ContentError

if TYPE_CHECKING:
    from nnlearn.catalogue import Catalogue, Topic

app = typer.Typer(help="Write, build, check and preview topics.", no_args_is_help=True)
Names = Annotated[list[str] | None, typer.Argument(metavar="[TOPIC...]", help="Topics; all if left out.")]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="A Python name, in lower case: `dropout`.")],
    content: Content = None,
) -> None:
    """Start a topic with a small one that works: change it piece by piece."""
    from autograder.authoring.new import write_skeleton

    for file in write_skeleton(name, content):
        typer.echo(f"wrote {file}")
    where = f" --content {content}" if content else ""
    typer.echo(f"Next: nnlearn topic build {name}{where} && nnlearn topic check {name}{where}")


@app.command()
def build(
    names: Names = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a build would change a file.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite built files that were changed by hand.")
    ] = False,
    content: Content = None,
) -> None:
    """Build exercises/ from solutions/ and autograder/checks/."""
    catalogue = load_catalogue(content)
    topics = _private_topics(names, catalogue)
    if check:
        _check_built(topics, catalogue)
        return
    from autograder.authoring.build import build_topic
    from autograder.authoring.pages import build_pages
    from autograder.authoring.steps import steps

    for topic in topics:
        with steps(topic.name) as on_step:
            changed = build_topic(topic, force=force, on_step=on_step)
        for file in changed:
            typer.echo(f"built {file}")
        if not changed:
            typer.echo(f"exercises/{topic.name} is up to date")
    for page in build_pages(catalogue):
        typer.echo(f"built exercises/{page.name}")


def _check_built(topics: list[Topic], catalogue: Catalogue) -> None:
    from autograder.authoring.build import find_stale

    stale = {topic.name: lines for topic in topics if (lines := find_stale(topic))}
    for lines in stale.values():
        for line in lines:
            typer.echo(line)
    if _pages_are_stale(catalogue) or stale:
        typer.echo(" ".join(["Next: nnlearn topic build", *stale]))
        raise typer.Exit(EXIT_CHECKS_FAILED)
    typer.echo(f"up to date: {', '.join(topic.name for topic in topics)}")


def _pages_are_stale(catalogue: Catalogue) -> bool:
    """Whether a page about the course is not as a build would leave it, which is then said."""
    from autograder.authoring.pages import stale_pages

    stale = stale_pages(catalogue)
    for page in stale:
        typer.echo(f"exercises/{page.name} is stale: its sources have changed")
    return bool(stale)


@app.command()
def check(
    names: Names = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Implementations tried at a time.", show_default="one per core")
    ] = None,
    content: Content = None,
) -> None:
    """Prove that the checks tell right from wrong; exit 1 if a gate does not hold."""
    catalogue = load_catalogue(content)
    topics = _private_topics(names, catalogue)
    from rich.console import Console

    from autograder.authoring.gate_progress import GateProgress
    from autograder.authoring.gate_table import show
    from autograder.authoring.gates import check_topics

    began, broken = time.monotonic(), 0
    with GateProgress(Console(stderr=True)) as progress:
        for report in check_topics(topics, jobs=jobs or os.cpu_count() or 1, on_progress=progress.show):
            with progress.put_aside():
                show(report, Console())
            broken += bool(report.problems)
    if len(topics) > 1:
        held = f"every gate holds for {len(topics) - broken} of {len(topics)} topics"
        typer.echo(f"{held} ({time.monotonic() - began:.1f} s)")
    if _pages_are_stale(catalogue) or broken:
        raise typer.Exit(EXIT_CHECKS_FAILED)


@app.command()
def preview(
    name: Annotated[str, typer.Argument(metavar="TOPIC", help="The topic to look at.")],
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the page.")] = None,
    content: Content = None,
) -> None:
    """Render the built lesson as one HTML page that needs no other file."""
    from autograder.authoring.preview import write_preview

    typer.echo(write_preview(load_catalogue(content).topic(name), html))


def _private_topics(names: list[str] | None, catalogue: Catalogue) -> list[Topic]:
    """The topics called `names`, or all that have a master here."""
    if names:
        return [catalogue.topic(name) for name in dict.fromkeys(names)]
    topics = [topic for topic in catalogue.topics if topic.solution_dir is not None]
    if not topics:
        raise ContentError(
            f"{catalogue.root}: there is no topic with a master in solutions/",
            "point --content at a full tree, or start one: nnlearn topic new NAME",
        )
    return topics
