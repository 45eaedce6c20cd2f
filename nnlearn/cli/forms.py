"""Which words and options the learner's commands take, and what `--help` says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nnlearn.cli.complete import complete_parts, complete_topics, complete_topics_and_parts
from nnlearn.cli.options import Content

Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
PartName = Annotated[
    str, typer.Argument(metavar="PART", help="A part, e.g. softmax.", autocompletion=complete_parts)
]
TopicName = Annotated[
    str, typer.Argument(metavar="TOPIC", help="A topic, e.g. dropout.", autocompletion=complete_topics)
]


def init(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Its folder: made where there is none. [nnlearn-exercises]"),
    ] = None,
    topics: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TOPIC...]", help="The topics to put there. [all]", autocompletion=complete_topics
        ),
    ] = None,
    content: Content = None,
) -> None:
    """Make a workspace: a folder with the exercises to work on. Or bring it up to date.

    A file that you changed is never overwritten.
    """
    from nnlearn.cli.init import make_workspace

    make_workspace(folder, *(topics or ()), content=content)


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


def lesson(
    topic: TopicName,
    browser: Annotated[bool, typer.Option("--browser", help="Open it as a page in the browser.")] = False,
    jupyter: Annotated[bool, typer.Option("--jupyter", help="Open the notebook in Jupyter.")] = False,
    content: Content = None,
) -> None:
    """Read the lesson of a topic."""
    from nnlearn.cli.lesson import show_lesson

    show_lesson(topic, browser, jupyter, content)


def reset(
    name: Annotated[
        str,
        typer.Argument(
            metavar="TOPIC|PART", help="What to start anew.", autocompletion=complete_topics_and_parts
        ),
    ],
    content: Content = None,
) -> None:
    """Put a topic, or one part, back to how it was. What you wrote is kept as a backup."""
    from nnlearn.cli.reset import reset_work

    reset_work(name, content)


def solution(part: PartName, content: Content = None) -> None:
    """Show the reference solution of a part that passes."""
    from nnlearn.cli.solution import show_solution

    show_solution(part, content)


def doctor(
    as_json: Json = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Also start Keras, which takes seconds.")
    ] = False,
) -> None:
    """Say whether nnlearn can work here, and how well it can keep a learner's code to itself.

    Ends with 0, or with 1 when something that nnlearn needs is wrong.
    """
    from nnlearn.cli.doctor import show_findings

    raise typer.Exit(show_findings(as_json, thorough))
