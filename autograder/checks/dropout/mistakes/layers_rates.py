"""Mistakes in every layer: a rate of 1, and what is no rate."""

from .layers import in_every_layer


class DividesByOneMinusOne:
    """At rate 1 the layer divides by 1 - rate, which is 0: that gives NaN, or Python refuses. Treat rate 1
    by itself and return zeros."""


@in_every_layer
class DividesByZero:
    __doc__ = DividesByOneMinusOne.__doc__

    def call(self, x, training=False):
        y = super().call(x, training=training)
        return y / (1 - self.rate) if training and self.rate == 1 else y


@in_every_layer
class CannotDivideByZero:
    __doc__ = DividesByOneMinusOne.__doc__

    def call(self, x, training=False):
        if training:
            1 / (1 - self.rate)
        return super().call(x, training=training)


@in_every_layer
class CannotDivideByZeroWhenMade:
    __doc__ = DividesByOneMinusOne.__doc__

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.scale = 1 / (1 - rate)


@in_every_layer
class NoGradientAtOne:
    """At rate 1 the zeros are right and the gradient is NaN: ops.where picks the zeros, but the branch that
    is not picked divides by 0, and its gradient is 0 times infinity. Treat rate 1 by itself."""

    def call(self, x, training=False):
        y = super().call(x, training=training)
        one = training and self.rate == 1
        return ops.where(y != 0, super().call(x) / (1 - self.rate), 0.0) if one else y


@in_every_layer
class AcceptsAnyRate:
    """A rate below 0 or above 1 is accepted without a word. Refuse it in the constructor with a
    ValueError that says which rate was given: the sooner, the closer to the line that is wrong."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(min(max(rate, 0), 1), seed, **kwargs)
        self.rate = rate


@in_every_layer
class RefusesLate(AcceptsAnyRate):
    """A wrong rate is refused in call, not when the layer is made. By then the line that is wrong is far
    away. Move the check into the constructor."""

    def call(self, x, training=False):
        if not 0 <= self.rate <= 1:
            raise ValueError(f"rate should lie between 0 and 1. Received: rate={self.rate}")
        return super().call(x, training=training)


@in_every_layer
class RefusesWithoutTheRate:
    """The ValueError does not say which rate was given. Whoever meets it in a long log needs the number:
    put rate into the message."""

    def __init__(self, rate, seed=None, **kwargs):
        if not 0 <= rate <= 1:
            raise ValueError("rate should lie between zero and one")
        super().__init__(rate, seed, **kwargs)


@in_every_layer
class RefusesByAssertion:
    """A wrong rate raises an AssertionError. assert is for what cannot happen, and Python can leave it out.
    For an argument that makes no sense write an if, and raise a ValueError that contains it."""

    def __init__(self, rate, seed=None, **kwargs):
        if not 0 <= rate <= 1:
            raise AssertionError(rate)
        super().__init__(rate, seed, **kwargs)


@in_every_layer
class RefusesRateOne:
    """A rate of exactly 1 is refused, but it is allowed: everything is dropped and the result is all
    zeros. The condition is 0 <= rate <= 1, both ends included."""

    def __init__(self, rate, seed=None, **kwargs):
        if not 0 <= rate < 1:
            raise ValueError(f"rate should lie between 0 and 1. Received: rate={rate}")
        super().__init__(rate, seed, **kwargs)


@in_every_layer
class RefusesRateZero:
    """A rate of exactly 0 is refused, but it is allowed: nothing is dropped. The condition is
    0 <= rate <= 1, both ends included."""

    def __init__(self, rate, seed=None, **kwargs):
        if not 0 < rate <= 1:
            raise ValueError(f"rate should lie between 0 and 1. Received: rate={rate}")
        super().__init__(rate, seed, **kwargs)
