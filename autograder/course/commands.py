"""`nnlearn course ...`: nbgrader courses made of topics."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

_COMMANDS = {
    "init": "autograder.course.init:init",
    "add": "autograder.course.add:add",
    "check": "autograder.course.check:check",
    "extend": "autograder.course.extend:extend",
    "preflight": "autograder.course.preflight:preflight",
    "grade": "autograder.course.grading:grade",
    "compare": "autograder.course.compare:compare",
    "export": "autograder.exporters.lms:export",
}


class LazyCommands(TyperGroup):
    """A group whose commands are imported when they are asked for: `nnlearn list` pays for none of them."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """The names, in the order of a course."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command called `cmd_name`, or None."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name)(getattr(import_module(module), name))
        return typer.main.get_command(app)


app = typer.Typer(
    cls=LazyCommands,
    help="Run a course with nbgrader: make, check, grade and export.",
    no_args_is_help=True,
)
