"""Stops mutants that would never end: their loops ask here whether to go on."""

from __future__ import annotations

import ast
import time

NAME = "__pace__"
_CPU_SECONDS = 10.0
_end: float | None = None


class EndlessLoop(Exception):
    """A mutant has had all the time that it gets."""


def start() -> None:
    """Give the code that runs next its time, whichever thread it runs in: each has a clock of its own."""
    global _end
    _end = None


def pace() -> bool:
    """True, as long as there is time left.

    Raises:
        EndlessLoop: There is none.
    """
    global _end
    now = time.thread_time()
    if _end is None:
        _end = now + _CPU_SECONDS
    if now > _end:
        raise EndlessLoop
    return True


def paced(code: str) -> str:
    """`code` with every loop asking `pace` before it goes round."""
    tree = ast.parse(code)
    call = ast.Call(ast.Name(NAME, ast.Load()), [], [])
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.While)):
            node.body.insert(0, ast.Expr(call))
        elif isinstance(node, ast.comprehension):
            node.ifs.insert(0, call)
    return ast.unparse(tree)
