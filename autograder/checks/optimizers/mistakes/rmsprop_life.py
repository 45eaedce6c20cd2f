"""Mistakes in `RMSprop`: what it adds up, where it keeps it, which rate it takes."""

from nnlearn.diagnosis import mistake


@mistake("RMSprop")
class AddsGradientsUp(RMSprop):
    """With momentum the gradients are added up, and the sum is divided by the root. The other way
    round: each gradient is divided first, and steps are added up."""

    def update_step(self, gradient, variable, learning_rate):
        place, rate = self._get_variable_index(variable), ops.cast(learning_rate, variable.dtype)
        square, mean, velocity = self._squares[place], self._means[place], self._velocities[place]
        self.assign(square, self.rho * square + (1 - self.rho) * gradient**2)
        self.assign(mean, self.rho * mean + (1 - self.rho) * gradient)
        self.assign(velocity, self.momentum * velocity + gradient)
        spread = square - mean**2 if self.centered else square
        self.assign_sub(variable, rate * velocity / ops.sqrt(spread + self.epsilon))


@mistake("RMSprop")
class KeepsTheRateOutsideOfMomentum(RMSprop):
    """m adds up steps without the rate, and is multiplied by the rate of now. When the rate changes,
    what was added before changes too. The rate belongs into each step before it is added."""

    def update_step(self, gradient, variable, learning_rate):
        place, rate = self._get_variable_index(variable), ops.cast(learning_rate, variable.dtype)
        square, mean, velocity = self._squares[place], self._means[place], self._velocities[place]
        self.assign(square, self.rho * square + (1 - self.rho) * gradient**2)
        self.assign(mean, self.rho * mean + (1 - self.rho) * gradient)
        spread = square - mean**2 if self.centered else square
        self.assign(velocity, self.momentum * velocity + gradient / ops.sqrt(spread + self.epsilon))
        self.assign_sub(variable, rate * velocity)


@mistake("RMSprop")
class DividesByTheOldMean(RMSprop):
    """The step is divided by the root of the mean before this gradient was added. In the first step
    that is the root of epsilon alone, and the step is huge. Update s first."""

    def update_step(self, gradient, variable, learning_rate):
        place, rate = self._get_variable_index(variable), ops.cast(learning_rate, variable.dtype)
        square, mean, velocity = self._squares[place], self._means[place], self._velocities[place]
        spread = square - mean**2 if self.centered else square
        step = rate * gradient / ops.sqrt(spread + self.epsilon)
        self.assign(square, self.rho * square + (1 - self.rho) * gradient**2)
        self.assign(mean, self.rho * mean + (1 - self.rho) * gradient)
        self.assign(velocity, self.momentum * velocity + step)
        self.assign_sub(variable, velocity)


@mistake("RMSprop")
class SharesOneMeanOfSquares(RMSprop):
    """There is one memory for all variables, so that sizes of one are used for another. Each variable
    needs its own, found by `self._get_variable_index(variable)`."""

    def build(self, variables):
        super().build(variables)
        count = len(variables)
        self._squares, self._means = self._squares[:1] * count, self._means[:1] * count
        self._velocities = self._velocities[:1] * count


@mistake("RMSprop")
class RemembersSizesInPython(RMSprop):
    """What is remembered is in Python attributes. Inside a tf.function, and so in `fit`, it is frozen
    as it was at the trace; and it is not saved. Make optimizer variables in `build`."""

    def build(self, variables):
        keras.optimizers.Optimizer.build(self, variables)
        self._kept = [[0.0, 0.0, 0.0] for _ in variables]

    def update_step(self, gradient, variable, learning_rate):
        kept, rate = self._kept[self._get_variable_index(variable)], ops.cast(learning_rate, variable.dtype)
        kept[0] = self.rho * kept[0] + (1 - self.rho) * gradient**2
        kept[1] = self.rho * kept[1] + (1 - self.rho) * gradient
        spread = kept[0] - kept[1] ** 2 if self.centered else kept[0]
        kept[2] = self.momentum * kept[2] + rate * gradient / ops.sqrt(spread + self.epsilon)
        self.assign_sub(variable, kept[2])


@mistake("RMSprop")
class KeepsTheRateItWasMadeWith(RMSprop):
    """The step uses the rate that `__init__` was given, whatever a schedule or an assignment says.
    The argument of `update_step` is the rate that holds now."""

    def __init__(self, learning_rate=0.001, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self._first = learning_rate

    def update_step(self, gradient, variable, learning_rate):  # noqa: ARG002
        super().update_step(gradient, variable, self._first)


@mistake("RMSprop")
class DropsKeywords(RMSprop):
    """`**kwargs` is taken and dropped: clipnorm and the like have no effect. Hand them on to the base
    class."""

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **kwargs):  # noqa: ARG002
        super().__init__(learning_rate, rho, momentum, epsilon, centered)


@mistake("RMSprop")
class SavesNoCentered(RMSprop):
    """get_config says nothing of centered, so that a model that was saved comes back without it.
    Every argument of `__init__` belongs into the configuration."""

    def get_config(self):
        config = super().get_config()
        del config["centered"]
        return config


@mistake("RMSprop")
class FixesEpsilon(RMSprop):
    """epsilon is a number in the code, and the argument is not used. Keep it in `__init__` and add that."""

    def update_step(self, gradient, variable, learning_rate):
        given, self.epsilon = self.epsilon, 1e-7
        super().update_step(gradient, variable, learning_rate)
        self.epsilon = given


@mistake("RMSprop")
class CentersByTheOldMean(RMSprop):
    """Centered, the mean gradient of the steps before is squared and subtracted. Update it first,
    with the gradient of this step."""

    def update_step(self, gradient, variable, learning_rate):
        place, rate = self._get_variable_index(variable), ops.cast(learning_rate, variable.dtype)
        square, mean, velocity = self._squares[place], self._means[place], self._velocities[place]
        self.assign(square, self.rho * square + (1 - self.rho) * gradient**2)
        spread = square - mean**2 if self.centered else square
        step = rate * gradient / ops.sqrt(spread + self.epsilon)
        self.assign(mean, self.rho * mean + (1 - self.rho) * gradient)
        self.assign(velocity, self.momentum * velocity + step)
        self.assign_sub(variable, velocity)


@mistake("RMSprop")
class CentersWithoutMomentumAlone(RMSprop):
    """centered has an effect only where momentum is 0. The two have nothing to do with each other:
    centering is about what stands under the root, momentum about what becomes of the step."""

    def update_step(self, gradient, variable, learning_rate):
        given, self.centered = self.centered, self.centered and not self.momentum
        super().update_step(gradient, variable, learning_rate)
        self.centered = given


@mistake("RMSprop")
class RemembersInFloat32(RMSprop):
    """What is remembered is float32, whatever the variable is: `self.add_variable` without a dtype.
    For float64 variables half of the digits are lost, and s less the square of a can be all noise.
    `self.add_optimizer_variables` takes the dtype of each variable."""

    def build(self, variables):
        keras.optimizers.Optimizer.build(self, variables)
        self._squares, self._means, self._velocities = (
            [self.add_variable(each.shape, "zeros", "float32") for each in variables] for _ in range(3)
        )

    def update_step(self, gradient, variable, learning_rate):
        place, kind = self._get_variable_index(variable), variable.dtype
        square, mean, velocity = self._squares[place], self._means[place], self._velocities[place]
        self.assign(square, self.rho * ops.cast(square, kind) + (1 - self.rho) * gradient**2)
        self.assign(mean, self.rho * ops.cast(mean, kind) + (1 - self.rho) * gradient)
        spread = ops.cast(square, kind) - ops.cast(mean, kind) ** 2 * self.centered
        step = ops.cast(learning_rate, kind) * gradient / ops.sqrt(spread + self.epsilon)
        self.assign(velocity, self.momentum * ops.cast(velocity, kind) + step)
        self.assign_sub(variable, ops.cast(velocity, kind))
