"""Mistakes in `Value`: local gradients that are not right."""

import math

from nnlearn.diagnosis import mistake

from .own import Steps


@mistake("Value")
class OwnFactor(Steps):
    """In a * b each of the two gets itself as local gradient, and should get the *other* one: when a moves
    by 1, the product moves by b."""

    def multiplied(self, a, b):
        return self.node(a.data * b.data, (a, b), (a.data, b.data))


@mistake("Value")
class ProductOfTheData(Steps):
    """Both local gradients of a * b are the product itself. When a moves by 1, the product moves by b."""

    def multiplied(self, a, b):
        return self.node(a.data * b.data, (a, b), (a.data * b.data,) * 2)


@mistake("Value")
class SubtractsWithTwoPluses(Steps):
    """The local gradient of a - b by b is 1, and should be -1: the more is taken away, the less is left."""

    def subtracted(self, a, b):
        return self.node(a.data - b.data, (a, b), (1.0, 1.0))


@mistake("Value")
class QuotientWithoutTheSign(Steps):
    """The local gradient of a / b by b has the wrong sign. A larger divisor makes the quotient smaller: -a
    / b ** 2."""

    def divided(self, a, b):
        return self.node(a.data / b.data, (a, b), (1 / b.data, a.data / b.data**2))


@mistake("Value")
class QuotientWithoutTheSquare(Steps):
    """The local gradient of a / b by b is -a / b, and b should be squared: -a / b ** 2, as b ** -1 has
    slope -b ** -2."""

    def divided(self, a, b):
        return self.node(a.data / b.data, (a, b), (1 / b.data, -a.data / b.data))


@mistake("Value")
class QuotientWithoutTheDividend(Steps):
    """The local gradient of a / b by b is -1 / b ** 2, which is right for a = 1. It is -a / b ** 2."""

    def divided(self, a, b):
        return self.node(a.data / b.data, (a, b), (1 / b.data, -1 / b.data**2))


@mistake("Value")
class QuotientSlopesSwapped(Steps):
    """The two local gradients of a / b are in the wrong order: 1 / b belongs to a, -a / b ** 2 to b. They
    have to stand in the order of the parents."""

    def divided(self, a, b):
        return self.node(a.data / b.data, (a, b), (-a.data / b.data**2, 1 / b.data))


@mistake("Value")
class NegatedWithAPlus(Steps):
    """The local gradient of -a is 1, and should be -1."""

    def __neg__(self):
        return self.node(-self.data, (self,), (1.0,))


@mistake("Value")
class PowerWithoutTheFactor(Steps):
    """The local gradient of a ** n is a ** (n - 1): the factor n is missing."""

    def slope_of_power(self, exponent):
        return self.data ** (exponent - 1) if exponent else 0.0


@mistake("Value")
class PowerKeepsTheExponent(Steps):
    """The local gradient of a ** n is n * a ** n, and the exponent should be one lower: n * a ** (n - 1)."""

    def slope_of_power(self, exponent):
        return exponent * self.data**exponent


@mistake("Value")
class PowerOfZeroRaises(Steps):
    """0 ** 0 has the local gradient 0 * 0 ** -1 by the formula, and Python raises ZeroDivisionError for 0
    ** -1. a ** 0 is 1 everywhere: treat the exponent 0 apart, with slope 0."""

    def slope_of_power(self, exponent):
        return exponent * self.data ** (exponent - 1)


@mistake("Value")
class PowerByLogarithm(Steps):
    """a ** n is computed as exp(n * log(a)), which fails for numbers that are not above 0. Squares of
    negative numbers are needed all the time: use ** and the slope n * a ** (n - 1)."""

    def __pow__(self, exponent):
        if not isinstance(exponent, (int, float)):
            raise TypeError("the exponent has to be a number")
        return (self.log() * exponent).exp()


@mistake("Value")
class PowerIsExponential(Steps):
    """The local gradient of a ** n is a ** n * log(a): that is the slope by the *exponent*. By a it is n *
    a ** (n - 1)."""

    def slope_of_power(self, exponent):
        return self.data**exponent * math.log(abs(self.data) or 1.0)


@mistake("Value")
class ExpWithSlopeX(Steps):
    """The local gradient of exp is the number that went in. It is what came *out*: the slope of the
    exponential is the exponential itself."""

    def slope_of_exp(self, value):  # noqa: ARG002
        return self.data


@mistake("Value")
class ExpAsAPower(Steps):
    """The local gradient of exp is x * e ** (x - 1), the rule for powers. In e ** x it is the exponent that
    moves, and the slope is e ** x itself."""

    def slope_of_exp(self, value):  # noqa: ARG002
        return self.data * math.exp(self.data - 1)


@mistake("Value")
class ExpWithSlopeOne(Steps):
    """The local gradient of exp is 1 everywhere. It is the exponential itself."""

    def slope_of_exp(self, value):  # noqa: ARG002
        return 1.0


@mistake("Value")
class LogToBase10(Steps):
    """log has base 10. The logarithm of this course is the natural one, math.log, with slope 1 / a."""

    def log(self):
        return self.node(math.log10(self.data), (self,), (1 / self.data / math.log(10),))


@mistake("Value")
class LogWithItsOwnInverse(Steps):
    """The local gradient of log is 1 / log(a). It is 1 / a, with what went in."""

    def log(self):
        value = math.log(self.data)
        return self.node(value, (self,), (1 / (value or 1.0),))


@mistake("Value")
class TanhOfTheInput(Steps):
    """The local gradient of tanh is 1 - x ** 2, with the number that went in. In 1 - tanh ** 2 it is the
    one that came *out*."""

    def slope_of_tanh(self, value):  # noqa: ARG002
        return 1 - self.data**2


@mistake("Value")
class TanhWithoutTheSquare(Steps):
    """The local gradient of tanh is 1 - tanh, and tanh should be squared: 1 - tanh ** 2."""

    def slope_of_tanh(self, value):
        return 1 - value


@mistake("Value")
class TanhWithTheSlopeOfSigmoid(Steps):
    """The local gradient of tanh is t * (1 - t): that is the rule for sigmoid. For tanh it is 1 - t ** 2."""

    def slope_of_tanh(self, value):
        return value * (1 - value)


@mistake("Value")
class TanhTwice(Steps):
    """The local gradient of tanh is 1 - tanh(t) ** 2, with the tanh of what is a tanh already. Take 1 - t
    ** 2, with t the number that came out."""

    def slope_of_tanh(self, value):
        return 1 - math.tanh(value) ** 2


@mistake("Value")
class TanhAsARatio(Steps):
    """tanh is computed as a ratio of exponentials, and neither e ** 1000 nor e ** 2000 fits any float:
    Python raises OverflowError. math.tanh is right everywhere."""

    def tanh(self):
        up, down = math.exp(self.data), math.exp(-self.data)
        value = (up - down) / (up + down)
        return self.node(value, (self,), (1 - value**2,))


@mistake("Value")
class TanhOverflowsBelow(Steps):
    """tanh is computed from e ** (-2x), which overflows far below 0: at -1000 Python raises OverflowError.
    math.tanh is right everywhere."""

    def tanh(self):
        down = math.exp(-2 * self.data)
        value = (1 - down) / (1 + down)
        return self.node(value, (self,), (1 - value**2,))


@mistake("Value")
class ReluWithSlopeOneAtZero(Steps):
    """relu has the slope 1 at exactly 0, and should have 0 there: compare with >, not with >=."""

    def slope_of_relu(self):
        return float(self.data >= 0)


@mistake("Value")
class ReluWithItselfAsSlope(Steps):
    """The local gradient of relu is its own value. Where it lets the number through the slope is 1."""

    def slope_of_relu(self):
        return max(self.data, 0.0)


@mistake("Value")
class ReluLetsAllBack(Steps):
    """The local gradient of relu is 1 everywhere. Below 0 nothing came through, so nothing goes back: 0
    there."""

    def slope_of_relu(self):
        return 1.0


@mistake("Value")
class ReluWithHalfAtZero(Steps):
    """relu has the slope 1/2 at exactly 0. That is one of the slopes which mathematics allows there; here,
    as in TensorFlow, it is 0."""

    def slope_of_relu(self):
        return 0.5 if self.data == 0 else float(self.data > 0)


@mistake("Value")
class ReluIsLeaky(Steps):
    """Below 0 relu gives a small negative number, as a leaky one does. It gives 0 there, with slope 0."""

    def relu(self):
        return self if self.data > 0 else self.node(0.01 * self.data, (self,), (0.01,))
