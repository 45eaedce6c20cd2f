"""Mistakes in `SGD`: where it keeps what it remembers, which rate it takes, what it hands on."""

import tensorflow as tf

from nnlearn.diagnosis import mistake

from .sgd import Velocity


@mistake("SGD")
class SharesOneVelocity(SGD):
    """There is one velocity, made for the first variable, and all variables use it. Each needs its
    own: `self.add_optimizer_variables(variables, "velocity")` makes a list, and
    `self._get_variable_index(variable)` says which is whose."""

    def build(self, variables):
        super().build(variables)
        self._velocities = self._velocities[:1] * len(variables)


@mistake("SGD")
class RemembersTheLastVariableAlone(SGD):
    """In `build` a loop over the variables overwrites one attribute, so that the velocity of the last
    variable is the only one left. Collect them in a list."""

    def build(self, variables):
        super().build(variables)
        self._velocities = self._velocities[-1:] * len(variables)


@mistake("SGD")
class CountsTheCalls(SGD):
    """Which velocity belongs to a variable is found by counting calls of `update_step`. A variable
    whose gradient is None is left out, and from then on everyone has another's velocity. Ask
    `self._get_variable_index(variable)`."""

    def build(self, variables):
        super().build(variables)
        self._calls = 0

    def _get_variable_index(self, variable):  # noqa: ARG002
        self._calls += 1
        return (self._calls - 1) % len(self._velocities)


@mistake("SGD")
class RemembersInPython(Velocity):
    """The velocity is a Python attribute. Inside a tf.function the step is traced once, and what
    Python remembers is frozen there; and it is not saved with the model. Make optimizer variables in
    `build`, and write them with `self.assign`."""

    def build(self, variables):
        super().build(variables)
        self._kept = {}

    def update_step(self, gradient, variable, learning_rate):
        rate, place = ops.cast(learning_rate, variable.dtype), self._get_variable_index(variable)
        velocity = self.remembered(self._kept.get(place, ops.zeros_like(gradient)), gradient, rate)
        self._kept[place] = velocity
        self.assign_add(variable, self.moved_by(velocity, gradient, rate))


@mistake("SGD")
class KeepsTheFirstRate(SGD):
    """The step uses the rate that `__init__` was given. A schedule, or `optimizer.learning_rate =
    ...` later, changes nothing then. The argument `learning_rate` of `update_step` is the rate that
    holds now."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        super().__init__(learning_rate, momentum, nesterov, **kwargs)
        self._first = learning_rate

    def update_step(self, gradient, variable, learning_rate):  # noqa: ARG002
        super().update_step(gradient, variable, self._first)


@mistake("SGD")
class CallsTheScheduleAgain(SGD):
    """The schedule is called by hand, with a step number of its own, and is one step ahead.
    `update_step` is given the rate of this step already: use that."""

    def update_step(self, gradient, variable, learning_rate):
        if callable(self._learning_rate) and not isinstance(self._learning_rate, keras.Variable):
            learning_rate = self._learning_rate(self.iterations + 1)
        super().update_step(gradient, variable, learning_rate)


@mistake("SGD")
class SwallowsKeywords(SGD):
    """`**kwargs` is taken and dropped, so that clipnorm, weight_decay or a name have no effect, and
    nobody is told. Hand them on: `super().__init__(learning_rate=learning_rate, **kwargs)`."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):  # noqa: ARG002
        super().__init__(learning_rate, momentum, nesterov)


@mistake("SGD")
class SavesNoNesterov(SGD):
    """get_config says nothing of nesterov. A model that is saved with it comes back without. Every
    argument of `__init__` belongs into the configuration."""

    def get_config(self):
        config = super().get_config()
        del config["nesterov"]
        return config


@mistake("SGD")
class SavesOnlyItsOwn(SGD):
    """get_config has momentum and nesterov, and not what the base class has: the rate and all else is
    lost when the optimizer is made again. Begin with `super().get_config()`."""

    def get_config(self):
        return {"momentum": self.momentum, "nesterov": self.nesterov}


@mistake("SGD")
class KeepsFloat32(SGD):
    """The rate is not cast to the dtype of the variable. It is always float32, and a float64 gradient
    times it is an error. `ops.cast(learning_rate, variable.dtype)`."""

    def update_step(self, gradient, variable, learning_rate):
        velocity = self._velocities[self._get_variable_index(variable)]
        plain = -learning_rate * gradient
        self.assign(velocity, self.momentum * velocity + plain)
        self.assign_add(variable, self.momentum * velocity + plain if self.nesterov else velocity)


@mistake("SGD")
class DemandsAFloat(SGD):
    """A momentum that is a whole number, 0 or 1, raises an error, as in Keras' own SGD. Any number
    from 0 to 1 is allowed here: look at its value, not at its type."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        if not isinstance(momentum, float):
            raise ValueError("momentum has to be a float")
        super().__init__(learning_rate, momentum, nesterov, **kwargs)


@mistake("SGD")
class HandsOnTheNameAlone(SGD):
    """Of `**kwargs` only the name reaches the base class; clipnorm, weight_decay and the rest are
    dropped without a word. Hand all of them on: `super().__init__(learning_rate=learning_rate,
    **kwargs)`."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        super().__init__(learning_rate, momentum, nesterov, name=kwargs.get("name"))


@mistake("SGD")
class RemembersInBareVariables(SGD):
    """The velocities are remembered from step to step, and are lost when the model is saved: they are bare
    `tf.Variable`s, which the optimizer does not know, or they are made in the first step, when what was saved
    has found no place. Make them in `build`, with `self.add_optimizer_variables`."""

    def build(self, variables):
        keras.optimizers.Optimizer.build(self, variables)
        self._velocities = [tf.Variable(tf.zeros(each.shape, each.dtype)) for each in variables]
