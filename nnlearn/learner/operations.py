"""Operations of Python, and graphs of nodes, as the kit is asked for them and as people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nnlearn.text import shown

OPERATE, GRAPH, CHAIN = "operate", "graph", "chain"
FUNCTION = "function"
"""The helper that makes a function of a closed list: nothing that is done with one changes it."""
_SIGNS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "eq": "=="}
_MOST_NODES = 8


def expression(operator: str, operands: Sequence[str]) -> str:
    """An operation in Python: `a * b`.

    Args:
        operator: As for `nnlearn.host.kit.operate`.
        operands: In Python, with brackets where they are operations themselves, or negative numbers.
    """
    if operator == "sum":
        return f"sum([{', '.join(operands)}])"
    if operator == "neg":
        return f"-{operands[0]}"
    return f" {_SIGNS.get(operator, operator)} ".join(operands)


def needs_brackets(operator: str) -> bool:
    """Whether such an operation needs brackets as an operand of another, or before a dot."""
    return operator != "sum"


def described(rows: Any) -> str:
    """The nodes of a graph: `a = 2.0; y = 4.0 from a (1.0), a (1.0)`, with the derivative by each parent.

    Args:
        rows: As for `nnlearn.host.kit.graph`.
    """
    if not isinstance(rows, Mapping) or not rows:
        return "a graph"
    names = list(rows)
    if len(names) > _MOST_NODES:
        first, last = (_node(name, rows[name]) for name in (names[0], names[-1]))
        return f"{len(names)} nodes: {first}; ...; {last}"
    return "; ".join(_node(name, rows[name]) for name in names)


def described_chain(length: Any, slopes: Any) -> str:
    """A chain of nodes in words.

    Args:
        length: As for `nnlearn.host.kit.chain`.
        slopes: As there.
    """
    return f"{shown(length)} nodes: x0 = 1.0, then each from the one before (in turn {shown(slopes, 40)})"


def _node(name: str, row: tuple[Any, Sequence[str], Sequence[Any]]) -> str:
    number, parents, slopes = row
    edges = [f"{parent} ({shown(slope, 8)})" for parent, slope in zip(parents, slopes, strict=False)]
    several = f"{', '.join(edges[:4])} and {len(edges) - 4} more" if len(edges) > 5 else ", ".join(edges)
    return f"{name} = {shown(number, 20)}" + (f" from {several}" if edges else "")
