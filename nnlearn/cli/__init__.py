"""The command `nnlearn`.

Commands of this package are one module each; other packages add theirs through the entry point group
`nnlearn.commands`. Nothing here imports Keras: a command that needs it imports it when it runs.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import typer

from nnlearn.cli import check, doctor, hint, topics
from nnlearn.errors import EXIT_INTERRUPTED, EXIT_USAGE, NnlearnError

_HELP = "Learn, and teach, what happens inside a neural network."


def build_app() -> typer.Typer:
    """The command line with all its commands."""
    app = typer.Typer(
        help=_HELP,
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.command("list")(topics.list_topics)
    app.command("check")(check.check)
    app.command("hint")(hint.hint)
    app.command("doctor")(doctor.doctor)
    for entry in entry_points(group="nnlearn.commands"):
        entry.load()(app)
    return app


def main() -> None:
    """Run the command line; errors that people can put right end in a message and an exit code."""
    try:
        code = build_app()(standalone_mode=False)
    except NnlearnError as error:
        print(f"nnlearn: {error}", file=sys.stderr)  # noqa: T201
        code = error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("nnlearn: interrupted", file=sys.stderr)  # noqa: T201
        code = EXIT_INTERRUPTED
    except typer.Exit as request:
        code = request.exit_code
    except Exception as error:
        code = _usage_error(error)
    sys.exit(code if isinstance(code, int) else 0)


def _usage_error(error: Exception) -> int:
    """Show an error of the command line's own parser; anything else is a fault of ours."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return EXIT_USAGE
