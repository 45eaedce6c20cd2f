"""`nnlearn` alone: the watch inside a workspace, else what to type first."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable

from nnlearn.cli.say import say
from nnlearn.errors import NnlearnError
from nnlearn.workspace.workspace import find_workspace

_NO_WORKSPACE = """\
nnlearn: learn what happens inside a neural network by building its pieces.

There is no workspace here. Make one; the exercises are in it:

  nnlearn init

`nnlearn --help` lists all commands."""


def start(help_text: Callable[[], str]) -> None:
    """Watch the workspace on a terminal; off a terminal, or outside a workspace, say what can be done.

    Args:
        help_text: Gives the list of all commands.
    """
    from nnlearn.cli import COMMANDS

    try:
        workspace = find_workspace()
    except NnlearnError:
        workspace = None
    if workspace is None:
        say(_NO_WORKSPACE)
    elif "watch" in COMMANDS and sys.stdin.isatty() and sys.stdout.isatty():
        module, _, name = COMMANDS["watch"].partition(":")
        getattr(importlib.import_module(module), name)()
    else:
        say(help_text())
