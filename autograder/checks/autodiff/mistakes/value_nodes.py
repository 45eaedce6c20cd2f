"""Mistakes in `Value`: what a node is, what it remembers, and what an operation leaves behind."""

import math

from nnlearn.diagnosis import mistake

from .own import Steps


@mistake("Value")
class EachParentOnce(Steps):
    """A parent that is used twice is there once, as in a set: a * a has one parent, and two local
    gradients. Keep `(a, a)`, one entry for each place."""

    def node(self, data, parents, slopes):
        return type(self)(data, tuple(dict.fromkeys(parents)), slopes)


@mistake("Value")
class EachParentAndSlopeOnce(Steps):
    """A parent that is used twice is there once, with one of its two local gradients, as in a dictionary: a
    * a gets half of its derivative. Keep `(a, a)`, one entry for each place."""

    def node(self, data, parents, slopes):
        edges = dict(zip(parents, slopes, strict=True))
        return type(self)(data, tuple(edges), tuple(edges.values()))


@mistake("Value")
class EqualByItsNumber(Steps):
    """Two Values with the same number are equal, and one element of a set. As soon as two nodes happen to
    hold the same number, one of them is lost on the walk back. Leave `__eq__` and `__hash__` to Python."""

    def __eq__(self, other):
        return isinstance(other, Steps) and self.data == other.data

    def __hash__(self):
        return hash(self.data)


@mistake("Value")
class EqualWithAHashOfItsOwn(Steps):
    """Two Values with the same number are equal, though a set tells them apart. A list does not: `in` finds
    a node there that is another one. Leave `__eq__` to Python."""

    __hash__ = object.__hash__

    def __eq__(self, other):
        return isinstance(other, Steps) and self.data == other.data


@mistake("Value")
class HasNoHash(Steps):
    """A Value cannot be put into a set: the class defines `__eq__` (a dataclass does that), and Python then
    takes `__hash__` away. Leave both to Python, or use `@dataclass(eq=False)`."""

    __hash__ = None

    def __eq__(self, other):
        return isinstance(other, Steps) and self.data == other.data


@mistake("Value")
class AddsInPlace(Steps):
    """a + b changes a and gives it back. Whatever else was computed from a is now wrong, and there is no
    node for the sum. Make a new Value."""

    def added(self, a, b):
        a.data += b.data
        return a


@mistake("Value")
class ChangesTheLeftOne(Steps):
    """An operation changes the number of its left operand. Other nodes were computed from it, and their
    local gradients with it: leave it as it is."""

    def node(self, data, parents, slopes):
        made = type(self)(data, parents, slopes)
        if len(parents) > 1:
            parents[0].data = made.data
        return made


@mistake("Value")
class DataAsItCame(Steps):
    """The data stays an int where an int was given. Make it a float at once, `float(data)`: a number that
    is a float sometimes surprises later."""

    def __init__(self, data, parents=(), local_gradients=()):
        super().__init__(data, parents, local_gradients)
        self.data = data


@mistake("Value")
class GradIsNone(Steps):
    """The grad of a new Value is None. It should be 0.0, so that something can be added to it."""

    def __init__(self, data, parents=(), local_gradients=()):
        super().__init__(data, parents, local_gradients)
        self.grad = None


@mistake("Value")
class GradStartsAtOne(Steps):
    """The grad of a new Value is 1.0. Only the root of a walk begins with 1, and only on that walk; a new
    Value has 0.0."""

    def __init__(self, data, parents=(), local_gradients=()):
        super().__init__(data, parents, local_gradients)
        self.grad = 1.0


@mistake("Value")
class KeepsLists(Steps):
    """parents and local_gradients are lists. They should be tuples: nobody is to change what a node was
    computed from."""

    def __init__(self, data, parents=(), local_gradients=()):
        super().__init__(data, parents, local_gradients)
        self.parents = list(parents)
        self.local_gradients = list(local_gradients)


@mistake("Value")
class ForgetsWhatItIsGiven(Steps):
    """The parents and local gradients that the constructor is given are not kept. Without them no walk
    leads back from any result."""

    def __init__(self, data, parents=(), local_gradients=()):  # noqa: ARG002
        super().__init__(data)


@mistake("Value")
class TwoSlopesForOneParent(Steps):
    """With a number on one side there is one parent, but two local gradients. There has to be one for each
    parent, in the same order."""

    def node(self, data, parents, slopes):
        computed = tuple(parent for parent in parents if not getattr(parent, "is_number", False))
        return type(self)(data, computed, slopes)

    def lifted(self, other):
        made = super().lifted(other)
        made.is_number = made is not other
        return made


@mistake("Value")
class SlopesWhenAsked(Steps):
    """The local gradients are worked out when somebody asks for them, with the data of that moment. After a
    step of training the weights are others, and so are the slopes. Work them out with the result, and keep
    the numbers."""

    def multiplied(self, a, b):
        return _Late(a.data * b.data, (a, b), lambda: (b.data, a.data))

    def __pow__(self, exponent):
        made = super().__pow__(exponent)
        return _Late(made.data, (self,), lambda: (self.slope_of_power(exponent),))

    def exp(self):
        return _Late(math.exp(self.data), (self,), lambda: (math.exp(self.data),))


class _Late(SlopesWhenAsked):
    def __init__(self, data, parents=(), slopes=()):
        super().__init__(data, parents)
        self._slopes = slopes if callable(slopes) else lambda: slopes

    @property
    def local_gradients(self):
        return self._slopes()

    @local_gradients.setter
    def local_gradients(self, slopes):
        pass


@mistake("Value")
class ReluGivesItselfBack(Steps):
    """Where relu changes nothing, it gives back the very node that it was called on. It should be a new
    Value: on the walk back both have derivatives of their own."""

    def relu(self):
        return self if self.data > 0 else self.node(0.0, (self,), (0.0,))


@mistake("Value")
class ZeroPlusGivesItselfBack(Steps):
    """0 + a gives back a itself, for the sake of sum. It should be a new Value, as for any other number:
    what is done to a sum of one is otherwise done to the one."""

    def __radd__(self, number):
        return self if number == 0 else super().__radd__(number)


@mistake("Value")
class MethodsLoseTheWay(Steps):
    """exp, log, tanh and relu give the right numbers, in Values without parents: no derivative finds its
    way back through them. Give the new Value `(self,)` and its local gradient."""

    def exp(self):
        return type(self)(math.exp(self.data))

    def log(self):
        return type(self)(math.log(self.data))

    def tanh(self):
        return type(self)(math.tanh(self.data))

    def relu(self):
        return type(self)(max(self.data, 0.0))


@mistake("Value")
class MethodsGiveNumbers(Steps):
    """exp, log, tanh and relu give plain numbers, which remember nothing. They should give new Values."""

    def exp(self):
        return math.exp(self.data)

    def log(self):
        return math.log(self.data)

    def tanh(self):
        return math.tanh(self.data)

    def relu(self):
        return max(self.data, 0.0)


@mistake("Value")
class SlopesAlreadyMultiplied(Steps):
    """The local gradient is multiplied by those of the parent, back to the beginning. It is that of this
    one operation alone; the walk back does the multiplying."""

    def node(self, data, parents, slopes):
        along = [
            slope * (parent.local_gradients[0] if parent.local_gradients else 1.0)
            for parent, slope in zip(parents, slopes, strict=True)
        ]
        return type(self)(data, parents, along)
