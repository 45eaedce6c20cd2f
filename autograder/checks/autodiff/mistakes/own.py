"""A right `Value` in steps, each operation on its own: what mistakes in one of them change."""

import math


class Steps:
    """Everything that it makes is of its own class."""

    def __init__(self, data, parents=(), local_gradients=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.local_gradients = tuple(local_gradients)

    def node(self, data, parents, slopes):
        return type(self)(data, parents, slopes)

    def lifted(self, other):
        return other if isinstance(other, Steps) else type(self)(other)

    def added(self, a, b):
        return self.node(a.data + b.data, (a, b), (1.0, 1.0))

    def subtracted(self, a, b):
        return self.node(a.data - b.data, (a, b), (1.0, -1.0))

    def multiplied(self, a, b):
        return self.node(a.data * b.data, (a, b), (b.data, a.data))

    def divided(self, a, b):
        return self.node(a.data / b.data, (a, b), (1 / b.data, -a.data / b.data**2))

    def __add__(self, other):
        return self.added(self, self.lifted(other))

    def __sub__(self, other):
        return self.subtracted(self, self.lifted(other))

    def __mul__(self, other):
        return self.multiplied(self, self.lifted(other))

    def __truediv__(self, other):
        return self.divided(self, self.lifted(other))

    def __radd__(self, number):
        return self.added(self.lifted(number), self)

    def __rsub__(self, number):
        return self.subtracted(self.lifted(number), self)

    def __rmul__(self, number):
        return self.multiplied(self.lifted(number), self)

    def __rtruediv__(self, number):
        return self.divided(self.lifted(number), self)

    def __neg__(self):
        return self.node(-self.data, (self,), (-1.0,))

    def __pow__(self, exponent):
        if not isinstance(exponent, (int, float)):
            raise TypeError("the exponent has to be a number")
        return self.node(self.data**exponent, (self,), (self.slope_of_power(exponent),))

    def slope_of_power(self, exponent):
        return exponent * self.data ** (exponent - 1) if exponent else 0.0

    def exp(self):
        value = math.exp(self.data)
        return self.node(value, (self,), (self.slope_of_exp(value),))

    def slope_of_exp(self, value):
        return value

    def log(self):
        return self.node(math.log(self.data), (self,), (1 / self.data,))

    def tanh(self):
        value = math.tanh(self.data)
        return self.node(value, (self,), (self.slope_of_tanh(value),))

    def slope_of_tanh(self, value):
        return 1 - value**2

    def relu(self):
        return self.node(max(self.data, 0.0), (self,), (self.slope_of_relu(),))

    def slope_of_relu(self):
        return float(self.data > 0)
