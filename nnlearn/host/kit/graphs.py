"""Operations of Python on objects that stay here, and graphs of nodes that carry derivatives.

A node is any object with `data` (a number), `grad` (a number), `parents` (a tuple of nodes) and
`local_gradients` (a tuple with the derivative of the node by each of its parents).
"""

from __future__ import annotations

import operator as python
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": python.add,
    "sub": python.sub,
    "mul": python.mul,
    "truediv": python.truediv,
    "pow": python.pow,
    "neg": python.neg,
    "eq": python.eq,
    "sum": lambda *terms: sum(terms),
}
_MOST_NODES = 200_000
Names = str | list[str] | tuple[str, ...]


def operate(operator: str, *operands: Any) -> Any:
    """One operation of Python on objects: `operate("mul", 2.0, x)` is `2.0 * x`.

    With numbers alone nothing is done: `pow` of two large ones would never end.

    Args:
        operator: `add`, `sub`, `mul`, `truediv`, `pow`, `neg` and `eq` as in Python's module `operator`, or
            `sum`, Python's own of all operands.
        *operands: Objects and numbers, in the order in which they stand in Python.

    Raises:
        ValueError: There is no such operator, or no object among the operands.
    """
    if operator not in _OPERATORS:
        raise ValueError(f"no operator {operator!r}: there are {', '.join(_OPERATORS)}")
    if all(isinstance(operand, (int, float)) for operand in operands):
        raise ValueError("there should be an object to compute with, and there are numbers alone")
    return _OPERATORS[operator](*operands)


class Node:
    """A node that does nothing: it has the four attributes, and no more.

    Args:
        graph: Whose node it is.
        data: Its number.
        local_gradients: The derivative by each of its parents, which come later.
    """

    __slots__ = ("_graph", "_parents", "data", "grad", "local_gradients")

    def __init__(self, graph: Graph, data: float, local_gradients: Sequence[float]) -> None:
        self._graph = graph
        self._parents: tuple[Node, ...] = ()
        self.data = data
        self.grad = 0.0
        self.local_gradients = tuple(local_gradients)

    @property
    def parents(self) -> tuple[Node, ...]:
        """The nodes that it was computed from."""
        self._graph.is_asked()
        return self._parents

    @parents.setter
    def parents(self, parents: tuple[Node, ...]) -> None:
        self._parents = parents

    def __repr__(self) -> str:
        return f"<node with data {self.data}, grad {self.grad}>"


class Graph:
    """Nodes that go by names: `graph["y"]` is one.

    A walk that takes every path from one node to another never ends where there are 2 ** 60 of them. So
    nodes may be asked for their parents so often, and no more.

    Args:
        rows: For each name the data of its node, the names of its parents, and the derivative by each. A
            parent may stand anywhere among the rows, so that there can be loops.
    """

    def __init__(self, rows: Mapping[str, tuple[float, Sequence[str], Sequence[float]]]) -> None:
        self._asked, self._patience = 0, 100_000 + 100 * len(rows)
        self._nodes = {name: Node(self, data, slopes) for name, (data, _, slopes) in rows.items()}
        for name, (_, parents, _) in rows.items():
            self._nodes[name]._parents = tuple(self._nodes[parent] for parent in parents)
        self._names = {id(node): name for name, node in self._nodes.items()}

    def __getitem__(self, name: str) -> Node:
        return self._nodes[name]

    def is_asked(self) -> None:
        """Count that a node is asked for its parents.

        Raises:
            TimeoutError: That was too often.
        """
        self._asked += 1
        if self._asked > self._patience:
            count = f"{len(self._nodes)} nodes were asked for their parents {self._patience:,} times"
            raise TimeoutError(f"{count}: there are more paths than anybody can walk")

    def names(self, found: Any) -> Any:
        """A list or tuple with the names of nodes in their places; what is no node of this graph stays.

        What is neither a list nor a tuple, or is longer than anything that a graph gives, is given back.
        """
        if not isinstance(found, (list, tuple)) or len(found) > _MOST_NODES:
            return found
        named = [self._names.get(id(each), each) for each in found]
        return named if isinstance(found, list) else tuple(named)

    def grads(self) -> dict[str, Any]:
        """What the `grad` of each node is."""
        return {name: node.grad for name, node in self._nodes.items()}


def graph(rows: Mapping[str, tuple[float, Sequence[str], Sequence[float]]]) -> Graph:
    """Nodes made from plain data, all at once; see `Graph`."""
    return Graph(rows)


def chain(length: int, slopes: Sequence[float]) -> Graph:
    """A graph of nodes `x0`, `x1` ..., each computed from the one before, all with 1.0 as their data.

    Args:
        length: How many nodes.
        slopes: The derivatives by the node before, from `x1` on, in turn.
    """
    later = {f"x{i}": (1.0, (f"x{i - 1}",), (slopes[(i - 1) % len(slopes)],)) for i in range(1, length)}
    return Graph({"x0": (1.0, (), ()), **later})


def distinct(*objects: Any) -> int:
    """How many of these objects a set of Python tells apart."""
    return len({*objects})


def on_graph(fn: Callable[..., Any], graph: Graph, *names: Names) -> Any:
    """`fn` called with nodes of a graph, or lists and tuples of them, in place of their names."""
    return fn(*(_nodes(graph, each) for each in names))


def names_on_graph(fn: Callable[..., Any], graph: Graph, *names: Names) -> Any:
    """The same, with the names of the nodes that `fn` gives in a list; see `Graph.names`."""
    return graph.names(on_graph(fn, graph, *names))


def _nodes(graph: Graph, names: Names) -> Any:
    """The nodes in place of their names, in a list or in a tuple as these are."""
    if isinstance(names, str):
        return graph[names]
    nodes = [graph[name] for name in names]
    return nodes if isinstance(names, list) else tuple(nodes)


def derivatives(root: Any, *sources: Any) -> list[float | None]:
    """The derivatives of a node by others, whoever made them, worked out here and not by any of them.

    It reads `parents` and `local_gradients`, and nothing else; `grad` is left alone.

    Returns:
        A float for each source, and None for one that the node does not depend on.

    Raises:
        TypeError: Something among the nodes has not got the attributes of one.
        ValueError: The nodes are in a loop, are too many, or have not got one derivative for each parent.
    """
    arrived = {id(root): 1.0}
    for node, edges in reversed(_parents_first(root)):
        for parent, slope in edges:
            arrived[id(parent)] = arrived.get(id(parent), 0.0) + arrived[id(node)] * slope
    return [arrived.get(id(source)) for source in sources]


def _parents_first(root: Any) -> list[tuple[Any, list[tuple[Any, float]]]]:
    """Every node that the root depends on, after its parents, with what leads to those. Each is read once."""
    edges = {id(root): _edges(root)}
    ordered, done = [], set()
    way = [(root, iter(edges[id(root)]))]
    on_the_way = {id(root)}
    while way:
        node, further = way[-1]
        parent = next((parent for parent, _ in further if id(parent) not in done), None)
        if parent is None:
            way.pop()
            on_the_way.discard(id(node))
            done.add(id(node))
            ordered.append((node, edges[id(node)]))
            continue
        if id(parent) in on_the_way:
            raise ValueError("a node depends on itself")
        if len(edges) >= _MOST_NODES:
            raise ValueError(f"more than {_MOST_NODES} nodes")
        edges[id(parent)] = _edges(parent)
        on_the_way.add(id(parent))
        way.append((parent, iter(edges[id(parent)])))
    return ordered


def _edges(node: Any) -> list[tuple[Any, float]]:
    """The parents of a node, each with the derivative by it. Held here, each keeps its identity."""
    kind = type(node).__name__
    missing = [name for name in ("parents", "local_gradients") if not hasattr(node, name)]
    if missing:
        raise TypeError(f"{kind} is no node: it has no {' and no '.join(missing)}")
    parents, slopes = tuple(node.parents), tuple(node.local_gradients)
    if len(parents) != len(slopes):
        raise ValueError(f"a {kind} has {len(parents)} parents and {len(slopes)} local gradients")
    return [(parent, float(slope)) for parent, slope in zip(parents, slopes, strict=True)]
