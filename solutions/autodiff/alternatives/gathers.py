# Few operations, the others made of them; the gradient carried along forwards, for one source after the other.
import math


def _as_node(thing):
    """A `Value` as it is; a number as a new node."""
    if isinstance(thing, (Value, int, float)):
        return thing if isinstance(thing, Value) else Value(thing)
    raise TypeError(f"cannot compute with {thing!r}")


def _unary(node, function, slope):
    """Apply a function to one node; `slope` gets the number before and after."""
    result = function(node.data)
    return Value(result, (node,), (slope(node.data, result),))


PREDICTIONS = {
    "reverse_passes": 1,
    "no_loops": "no order to visit",
    "shared_weight": 50,
}


class Value:
    def __init__(self, data, parents=(), local_gradients=()):
        self.data, self.grad = float(data), 0.0
        self.parents = tuple(parents)
        self.local_gradients = tuple(map(float, local_gradients))

    def __add__(self, other):
        other = _as_node(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = _as_node(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            raise TypeError("a Value as an exponent is not supported")
        slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        return Value(self.data**exponent, [self], [slope])

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-_as_node(other))

    def __truediv__(self, other):
        return self * _as_node(other) ** -1

    def __radd__(self, number):
        return _as_node(number) + self

    def __rsub__(self, number):
        return _as_node(number) - self

    def __rmul__(self, number):
        return _as_node(number) * self

    def __rtruediv__(self, number):
        return _as_node(number) / self

    def exp(self):
        """e to this power."""
        return _unary(self, math.exp, lambda _, y: y)

    def log(self):
        """The natural logarithm."""
        return _unary(self, math.log, lambda x, _: 1.0 / x)

    def tanh(self):
        """The hyperbolic tangent."""
        return _unary(self, math.tanh, lambda _, y: (1.0 - y) * (1.0 + y))

    def relu(self):
        """The number where it is above 0, and 0 elsewhere."""
        return _unary(self, lambda x: max(0.0, x), lambda x, _: x > 0)


def topological_order(root):
    # 1. Find all nodes. 2. Count: a node is free once all of its parents are placed.
    nodes = {id(root): root}
    users = {id(root): []}  # id of a node -> the nodes that have it as a parent, once per arrow
    todo = [root]
    while todo:
        node = todo.pop()
        for parent in node.parents:
            if id(parent) not in nodes:
                nodes[id(parent)] = parent
                users[id(parent)] = []
                todo.append(parent)
            users[id(parent)].append(node)
    missing = {key: len(node.parents) for key, node in nodes.items()}
    order = [node for key, node in nodes.items() if missing[key] == 0]
    for node in order:  # grows while it is read
        for user in users[id(node)]:
            missing[id(user)] -= 1
            if missing[id(user)] == 0:
                order.append(user)
    if len(order) < len(nodes):
        raise ValueError("no free node left: there is a cycle")
    return order


def gradient(root, sources):
    # Forward mode: for each source, carry d node / d source from the front to the root.
    order = topological_order(root)
    known = {}
    for source in sources:
        if id(source) in known:
            continue
        tangents = {id(source): 1.0}  # only of nodes that depend on the source
        for node in order:
            if node is source:
                continue
            terms = [
                local * tangents[id(parent)]
                for parent, local in zip(node.parents, node.local_gradients, strict=True)
                if id(parent) in tangents
            ]
            if terms:
                tangents[id(node)] = sum(terms)
        known[id(source)] = float(tangents[id(root)]) if id(root) in tangents else None
    return [known[id(source)] for source in sources]


def backward(root):
    # Gather: each node sums over the nodes that were computed from it, all of which are finished.
    order = topological_order(root)
    arrows = {id(node): [] for node in order}  # id of a node -> (who uses it, with which slope)
    for node in order:
        for parent, local in zip(node.parents, node.local_gradients, strict=True):
            arrows[id(parent)].append((id(node), local))
    slopes = {id(root): 1.0}
    for node in order[-2::-1]:
        slopes[id(node)] = sum(slopes[user] * local for user, local in arrows[id(node)])
    for node in order:
        node.grad = node.grad + slopes[id(node)]


def recurrence_gradients(w, u, state, inputs, truncate=None):
    # Forward: carry dh/dw and dh/du along; they begin at 0 where the last `truncate` steps begin.
    if truncate is None:
        truncate = max(1, len(inputs))
    if truncate < 1:
        raise ValueError("truncate is less than 1")
    begin = len(inputs) - truncate
    h, dw, du = float(state), 0.0, 0.0
    for index, x in enumerate(inputs):
        previous, h = h, math.tanh(w * h + u * x)
        if index >= begin:
            slope = 1.0 - h * h
            dw, du = slope * (previous + w * dw), slope * (x + w * du)
    return h, dw, du
