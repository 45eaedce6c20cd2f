"""What a learner's file calls things, found by reading it."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.submission.locate import flattened
from nnlearn.submission.source import Source

MODULES = {"np": "import numpy as np", "keras": "import keras", "nnlearn": "import nnlearn"}
"""What a line to try may need, and how it comes to be there."""


@dataclass(frozen=True)
class Names:
    """What a submission calls things.

    Attributes:
        parameters: The names of the parameters of its functions, classes and methods; see `parameters_in`.
        modules: Which of `MODULES` are there once it has been run.
    """

    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    modules: frozenset[str] = frozenset()


def names_in(source: Source) -> Names:
    """What a submission calls things."""
    statements = [s for cell in source.cells for s in flattened(cell.tree.body)]
    imported = {ast.unparse(alias) for s in statements if isinstance(s, ast.Import) for alias in s.names}
    modules = frozenset(name for name, line in MODULES.items() if line.removeprefix("import ") in imported)
    return Names(parameters_in(statements), modules)


def parameters_in(body: Iterable[ast.stmt]) -> dict[str, tuple[str, ...]]:
    """The names of the parameters of functions, classes and their methods: `Dropout`, `Dropout.call`.

    A class goes by its constructor's parameters.
    """
    found: dict[str, tuple[str, ...]] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = _of(node)
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    name = node.name if method.name == "__init__" else f"{node.name}.{method.name}"
                    found[name] = _of(method)[1:]
    return found


def parameters_of(path: Path) -> dict[str, tuple[str, ...]]:
    """The same for a Python file. What cannot be parsed gives no names."""
    try:
        return parameters_in(ast.parse(path.read_text(encoding="utf-8")).body)
    except (SyntaxError, ValueError, RecursionError):
        return {}


def _of(function: ast.FunctionDef) -> tuple[str, ...]:
    """The parameters that can be given by position."""
    return tuple(arg.arg for arg in (*function.args.posonlyargs, *function.args.args))


@functools.lru_cache(maxsize=8)
def reference_parameters(topic: Topic) -> dict[str, tuple[str, ...]]:
    """What the reference calls the parameters of parts and their methods, as far as that is known here."""
    known = {part.name: part.parameters for part in topic.parts if part.parameters}
    return known | (parameters_of(topic.master) if topic.master else {})


@functools.lru_cache(maxsize=8)
def called_parts(topic: Topic) -> dict[str, tuple[str, ...]]:
    """The parts that a check calls, each with the names of its parameters where they are known.

    What is a part is for the topic to say: replies are compared with those of the known mistakes, and those
    were recorded with every part spoken of by its name. The stub is the learner's own file, or not there at
    all, and has no say in either.
    """
    names = reference_parameters(topic)
    return {part.name: names.get(part.name, ()) for part in topic.parts if part.name != PREDICTIONS}
