"""Runs pieces of code one after the other in one namespace, as Jupyter does."""

from __future__ import annotations
import __future__

import ast
import inspect
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

_FUTURES = __future__.annotations.compiler_flag  # the one that still changes what code means


class Cells:
    """The cells of a program, which may `await` outside of functions.

    Args:
        namespace: The names that all of them share.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._futures = 0
        self._loop: asyncio.Runner | None = None

    def run(self, file: str, code: str) -> None:
        """Run a cell; what it imports from `__future__` holds in the cells after it, too, and ours nowhere.

        Raises:
            BaseException: Whatever the code raises, `SyntaxError` included.
        """
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | self._futures
        compiled = compile(code, file, "exec", flags, dont_inherit=True)
        self._futures |= compiled.co_flags & _FUTURES
        if compiled.co_flags & inspect.CO_COROUTINE:
            self._await(compiled)
        else:
            exec(compiled, self._namespace)  # noqa: S102 - what a host is for

    def close(self) -> None:
        """End what cells have left running beside them.

        Raises:
            BaseException: Whatever that raises at its end.
        """
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.close()

    def _await(self, code: types.CodeType) -> None:
        """Run code that awaits, in the one loop of all cells: a task of one may be awaited in another."""
        import asyncio  # takes a while, and hardly anybody needs it

        if self._loop is None:
            self._loop = asyncio.Runner()
        self._loop.run(eval(code, self._namespace))  # noqa: S307 - a coroutine: nothing has run yet
