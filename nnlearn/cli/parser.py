"""Makes of a declared command what the parser of the command line takes: a function with annotations."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from nnlearn.cli import complete
from nnlearn.cli.declared import Command, Option, Word


def add_command(app: typer.Typer, name: str, command: Command) -> None:
    """Let `app` parse a command."""
    app.command(name, help=command.help)(_function_of(command))


def _function_of(command: Command) -> Callable[..., None]:
    def run(**given: Any) -> None:
        if code := command.run(**given):
            raise typer.Exit(code)

    parameters = [*map(_of_word, command.words), *map(_of_option, command.options)]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    vars(run)["__signature__"] = inspect.Signature(parameters)
    return run


def _of_word(word: Word) -> inspect.Parameter:
    least, most = word.between or (None, None)
    said = typer.Argument(
        metavar=word.shown or None,
        help=word.help,
        min=least,
        max=most,
        autocompletion=getattr(complete, word.offers) if word.offers else None,
    )
    kind: Any = list[word.kind] if word.many else word.kind  # type: ignore[name-defined]
    return _parameter(word.name, kind if word.needed else kind | None, said, needed=word.needed)


def _of_option(option: Option) -> inspect.Parameter:
    if option.kind is None:
        return _parameter(option.name, bool, typer.Option(option.typed, help=option.help), default=False)
    said = typer.Option(option.typed, metavar=option.shown or None, help=option.help)
    return _parameter(option.name, option.kind | None, said)


def _parameter(
    name: str, kind: Any, said: Any, *, needed: bool = False, default: Any = None
) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=inspect.Parameter.empty if needed else default,
        annotation=Annotated[kind, said],
    )
