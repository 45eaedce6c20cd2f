"""Mistakes in `Adam`: the two means, their corrections, and epsilon."""

from nnlearn.diagnosis import mistake


class Means(Adam):
    """The right one in steps, for mistakes that change one of them."""

    def mean(self, old, gradient):
        return self.beta_1 * old + (1 - self.beta_1) * gradient

    def squares(self, old, gradient):
        return self.beta_2 * old + (1 - self.beta_2) * gradient**2

    def number(self, dtype):
        return ops.cast(self.iterations + 1, dtype)

    def correction(self, t):
        return ops.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)

    def direction(self, mean, square, gradient, t):  # noqa: ARG002
        return mean / (ops.sqrt(square) + self.epsilon)

    def update_step(self, gradient, variable, learning_rate):
        place, rate = self._get_variable_index(variable), ops.cast(learning_rate, variable.dtype)
        t, mean, square = self.number(variable.dtype), self._means[place], self._squares[place]
        self.assign(mean, self.mean(mean, gradient))
        self.assign(square, self.squares(square, gradient))
        self.assign_sub(variable, rate * self.correction(t) * self.direction(mean, square, gradient, t))


@mistake("Adam")
class DoesNotCorrect(Means):
    """Neither mean is corrected for having begun at 0. The first step is then more than three rates
    long: a tenth of the gradient over the root of a thousandth of its square. Multiply the rate by
    sqrt(1 - beta_2**t) and divide it by 1 - beta_1**t."""

    def correction(self, t):  # noqa: ARG002
        return 1.0


@mistake("Adam")
class CorrectsTheMeanAlone(Means):
    """m is corrected, and v is not: first steps are too long by a factor of 1 / sqrt(1 - beta_2**t),
    which is 32 in the first. v began at 0 as well."""

    def correction(self, t):
        return 1 / (1 - self.beta_1**t)


@mistake("Adam")
class CorrectsTheSquaresAlone(Means):
    """v is corrected, and m is not: the first step is a tenth of the rate. m began at 0 as well: divide by
    1 - beta_1**t."""

    def correction(self, t):
        return ops.sqrt(1 - self.beta_2**t)


@mistake("Adam")
class CorrectsWithoutTheRoot(Means):
    """The rate is multiplied by 1 - beta_2**t, without a root. v is under a root, and so is its
    correction."""

    def correction(self, t):
        return (1 - self.beta_2**t) / (1 - self.beta_1**t)


@mistake("Adam")
class CountsFromZero(Means):
    """t is 0 in the first step, and 1 - beta**0 is 0: dividing by it makes the weights NaN.
    `self.iterations` counts the steps that are done; this one has the number `self.iterations +
    1`."""

    def number(self, dtype):
        return ops.cast(self.iterations, dtype)


@mistake("Adam")
class CountsForEachVariable(Means):
    """Each variable has a step number of its own, which stands still where its gradient is None. t is
    one for all variables, as in Keras: `self.iterations + 1`."""

    def build(self, variables):
        super().build(variables)
        self._numbers = [self.add_variable((), "zeros") for _ in variables]

    def update_step(self, gradient, variable, learning_rate):
        number = self._numbers[self._get_variable_index(variable)]
        self.assign_add(number, 1.0)
        self._now = number
        super().update_step(gradient, variable, learning_rate)

    def number(self, dtype):
        return ops.cast(self._now, dtype)


@mistake("Adam")
class CountsEveryCall(Means):
    """One counter is raised whenever `update_step` is called, which is once for each *variable*: with
    three variables, t is 3 after the first step. `self.iterations` counts steps."""

    def build(self, variables):
        super().build(variables)
        self._count = self.add_variable((), "zeros")

    def number(self, dtype):
        self.assign_add(self._count, 1.0)
        return ops.cast(self._count, dtype)


@mistake("Adam")
class CountsInPython(Means):
    """t is counted in a Python attribute. Inside a tf.function, and so in `fit`, it stays what it was
    at the trace, and every step is corrected as the first; and it is not saved. Use
    `self.iterations`."""

    def build(self, variables):
        super().build(variables)
        self._t, self._place = 0, 0

    def _get_variable_index(self, variable):
        place = super()._get_variable_index(variable)
        if self._t == 0 or place <= self._place:
            self._t += 1
        self._place = place
        return place

    def number(self, dtype):
        return ops.cast(self._t, dtype)


@mistake("Adam")
class AddsEpsilonToTheCorrectedRoot(Means):
    """epsilon is added to the root of the *corrected* v, as in Algorithm 1 of the paper. Keras adds
    it to the root of v as it is, the paper's epsilon-hat form. At 1e-7 that is hardly to be seen; at
    larger ones the first steps are longer than they should be."""

    def direction(self, mean, square, gradient, t):  # noqa: ARG002
        return mean / (ops.sqrt(square) + self.epsilon * ops.sqrt(1 - self.beta_2**t))


@mistake("Adam")
class AddsEpsilonInside(Means):
    """epsilon is added under the root. That is RMSprop's way in Keras; in Adam it stands outside:
    sqrt(v) + epsilon."""

    def direction(self, mean, square, gradient, t):  # noqa: ARG002
        return mean / ops.sqrt(square + self.epsilon)


@mistake("Adam")
class SwapsTheBetas(Means):
    """beta_1 is used for the squares and beta_2 for the gradients. beta_1, 0.9 by default, belongs to
    the mean of gradients."""

    def mean(self, old, gradient):
        return self.beta_2 * old + (1 - self.beta_2) * gradient

    def squares(self, old, gradient):
        return self.beta_1 * old + (1 - self.beta_1) * gradient**2

    def correction(self, t):
        return ops.sqrt(1 - self.beta_1**t) / (1 - self.beta_2**t)


@mistake("Adam")
class SwapsTheCorrections(Means):
    """The correction of m uses beta_2 and that of v uses beta_1. Each mean is corrected by the share
    that it keeps itself."""

    def correction(self, t):
        return ops.sqrt(1 - self.beta_1**t) / (1 - self.beta_2**t)


@mistake("Adam")
class AddsGradientsInFull(Means):
    """The gradient enters m in full, without 1 - beta_1. m is a mean, not the sum of momentum: with
    the correction on top the step is too long, ten times at 0.9."""

    def mean(self, old, gradient):
        return self.beta_1 * old + gradient


@mistake("Adam")
class MeanOfGradientsUnderTheRoot(Means):
    """v is a mean of gradients, not of their squares: where it is negative there is no root. Square
    the gradient."""

    def squares(self, old, gradient):
        return self.beta_2 * old + (1 - self.beta_2) * gradient


@mistake("Adam")
class DividesByTheSquares(Means):
    """The step is divided by v, not by its root, so that a larger gradient makes a shorter step."""

    def direction(self, mean, square, gradient, t):  # noqa: ARG002
        return mean / (square + self.epsilon)


@mistake("Adam")
class StepsAlongTheGradient(Means):
    """The step is along the gradient of now, not along the mean m. That is RMSprop with corrections:
    the memory of direction is lost."""

    def direction(self, mean, square, gradient, t):  # noqa: ARG002
        return gradient / (ops.sqrt(square) + self.epsilon)
