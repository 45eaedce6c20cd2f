# One node per operation; numbers become no nodes. Each node pushes what it has collected, last one first.
import math


def _walk_back(order):
    """Push the derivative of the last node of `order` back: {id of a node: derivative}."""
    slopes = {id(node): 0.0 for node in order}
    slopes[id(order[-1])] = 1.0
    for node in reversed(order):
        for parent, local in zip(node.parents, node.local_gradients, strict=True):
            slopes[id(parent)] += slopes[id(node)] * local
    return slopes


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
        self.local_gradients = tuple(float(slope) for slope in local_gradients)

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))
        if isinstance(other, (int, float)):
            return Value(self.data + other, (self,), (1.0,))
        return NotImplemented

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.data * other.data, (self, other), (other.data, self.data))
        if isinstance(other, (int, float)):
            return Value(self.data * other, (self,), (other,))
        return NotImplemented

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            raise TypeError("the exponent has to be a number, not a Value")
        if not isinstance(exponent, (int, float)):
            return NotImplemented
        if exponent == 0:
            return Value(1.0, (self,), (0.0,))
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __sub__(self, other):
        if isinstance(other, Value):
            return Value(self.data - other.data, (self, other), (1.0, -1.0))
        if isinstance(other, (int, float)):
            return Value(self.data - other, (self,), (1.0,))
        return NotImplemented

    def __truediv__(self, other):
        if isinstance(other, Value):
            quotient = self.data / other.data
            return Value(quotient, (self, other), (1.0 / other.data, -quotient / other.data))
        if isinstance(other, (int, float)):
            return Value(self.data / other, (self,), (1.0 / other,))
        return NotImplemented

    def __radd__(self, number):
        return self + number

    def __rsub__(self, number):
        if isinstance(number, (int, float)):
            return Value(number - self.data, (self,), (-1.0,))
        return NotImplemented

    def __rmul__(self, number):
        return self * number

    def __rtruediv__(self, number):
        if isinstance(number, (int, float)):
            quotient = number / self.data
            return Value(quotient, (self,), (-quotient / self.data,))
        return NotImplemented

    def exp(self):
        """e to this power."""
        result = math.exp(self.data)
        return Value(result, (self,), (result,))

    def log(self):
        """The natural logarithm."""
        return Value(math.log(self.data), (self,), (1.0 / self.data,))

    def tanh(self):
        """The hyperbolic tangent."""
        result = math.tanh(self.data)
        return Value(result, (self,), (1.0 - result * result,))

    def relu(self):
        """The number where it is above 0, and 0 elsewhere."""
        if self.data > 0:
            return Value(self.data, (self,), (1.0,))
        return Value(0.0, (self,), (0.0,))


def topological_order(root):
    # Depth-first with a stack of our own; a node is noted on the way out.
    order = []
    open_nodes, done = set(), set()  # ids; `root` keeps all the nodes alive
    stack = [(root, iter(root.parents))]
    open_nodes.add(id(root))
    while stack:
        node, rest = stack[-1]
        for parent in rest:
            if id(parent) in open_nodes:
                raise ValueError("the graph has a cycle")
            if id(parent) not in done:
                open_nodes.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            stack.pop()
            open_nodes.remove(id(node))
            done.add(id(node))
            order.append(node)
    return order


def gradient(root, sources):
    slopes = _walk_back(topological_order(root))
    return [slopes.get(id(source)) for source in sources]


def backward(root):
    order = topological_order(root)
    slopes = _walk_back(order)
    for node in order:
        node.grad += slopes[id(node)]


def recurrence_gradients(w, u, state, inputs, truncate=None):
    if truncate is not None and truncate < 1:
        raise ValueError(f"truncate has to be 1 or more, not {truncate}")
    states = [float(state)]
    for x in inputs:
        states.append(math.tanh(w * states[-1] + u * x))
    steps = len(inputs)
    first = 0 if truncate is None else max(0, steps - truncate)
    dw, du, delta = 0.0, 0.0, 1.0
    for t in range(steps, first, -1):
        s = delta * (1.0 - states[t] ** 2)
        dw += s * states[t - 1]
        du += s * inputs[t - 1]
        delta = s * w
    return states[-1], dw, du
