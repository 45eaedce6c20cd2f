from math import exp, log

PREDICTIONS = {
    "reverse_passes": 1000000,
    "no_loops": "no order to visit",
    "shared_weight": 50,
}


class Value:
    def __init__(self, data, parents=(), local_gradients=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.local_gradients = tuple(local_gradients)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data / other.data, (self, other), (1 / other.data, -self.data / other.data**2))

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return self - other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return Value(other) / self

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __pow__(self, n):
        if isinstance(n, Value):
            raise TypeError
        return Value(self.data**n, (self,), (n * self.data ** (n - 1) if n != 0 else 0.0,))

    def exp(self):
        e = exp(self.data)
        return Value(e, (self,), (e,))

    def log(self):
        return Value(log(self.data), (self,), (1 / self.data,))

    def tanh(self):
        t = (exp(2 * self.data) - 1) / (exp(2 * self.data) + 1)
        return Value(t, (self,), (1 - t**2,))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (1.0 if self.data > 0 else 0.0,))


def topological_order(root):
    topo, visited, path = [], set(), set()

    def build(v):
        if v in path:
            raise ValueError("there is a cycle")
        if v not in visited:
            visited.add(v)
            path.add(v)
            for p in v.parents:
                build(p)
            path.remove(v)
            topo.append(v)

    build(root)
    return topo


def gradient(root, sources):
    grads = {root: 1.0}
    for v in reversed(topological_order(root)):
        for p, g in zip(v.parents, v.local_gradients):  # noqa: B905
            grads[p] = grads.get(p, 0.0) + grads[v] * g
    return [grads.get(s) for s in sources]


def backward(root):
    root.grad = 1.0
    for v in reversed(topological_order(root)):
        for p, g in zip(v.parents, v.local_gradients):  # noqa: B905
            p.grad += g * v.grad


def recurrence_gradients(w, u, state, inputs, truncate=None):
    if truncate is not None and truncate < 1:
        raise ValueError("truncate")
    states = [float(state)]
    for x in inputs:
        states.append(1 - 2 / (exp(2 * (w * states[-1] + u * x)) + 1))
    dw = du = 0.0
    d = 1.0
    steps = range(len(inputs))[::-1]
    if truncate is not None:
        steps = steps[:truncate]
    for t in steps:
        d = d * (1 - states[t] ** 2)
        dw += d * states[t]
        du += d * inputs[t]
        d = d * w
    return states[-1], dw, du


ANSWERS = {
    "cannot_remember": r"""
The colleague is right that backprop needs a graph without cycles. But LSTMs exist so it is possible somehow, they
use backpropagation through time. It needs a lot of memory.
""",
}
