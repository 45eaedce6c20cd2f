# The recurrence in forward mode; each operation from two functions; the walks sort nodes by how far they reach.
import math

PREDICTIONS = {"reverse_passes": 1, "no_loops": "no order to visit", "shared_weight": 50}


def number_in(x):
    return x.data if isinstance(x, Value) else x


def binary(number, slopes):
    """A method for an operation of two, each of which may be a number."""

    def operation(left, right):
        a, b = number_in(left), number_in(right)
        pairs = [
            (x, slope(a, b)) for x, slope in zip((left, right), slopes, strict=True) if isinstance(x, Value)
        ]
        return Value(number(a, b), *zip(*pairs, strict=True))

    return operation


class Value:
    def __init__(self, data, parents=(), local_gradients=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        self.local_gradients = local_gradients

    __add__ = binary(lambda a, b: a + b, (lambda *_: 1.0, lambda *_: 1.0))
    __sub__ = binary(lambda a, b: a - b, (lambda *_: 1.0, lambda *_: -1.0))
    __mul__ = binary(lambda a, b: a * b, (lambda _, b: b, lambda a, _: a))
    __truediv__ = binary(lambda a, b: a / b, (lambda _, b: 1 / b, lambda a, b: -a / b / b))

    def __radd__(self, left):
        return Value.__add__(left, self)

    def __rsub__(self, left):
        return Value.__sub__(left, self)

    def __rmul__(self, left):
        return Value.__mul__(left, self)

    def __rtruediv__(self, left):
        return Value.__truediv__(left, self)

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            return NotImplemented
        if exponent == 0:
            return 0 * self + 1
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def __neg__(self):
        return 0 - self

    def exp(self):
        e = math.exp(self.data)
        return Value(e, (self,), (e,))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), ((1 - t) * (1 + t),))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))


def topological_order(root):
    depth = {}  # 1 + that of the deepest parent; None while it is being worked out
    stack = [root]
    while stack:
        node = stack[-1]
        if depth.get(node) is not None:
            stack.pop()
            continue
        depth[node] = None
        waiting = [parent for parent in node.parents if depth.get(parent) is None]
        if any(parent in depth for parent in waiting):
            raise ValueError("cycle")
        if waiting:
            stack.extend(waiting)
        else:
            depth[node] = 1 + max((depth[parent] for parent in node.parents), default=0)
            stack.pop()
    return sorted(depth, key=depth.__getitem__)


def gradient(root, sources):
    slopes = dict.fromkeys(topological_order(root), 0.0)
    slopes[root] = 1.0
    for node in reversed(slopes):
        for parent, local in zip(node.parents, node.local_gradients, strict=True):
            slopes[parent] += local * slopes[node]
    return [slopes.get(source) for source in sources]


def backward(root):
    nodes = topological_order(root)
    for node, slope in zip(nodes, gradient(root, nodes), strict=True):
        node.grad += slope


def recurrence_gradients(w, u, state, inputs, truncate=None):
    if truncate is not None and truncate < 1:
        raise ValueError(f"truncate is {truncate}")
    begin = 0 if truncate is None else max(len(inputs) - truncate, 0)
    dw = du = 0.0
    for step, x in enumerate(inputs):
        new = math.tanh(w * state + u * x)
        if step >= begin:
            dw, du = (1 - new**2) * (state + w * dw), (1 - new**2) * (x + w * du)
        state = new
    return state, dw, du
