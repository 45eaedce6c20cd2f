"""Which words and options the learner's commands take, and what `--help` says of them."""

from __future__ import annotations

from typing import Annotated

import typer

from nnlearn.cli.complete import complete_parts, complete_topics
from nnlearn.cli.options import Content

Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
PartName = Annotated[
    str, typer.Argument(metavar="PART", help="A part, e.g. softmax.", autocompletion=complete_parts)
]
TopicName = Annotated[
    str, typer.Argument(metavar="TOPIC", help="A topic, e.g. dropout.", autocompletion=complete_topics)
]


def without_command(context: typer.Context) -> None:
    """Start where the learner is."""
    if context.invoked_subcommand is None:
        from nnlearn.cli.start import start

        start(context.get_help)


def list_topics(content: Content = None) -> None:
    """List the topics, with their parts and points, and what is done."""
    from nnlearn.cli.topics import show_topics

    show_topics(content)


def progress(as_json: Json = False, content: Content = None) -> None:
    """Show how much of each topic is done."""
    from nnlearn.cli.topics import show_progress

    show_progress(as_json, content)


def hint(
    part: PartName,
    number: Annotated[
        int | None, typer.Argument(min=1, max=3, help="1 a nudge, 3 nearly the answer.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="The last hint once more.")] = False,
    content: Content = None,
) -> None:
    """Show the next hint for a part: the first is a nudge, the third nearly the answer."""
    from nnlearn.cli.hint import show_hint

    show_hint(part, number, again, content)


def doctor(as_json: Json = False) -> None:
    """Say whether nnlearn can work here, and how well it can keep a learner's code to itself.

    Ends with 0, or with 1 when something that nnlearn needs is wrong.
    """
    from nnlearn.cli.doctor import show_findings

    raise typer.Exit(show_findings(as_json))
