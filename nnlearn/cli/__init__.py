"""The command `nnlearn`.

Commands of this package are declared in `commands.py`; other packages add theirs through the entry point
group `nnlearn.commands`. Nothing here imports Keras: a command that needs it imports it when it runs.
A command loads what it needs and no other command, nor the parser where that has nothing to look at closely,
so that what learners type often answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnlearn import __version__
from nnlearn.cli.commands import COMMANDS
from nnlearn.cli.say import complain, say
from nnlearn.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, NnlearnError
from nnlearn.runtime.output import prepare_output

if TYPE_CHECKING:
    import typer

_PARSER_INTERRUPTED = 130  # what the parser makes of Ctrl-C in a command
_HELP = "Learn, and teach, what happens inside a neural network."


def build_app(arguments: Sequence[str] | None = None) -> typer.Typer:
    """The command line.

    Args:
        arguments: What was typed. Where that names a command of this package, no other is loaded; all
            are if it is left out.
    """
    import typer

    from nnlearn.cli.parser import add_command

    app = typer.Typer(
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    # With a callback `nnlearn hint` stays a command of its own where no other one is loaded.

    def whole(version: bool = typer.Option(False, "--version", help="Say which version this is.")) -> None:
        if version:
            say(f"nnlearn {__version__}")
            raise typer.Exit

    app.callback(help=_HELP)(whole)
    if arguments and arguments[0] in COMMANDS:
        add_command(app, arguments[0], COMMANDS[arguments[0]])
        return app
    from importlib.metadata import entry_points

    for name, command in COMMANDS.items():
        add_command(app, name, command)
    for entry in entry_points(group="nnlearn.commands"):
        try:
            entry.load()(app)
        except ImportError as error:  # another package's fault must not take the learner's commands away
            complain(f"Note: the commands of `{entry.name}` are left out: {error}")
    return app


def main() -> None:
    """Run the command line; errors that people can put right end in a message and an exit code."""
    prepare_output()
    try:
        code = _run(sys.argv[1:])
        sys.stdout.flush()
    except NnlearnError as error:
        complain(f"nnlearn: {error}")
        code = error.exit_code
    except KeyboardInterrupt:
        complain("nnlearn: interrupted")
        code = EXIT_INTERRUPTED
    except ImportError as error:
        if error.name is not None and error.name.split(".")[0] in ("nnlearn", "autograder"):
            raise
        complain(f"nnlearn: {error.name or 'a library'} cannot be imported: {_gist(str(error))}")
        complain("  `nnlearn doctor --thorough` says what is wrong and what mends it")
        code = EXIT_USAGE
    except BrokenPipeError:  # `nnlearn watch | head`: whoever was reading has read enough
        code = EXIT_OK
    sys.exit(code)


def _run(arguments: Sequence[str]) -> int:
    """Run what was typed, and return the exit code."""
    from nnlearn.cli.start import start

    if "_NNLEARN_COMPLETE" not in os.environ:
        if list(arguments) == ["--version"]:
            say(f"nnlearn {__version__}")
            return EXIT_OK
        if not arguments and not (arguments := start()):
            return EXIT_OK
        command = COMMANDS.get(arguments[0])
        taken = command.taken(arguments[1:]) if command else None
        if command is not None and taken is not None:
            return command.run(**taken)
    return _run_parsed(arguments)


def _run_parsed(arguments: Sequence[str]) -> int:
    import typer

    completes = "_NNLEARN_COMPLETE" in os.environ
    try:
        code = build_app(None if completes else arguments)(
            args=list(arguments), prog_name="nnlearn", standalone_mode=False
        )
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.Exit as request:
        return request.exit_code
    except (NnlearnError, BrokenPipeError, ImportError):
        raise
    except Exception as error:
        return _usage_error(error)
    if code == _PARSER_INTERRUPTED:
        raise KeyboardInterrupt
    return code if isinstance(code, int) else EXIT_OK


def _usage_error(error: Exception) -> int:
    """Show an error of the command line's own parser; anything else is a fault of ours."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return EXIT_USAGE


def _gist(message: str) -> str:
    """The line that says it; TensorFlow puts a whole traceback into its message."""
    lines = (
        line for line in message.splitlines() if line.strip() and not line.startswith((" ", "Traceback"))
    )
    return next(lines, message.strip())
