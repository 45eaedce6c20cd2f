"""Mistakes in `Value`: numbers on either side, exponents, and what operators are there."""

from nnlearn.diagnosis import mistake

from .own import Steps


@mistake("Value")
class SubtractsTheWrongWayRound(Steps):
    """With a number on the left, 3 - a is computed as a - 3. In `__rsub__` the other one stood on the
    *left*: take self away from it."""

    def __rsub__(self, number):
        return self.subtracted(self, self.lifted(number))


@mistake("Value")
class DividesTheWrongWayRound(Steps):
    """With a number on the left, 3 / a is computed as a / 3. In `__rtruediv__` the other one stood on the
    *left*: divide it by self."""

    def __rtruediv__(self, number):
        return self.divided(self, self.lifted(number))


@mistake("Value")
class BothTheWrongWayRound(Steps):
    """With a number on the left, 3 - a is computed as a - 3, and 3 / a as a / 3. `__rsub__` and
    `__rtruediv__` are called when the other one stood on the *left*, so neither is the same as `__sub__`
    and `__truediv__`."""

    __rsub__ = Steps.__sub__
    __rtruediv__ = Steps.__truediv__


@mistake("Value")
class RightForMinusOnlyInValue(Steps):
    """3 - a has the right value and the slope 1: the sign is lost on the way. When a grows, 3 - a falls."""

    def __rsub__(self, number):
        return self.node(number - self.data, (self,), (1.0,))


@mistake("Value")
class DividesANumberWithoutTheSign(Steps):
    """3 / a has the right value, and its slope has the wrong sign: it is -3 / a ** 2."""

    def __rtruediv__(self, number):
        return self.node(number / self.data, (self,), (number / self.data**2,))


@mistake("Value")
class NothingOnTheLeft(Steps):
    """Numbers on the left do not work: for 3 * a Python asks 3 first, which knows no Value, and then
    `a.__rmul__(3)`, which has to be there. So with `__radd__`, `__rsub__` and `__rtruediv__`; sum needs
    `__radd__`, as it begins with 0."""

    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = None


@mistake("Value")
class NoSum(Steps):
    """sum does not work, nor 3 + a: it begins with 0 + first, and for that Python needs `__radd__`."""

    __radd__ = None


@mistake("Value")
class MinusAndDivisionNotOnTheLeft(Steps):
    """3 - a and 3 / a do not work: `__rsub__` and `__rtruediv__` are not there. `__radd__` and `__rmul__`
    alone are not enough."""

    __rsub__ = __rtruediv__ = None


@mistake("Value")
class NumbersAreNoValues(Steps):
    """Numbers are not taken: the code looks for the `data` of both sides, and an int or a float has none.
    Ask whether the other one is a Value; if not, make one of it, or use it as it is."""

    def lifted(self, other):
        return self.lifted_by_its_data(other, other.data)

    def lifted_by_its_data(self, other, data):  # noqa: ARG002
        return other


@mistake("Value")
class ExponentsMayBeValues(Steps):
    """A Value is taken as exponent, with its number alone: no derivative goes back to it, and nobody
    notices. Raise a TypeError, as a formula for that is not asked for."""

    def __pow__(self, exponent):
        return super().__pow__(getattr(exponent, "data", exponent))


@mistake("Value")
class ExponentsAreIntsOnly(Steps):
    """Only an int is taken as exponent. a ** 0.5 is a root, with slope 0.5 * a ** -0.5: floats have to work
    too."""

    def __pow__(self, exponent):
        if not isinstance(exponent, int):
            raise TypeError("the exponent has to be an int")
        return super().__pow__(exponent)


@mistake("Value")
class ExponentsRaiseValueError(Steps):
    """A Value as exponent raises ValueError, and should raise TypeError: it is of the wrong *type*,
    whatever its number."""

    def __pow__(self, exponent):
        if not isinstance(exponent, (int, float)):
            raise ValueError("the exponent has to be a number")
        return super().__pow__(exponent)


@mistake("Value")
class PowersByMultiplying(Steps):
    """a ** n is a loop that multiplies n times, which is right for whole numbers from 1 on. For 0.5 and -1
    it is not: use ** and the slope n * a ** (n - 1)."""

    def __pow__(self, exponent):
        if not isinstance(exponent, (int, float)):
            raise TypeError("the exponent has to be a number")
        result = self.lifted(1.0)
        for _ in range(int(exponent)):
            result = result * self
        return result if exponent else self * 0 + 1
