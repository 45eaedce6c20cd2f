# Straight from the lesson: one topological order, by counting free nodes, and everything else stands on it.
import math
from collections import Counter, deque

PREDICTIONS = {"reverse_passes": 1, "no_loops": "no order to visit", "shared_weight": 50}


class Value:
    def __init__(self, data, parents=(), local_gradients=()):
        self.data, self.grad = float(data), 0.0
        self.parents, self.local_gradients = tuple(parents), tuple(map(float, local_gradients))

    @staticmethod
    def lifted(other):
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = Value.lifted(other)
        return Value(self.data + other.data, (self, other), (1, 1))

    def __sub__(self, other):
        other = Value.lifted(other)
        return Value(self.data - other.data, (self, other), (1, -1))

    def __mul__(self, other):
        other = Value.lifted(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        other = Value.lifted(other)
        slopes = 1 / other.data, -self.data / other.data**2
        return Value(self.data / other.data, (self, other), slopes)

    def __radd__(self, number):
        return Value(number) + self

    def __rsub__(self, number):
        return Value(number) - self

    def __rmul__(self, number):
        return Value(number) * self

    def __rtruediv__(self, number):
        return Value(number) / self

    def __neg__(self):
        return Value(-self.data, (self,), (-1,))

    def __pow__(self, n):
        if not isinstance(n, (int, float)):
            raise TypeError("only numbers as exponents")
        slope = 0 if n == 0 else n * self.data ** (n - 1)
        return Value(self.data**n, (self,), (slope,))

    def exp(self):
        return Value(math.exp(self.data), (self,), (math.exp(self.data),))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def tanh(self):
        return Value(math.tanh(self.data), (self,), (1 - math.tanh(self.data) ** 2,))

    def relu(self):
        return Value(max(self.data, 0), (self,), (self.data > 0,))


def topological_order(root):
    nodes, seen = [root], {id(root)}
    for node in nodes:  # which grows meanwhile
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                nodes.append(parent)
    uses = Counter(id(parent) for node in nodes for parent in node.parents)
    free, order = deque(node for node in nodes if not uses[id(node)]), []
    while free:
        node = free.popleft()
        order.append(node)
        for parent in node.parents:
            uses[id(parent)] -= 1
            if not uses[id(parent)]:
                free.append(parent)
    if len(order) < len(nodes):
        raise ValueError(f"{len(nodes) - len(order)} nodes are in a cycle, or needed by one")
    return order[::-1]


def collected(root):
    found = {id(root): 1.0}
    order = topological_order(root)
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            found[id(parent)] = found.get(id(parent), 0.0) + found[id(node)] * slope
    return order, found


def gradient(root, sources):
    _, found = collected(root)
    return [found.get(id(source)) for source in sources]


def backward(root):
    order, found = collected(root)
    for node in order:
        node.grad += found[id(node)]


def recurrence_gradients(w, u, state, inputs, truncate=None):
    if truncate is not None and truncate < 1:
        raise ValueError("at least one step")
    wanted = len(inputs) if truncate is None else min(truncate, len(inputs))
    for x in inputs[: len(inputs) - wanted]:
        state = math.tanh(w * state + u * x)
    weights = w, u = Value(w), Value(u)
    state = Value(state)
    for x in inputs[len(inputs) - wanted :]:
        state = (w * state + u * x).tanh()
    return (state.data, *(slope or 0.0 for slope in gradient(state, weights)))
