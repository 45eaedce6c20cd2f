"""Sees which TensorFlow kernels run, whoever asks for them and however it is spelled."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

_MARK = re.compile(r"(?:^|/)nnlearn_uses\.([A-Za-z0-9.]+)")


class Kernels:
    """Reports every kernel that runs, or enters a graph, in this thread, and those in graphs built before.

    What has entered a graph in front of its eyes, it does not report again when the graph runs.

    Results, gradients and graphs are unaffected; an eager operation takes about 4 µs longer (a small one
    takes 20 µs).

    Args:
        report: Called with the name of each kernel, in the thread that runs it.
        report_mark: Called with what `mark` has left in a graph that runs.
    """

    def __init__(self, report: Callable[[str], None], report_mark: Callable[[tuple[str, ...]], None]) -> None:
        self._report = report
        self._report_mark = report_mark
        self._before: frozenset[str] | None = None
        self.were_switched_off = False

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Watch until the block ends; sees whether somebody has ended it before."""
        # Imported here: whoever imports this module must not have to wait for TensorFlow.
        from tensorflow.python.eager import context
        from tensorflow.python.framework import op_callbacks

        current = context.context()
        if self._before is None:
            self._before = frozenset(map(_text, current.list_function_names()))
        callback = self._on_operation
        op_callbacks.add_op_callback(callback)
        try:
            yield
        finally:
            self.were_switched_off = callback not in current.op_callbacks
            if not self.were_switched_off:
                op_callbacks.remove_op_callback(callback)

    def _on_operation(
        self,
        op_type: Any,
        inputs: Any,  # noqa: ARG002 - TensorFlow's signature
        attrs: Any,
        outputs: Any,  # noqa: ARG002
        op_name: Any = None,  # noqa: ARG002
        graph: Any = None,  # noqa: ARG002
    ) -> None:
        name = _text(op_type)
        if (takes_functions := _takes_functions(name)) is not None:
            self._report(name)
        functions = _mentioned(attrs) if takes_functions else ()
        for function in (name,) if takes_functions is None else functions:
            if function not in (self._before or ()):
                continue
            for kernel, used in _inside(function):
                if used:
                    self._report_mark(used)
                else:
                    self._report(kernel)


def mark(names: tuple[str, ...]) -> None:
    """Leave a mark in the graph that is being built, if there is one: it uses what has these public names."""
    from tensorflow.python.framework import ops
    from tensorflow.python.ops import gen_control_flow_ops

    graph = ops.get_default_graph() if not _is_eager() else None
    if graph is not None and getattr(graph, "building_function", False):
        text = base64.b16encode(json.dumps(names).encode()).decode()
        gen_control_flow_ops.no_op(name=f"nnlearn_uses.{text}")


def _is_eager() -> bool:
    from tensorflow.python.eager import context

    return bool(context.executing_eagerly())


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _mentioned(attrs: Any) -> Iterator[str]:
    """The names of functions among the attributes of an operation, in whichever form they come."""
    for value in attrs if isinstance(attrs, (tuple, list)) else ():
        if isinstance(value, (str, bytes)):
            yield _text(value)
        elif isinstance(value, (tuple, list)):
            yield from _mentioned(value)
        elif hasattr(value, "func") and hasattr(value, "list"):  # as a graph writes attributes down
            yield from (function.name for function in (value.func, *value.list.func) if function.name)
        elif hasattr(value, "name"):
            yield _text(value.name)


@cache
def _takes_functions(kernel: str) -> bool | None:
    """Whether a kernel calls functions that its attributes name; None if it is no kernel, but a function."""
    from tensorflow.python.framework import op_def_registry

    definition = op_def_registry.get(kernel)
    return None if definition is None else any("func" in attr.type for attr in definition.attr)


_known: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}


def _inside(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is in the graph function called `name` and in those it calls; nothing if there is none.

    Returns:
        Pairs of a kernel and what `mark` said there, each once.
    """
    from tensorflow.python.eager import context

    current = context.context()
    if name not in _known:
        if not current.has_function(name):
            return ()
        _known[name] = ()  # a function may call itself
        found: dict[tuple[str, tuple[str, ...]], None] = {}
        for node in current.get_function_def(name).node_def:
            marked = _MARK.search(node.name) if node.op == "NoOp" else None
            used = tuple(json.loads(base64.b16decode(marked[1]))) if marked else ()
            if _takes_functions(node.op) is not None:
                found[node.op, used] = None
            called = [f.name for value in node.attr.values() for f in (value.func, *value.list.func)]
            for function in (node.op, *called):
                found |= dict.fromkeys(_inside(function))
        _known[name] = tuple(found)
    return _known[name]
