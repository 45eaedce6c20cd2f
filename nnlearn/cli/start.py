"""`nnlearn` alone: the watch inside a workspace, else what to type first."""

from __future__ import annotations

import sys

from nnlearn.cli.say import say
from nnlearn.workspace.workspace import find_workspace

_NO_WORKSPACE = """\
nnlearn: learn what happens inside a neural network by building its pieces.

There is no workspace here. Make one; the exercises are in it:

  nnlearn init

`nnlearn --help` lists all commands."""


def start() -> list[str]:
    """What to run in place of nothing; empty where all there is to say has been said."""
    if find_workspace() is None:
        say(_NO_WORKSPACE)
        return []
    return ["watch"] if sys.stdin.isatty() and sys.stdout.isatty() else ["--help"]
