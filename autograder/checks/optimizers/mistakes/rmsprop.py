"""Mistakes in `RMSprop`."""

from nnlearn.diagnosis import mistake


class Sizes(RMSprop):
    """The right one in steps, for mistakes that change one of them."""

    def squares(self, square, gradient):
        return self.rho * square + (1 - self.rho) * gradient**2

    def spread(self, square, mean):
        return square - mean**2 if self.centered else square

    def step(self, gradient, spread, rate):
        return rate * gradient / ops.sqrt(spread + self.epsilon)

    def added_up(self, velocity, step):
        return self.momentum * velocity + step

    def update_step(self, gradient, variable, learning_rate):
        place, rate = self._get_variable_index(variable), ops.cast(learning_rate, variable.dtype)
        square, mean, velocity = self._squares[place], self._means[place], self._velocities[place]
        self.assign(square, self.squares(square, gradient))
        self.assign(mean, self.rho * mean + (1 - self.rho) * gradient)
        self.assign(velocity, self.added_up(velocity, self.step(gradient, self.spread(square, mean), rate)))
        self.assign_sub(variable, velocity)


@mistake("RMSprop")
class ReversesRho(Sizes):
    """rho stands before the new square, and 1 - rho before the old mean. rho is the share of the
    *old* mean that is kept: with 0.9, nine tenths."""

    def squares(self, square, gradient):
        return (1 - self.rho) * square + self.rho * gradient**2


@mistake("RMSprop")
class AddsEpsilonOutside(Sizes):
    """epsilon is added to the root. In Keras' RMSprop it is added inside: sqrt(s + epsilon), which at
    s = 0 is the root of epsilon."""

    def step(self, gradient, spread, rate):
        return rate * gradient / (ops.sqrt(spread) + self.epsilon)


@mistake("RMSprop")
class DoesNotSquare(Sizes):
    """The mean is of gradients, not of their squares. Where they are negative there is no root, and
    where signs alternate they cancel. Square the gradient."""

    def squares(self, square, gradient):
        return self.rho * square + (1 - self.rho) * gradient


@mistake("RMSprop")
class TakesAbsoluteValues(Sizes):
    """The mean is of absolute values, and then a root is taken of it. It has to be a mean of squares,
    so that its root is a size."""

    def squares(self, square, gradient):
        return self.rho * square + (1 - self.rho) * ops.abs(gradient)


@mistake("RMSprop")
class ForgetsTheRoot(Sizes):
    """The step is divided by the mean of squares, not by its root. A gradient that is ten times as
    large then makes a step that is ten times as short."""

    def step(self, gradient, spread, rate):
        return rate * gradient / (spread + self.epsilon)


@mistake("RMSprop")
class NeverForgets(Sizes):
    """Squares are added up for ever: rho is missing, or 1 - rho. That is Adagrad, whose steps get
    shorter and shorter. s is a mean that fades: rho * s + (1 - rho) * g**2."""

    def squares(self, square, gradient):
        return square + gradient**2


@mistake("RMSprop")
class AddsSquaresInFull(Sizes):
    """The new square is added in full, without 1 - rho. Then s is a sum, ten times a mean at rho =
    0.9, and steps are too short by the root of that."""

    def squares(self, square, gradient):
        return self.rho * square + gradient**2


@mistake("RMSprop")
class CenteredAdds(Sizes):
    """Centered, the square of the mean gradient is added to the mean of squares. It is subtracted:
    what is left is the variance."""

    def spread(self, square, mean):
        return square + mean**2 if self.centered else square


@mistake("RMSprop")
class CenteredWithoutASquare(Sizes):
    """Centered, the mean gradient itself is subtracted from the mean of squares. Its square is."""

    def spread(self, square, mean):
        return square - mean if self.centered else square


@mistake("RMSprop")
class IgnoresCentered(Sizes):
    """centered=True changes nothing. Keep a second mean, of gradients, and subtract its square under
    the root."""

    def spread(self, square, mean):  # noqa: ARG002
        return square


@mistake("RMSprop")
class CentersTheStep(Sizes):
    """Centered, the mean gradient is subtracted from the gradient that is stepped along. Only what
    stands under the root is centered."""

    def update_step(self, gradient, variable, learning_rate):
        place, rate = self._get_variable_index(variable), ops.cast(learning_rate, variable.dtype)
        square, mean, velocity = self._squares[place], self._means[place], self._velocities[place]
        self.assign(square, self.squares(square, gradient))
        self.assign(mean, self.rho * mean + (1 - self.rho) * gradient)
        gradient = gradient - mean if self.centered else gradient
        self.assign(velocity, self.added_up(velocity, self.step(gradient, self.spread(square, mean), rate)))
        self.assign_sub(variable, velocity)


@mistake("RMSprop")
class IgnoresMomentum(Sizes):
    """momentum has no effect: each step is as if it were 0. Add steps up, momentum * m + step, and
    subtract m."""

    def added_up(self, velocity, step):  # noqa: ARG002
        return step


@mistake("RMSprop")
class TakesAMeanOfSteps(Sizes):
    """The step enters m times 1 - momentum. In RMSprop it enters in full: m is a sum that fades."""

    def added_up(self, velocity, step):
        return self.momentum * velocity + (1 - self.momentum) * step
