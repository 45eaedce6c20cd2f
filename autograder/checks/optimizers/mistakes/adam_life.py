"""Mistakes in `Adam`: which memory, which rate, what is handed on."""

from nnlearn.diagnosis import mistake

from .adam import Means


@mistake("Adam")
class KeepsTheLargestSquares(Means):
    """The largest v so far divides the step. That is AMSGrad, another optimizer: in Adam v may fall
    again."""

    def build(self, variables):
        super().build(variables)
        self._largest = self.add_optimizer_variables(variables, "largest")

    def update_step(self, gradient, variable, learning_rate):
        self._place = self._get_variable_index(variable)
        super().update_step(gradient, variable, learning_rate)

    def direction(self, mean, square, gradient, t):  # noqa: ARG002
        largest = self._largest[self._place]
        self.assign(largest, ops.maximum(largest, square))
        return mean / (ops.sqrt(largest) + self.epsilon)


@mistake("Adam")
class StepsByTheOldMeans(Means):
    """The step uses m and v from before this gradient, so that the first goes nowhere. Update both,
    then step."""

    def update_step(self, gradient, variable, learning_rate):
        place, rate = self._get_variable_index(variable), ops.cast(learning_rate, variable.dtype)
        t, mean, square = self.number(variable.dtype), self._means[place], self._squares[place]
        self.assign_sub(variable, rate * self.correction(t) * self.direction(mean, square, gradient, t))
        self.assign(mean, self.mean(mean, gradient))
        self.assign(square, self.squares(square, gradient))


@mistake("Adam")
class WritesTheCorrectionBack(Means):
    """The corrected means are written back, so that the next step corrects what was corrected before.
    The correction is for this step alone: leave m and v as they are."""

    def update_step(self, gradient, variable, learning_rate):
        place, rate = self._get_variable_index(variable), ops.cast(learning_rate, variable.dtype)
        t, mean, square = self.number(variable.dtype), self._means[place], self._squares[place]
        self.assign(mean, self.mean(mean, gradient) / (1 - self.beta_1**t))
        self.assign(square, self.squares(square, gradient) / (1 - self.beta_2**t))
        self.assign_sub(variable, rate * mean / (ops.sqrt(square) + self.epsilon))


@mistake("Adam")
class SharesBothMeans(Adam):
    """There is one m and one v for all variables. Each variable needs its own, found by
    `self._get_variable_index(variable)`."""

    def build(self, variables):
        super().build(variables)
        self._means, self._squares = self._means[:1] * len(variables), self._squares[:1] * len(variables)


@mistake("Adam")
class RemembersMeansInPython(Means):
    """m and v are Python attributes. Inside a tf.function, and so in `fit`, they are frozen as they
    were at the trace; and they are not saved. Make optimizer variables in `build`, and write them
    with `self.assign`."""

    def build(self, variables):
        keras.optimizers.Optimizer.build(self, variables)
        self._kept = [[0.0, 0.0] for _ in variables]

    def update_step(self, gradient, variable, learning_rate):
        kept, rate = self._kept[self._get_variable_index(variable)], ops.cast(learning_rate, variable.dtype)
        kept[:] = self.mean(kept[0], gradient), self.squares(kept[1], gradient)
        t = self.number(variable.dtype)
        self.assign_sub(variable, rate * self.correction(t) * self.direction(*kept, gradient, t))


@mistake("Adam")
class UsesTheRateOfTheConstructor(Adam):
    """The step uses the rate that `__init__` was given, whatever a schedule or an assignment says.
    The argument of `update_step` is the rate that holds now."""

    def __init__(self, learning_rate=0.001, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self._first = learning_rate

    def update_step(self, gradient, variable, learning_rate):  # noqa: ARG002
        super().update_step(gradient, variable, self._first)


@mistake("Adam")
class LosesKeywords(Adam):
    """`**kwargs` is taken and dropped: clipnorm and the like have no effect. Hand them on to the base
    class."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):  # noqa: ARG002
        super().__init__(learning_rate, beta_1, beta_2, epsilon)


@mistake("Adam")
class SavesNoEpsilon(Adam):
    """get_config says nothing of epsilon, so that a model that was saved comes back with the default.
    Every argument of `__init__` belongs into the configuration."""

    def get_config(self):
        config = super().get_config()
        del config["epsilon"]
        return config


@mistake("Adam")
class HasNoGetConfig(Adam):
    """There is no get_config of its own, so that the betas and epsilon are lost when the optimizer is
    saved. Add them to what `super().get_config()` gives."""

    def get_config(self):
        return keras.optimizers.Optimizer.get_config(self)


@mistake("Adam")
class FixesTheBetas(Adam):
    """The betas are numbers in the code, and the arguments are not used. Keep them in `__init__`."""

    def update_step(self, gradient, variable, learning_rate):
        given = self.beta_1, self.beta_2
        self.beta_1, self.beta_2 = 0.9, 0.999
        super().update_step(gradient, variable, learning_rate)
        self.beta_1, self.beta_2 = given


@mistake("Adam")
class CountsTheCallsOfApply(Means):
    """t is taken from `self._iterations`, which counts calls of apply. With gradient accumulation
    several of those make one step: `self.iterations` counts steps."""

    def number(self, dtype):
        return ops.cast(self._iterations + 1, dtype)
