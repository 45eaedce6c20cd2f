import math
from math import tanh

PREDICTIONS = {
    "reverse_passes": 1,
    "no_loops": "no order to visit",
    "shared_weight": 50,
}


class Value:
    def __init__(self, data, parents=(), local_gradients=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.local_gradients = tuple(float(g) for g in local_gradients)

    def __repr__(self):
        return f"Value({self.data})"

    def __add__(self, other):
        if isinstance(other, (int, float)):
            other = Value(other)
        return Value(self.data + other.data, (self, other), (1, 1))

    __radd__ = __add__

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            other = Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    __rmul__ = __mul__

    def __neg__(self):
        return -1 * self

    def __sub__(self, other):
        return self + (-1 * other)

    def __rsub__(self, other):
        return other + (-self)

    def __pow__(self, n):
        if isinstance(n, Value):
            raise TypeError("sorry, numbers only")
        if n == 0:
            return Value(1.0, (self,), (0.0,))
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    def exp(self):
        y = math.exp(self.data)
        return Value(y, (self,), (y,))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def tanh(self):
        y = tanh(self.data)
        return Value(y, (self,), (1 - y * y,))

    def relu(self):
        if self.data > 0:
            return Value(self.data, (self,), (1.0,))
        return Value(0.0, (self,), (0.0,))


def topological_order(root):
    order = []
    state = {}  # "in" while its parents are being looked at, "out" afterwards
    stack = [root]
    while stack:
        node = stack.pop()
        if state.get(node) == "out":
            continue
        if state.get(node) == "in":
            state[node] = "out"
            order.append(node)
            continue
        state[node] = "in"
        stack.append(node)
        for p in node.parents:
            if state.get(p) == "in":
                raise ValueError("cycle!")
            if p not in state:
                stack.append(p)
    return order


def derivatives(root):
    d = {root: 1.0}
    for node in reversed(topological_order(root)):
        for p, g in zip(node.parents, node.local_gradients):  # noqa: B905
            d[p] = d.get(p, 0.0) + d[node] * g
    return d


def gradient(root, sources):
    d = derivatives(root)
    return [d.get(s) for s in sources]


def backward(root):
    for node, g in derivatives(root).items():
        node.grad += g


def recurrence_gradients(w, u, state, inputs, truncate=None):
    if truncate is not None and truncate < 1:
        raise ValueError("truncate must be at least 1")
    h = [float(state)]
    for x in inputs:
        h.append(tanh(w * h[-1] + u * x))
    T = len(inputs)
    stop = 0 if truncate is None else max(0, T - truncate)
    dw = du = 0.0
    delta = 1.0
    for t in range(T, stop, -1):
        s = delta * (1 - h[t] ** 2)
        dw += s * h[t - 1]
        du += s * inputs[t - 1]
        delta = s * w
    return h[-1], dw, du


ANSWERS = {
    "cannot_remember": r"""
You can unroll it. The network is copied for every time step, then the state of step 5 is computed from the state of
step 4 and so on, so there is no cycle and you can walk back. The weight is the same one in all the copies, so its
derivative is the sum over all the steps. All the states must be kept in memory, so a longer sequence needs more.
With truncation you go back only k steps, so memory stays the same, but whatever happened earlier has no effect on
the weights any more (the state itself still has it).
""",
}
