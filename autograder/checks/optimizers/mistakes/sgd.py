"""Mistakes in `SGD`: what is added up, and what the variable moves by."""

from nnlearn.diagnosis import mistake


class Velocity(SGD):
    """The right one in steps, for mistakes that change one of them."""

    def remembered(self, velocity, gradient, rate):
        return self.momentum * velocity - rate * gradient

    def moved_by(self, velocity, gradient, rate):
        return self.momentum * velocity - rate * gradient if self.nesterov else velocity

    def update_step(self, gradient, variable, learning_rate):
        rate = ops.cast(learning_rate, variable.dtype)
        velocity = self._velocities[self._get_variable_index(variable)]
        self.assign(velocity, self.remembered(velocity, gradient, rate))
        self.assign_add(variable, self.moved_by(velocity, gradient, rate))


@mistake("SGD")
class Climbs(Velocity):
    """The weights go up the hill. A gradient points to where the loss grows: subtract the rate times the
    gradient."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(-gradient, variable, learning_rate)


@mistake("SGD")
class TakesAMeanOfGradients(Velocity):
    """The gradient enters the velocity times 1 - momentum, as in a mean. A velocity is a sum: with
    gradients that agree, steps are to get 1 / (1 - momentum) times as long. The gradient enters with
    the rate alone."""

    def remembered(self, velocity, gradient, rate):
        return self.momentum * velocity - (1 - self.momentum) * rate * gradient

    def moved_by(self, velocity, gradient, rate):
        if self.nesterov:
            return self.momentum * velocity - (1 - self.momentum) * rate * gradient
        return velocity


@mistake("SGD")
class KeepsTheRateOutside(Velocity):
    """The velocity adds up gradients, and the whole of it is multiplied by the rate of the step. As
    long as the rate stays it is the same; when it changes, steps of before are scaled too. The rate
    belongs inside the velocity."""

    def remembered(self, velocity, gradient, rate):  # noqa: ARG002
        return self.momentum * velocity + gradient

    def moved_by(self, velocity, gradient, rate):
        return -rate * (gradient + self.momentum * velocity if self.nesterov else velocity)


@mistake("SGD")
class NesterovWithoutTheSecondMomentum(Velocity):
    """With nesterov the step is velocity - lr * gradient. The new velocity fades once more before it
    is used: momentum * velocity - lr * gradient."""

    def moved_by(self, velocity, gradient, rate):
        return velocity - rate * gradient if self.nesterov else velocity


@mistake("SGD")
class NesterovWithoutTheGradient(Velocity):
    """With nesterov the step is momentum * velocity, and the gradient of this step is missing beside it:
    momentum * velocity - lr * gradient."""

    def moved_by(self, velocity, gradient, rate):  # noqa: ARG002
        return self.momentum * velocity if self.nesterov else velocity


@mistake("SGD")
class IgnoresNesterov(Velocity):
    """With nesterov=True the step is that without it: the argument is not used, or momentum * v - lr
    * g was worked out of the velocity before this step, which gives the new velocity. Update the
    velocity first, then step by momentum times the new one, less the rate times the gradient."""

    def moved_by(self, velocity, gradient, rate):  # noqa: ARG002
        return velocity


@mistake("SGD")
class AlwaysLooksAhead(Velocity):
    """Every step is Nesterov's, also without nesterov=True. Then the step is the velocity itself."""

    def moved_by(self, velocity, gradient, rate):
        return self.momentum * velocity - rate * gradient


@mistake("SGD")
class MovesByTheOldVelocity(SGD):
    """The variable moves by the velocity of the step before, so that the first step stays where it
    is. Update the velocity first, then move by it."""

    def update_step(self, gradient, variable, learning_rate):
        plain = -ops.cast(learning_rate, variable.dtype) * gradient
        velocity = self._velocities[self._get_variable_index(variable)]
        self.assign_add(variable, self.momentum * velocity + plain if self.nesterov else velocity)
        self.assign(velocity, self.momentum * velocity + plain)


@mistake("SGD")
class ForgetsTheVelocity(Velocity):
    """The velocity is worked out, used, and never written back, so that every step begins with a
    velocity of 0. `self.assign(velocity, ...)` keeps it."""

    def update_step(self, gradient, variable, learning_rate):
        rate = ops.cast(learning_rate, variable.dtype)
        velocity = self.remembered(self._velocities[self._get_variable_index(variable)], gradient, rate)
        self.assign_add(variable, self.moved_by(velocity, gradient, rate))


@mistake("SGD")
class AcceptsAnyMomentum(SGD):
    """A momentum below 0 or above 1 is taken as it is. Above 1 the velocity grows without an end. Raise a
    ValueError."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        super().__init__(learning_rate, 0.0, nesterov, **kwargs)
        self.momentum = momentum


@mistake("SGD")
class RefusesAMomentumOfOne(SGD):
    """A momentum of exactly 1 raises an error. It is allowed: 0 and 1 are both included."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        if momentum == 1:
            raise ValueError("momentum has to be below 1")
        super().__init__(learning_rate, momentum, nesterov, **kwargs)
