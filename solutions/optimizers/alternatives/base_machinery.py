# One base class finds the memories; the decay is the base class's own; the radius is the root of a quadratic.
import math

import keras
import numpy as np
from keras import ops

PREDICTIONS = {"adam_first_step": 0.01, "shrink": 4e-6, "momentum_limit": 10, "sgd_decay": 0.1}


class Remembers(keras.optimizers.Optimizer):
    """Keeps so many numbers for each weight, and knows its settings by their names."""

    memories = ()
    settings = ()

    def build(self, variables):
        super().build(variables)
        self.kept = [
            {name: self.add_variable_from_reference(variable, name) for name in self.memories}
            for variable in variables
        ]

    def of(self, variable):
        return self.kept[self._get_variable_index(variable)]

    def towards(self, old, new, share):
        """Move a mean towards something new, by a share of the way."""
        self.assign_add(old, (new - old) * share)
        return old

    def get_config(self):
        config = super().get_config()
        config.update({name: getattr(self, name) for name in self.settings})
        return config


class SGD(Remembers):
    memories = ("velocity",)
    settings = ("momentum", "nesterov")

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        super().__init__(learning_rate, **kwargs)
        if momentum < 0 or momentum > 1:
            raise ValueError("momentum should be between 0 and 1")
        self.momentum, self.nesterov = momentum, nesterov

    def update_step(self, gradient, variable, learning_rate):
        step = ops.multiply(gradient, ops.cast(learning_rate, gradient.dtype))
        if not self.momentum:
            self.assign_sub(variable, step)
            return
        velocity = self.of(variable)["velocity"]
        self.assign(velocity, velocity * self.momentum - step)
        self.assign_add(variable, velocity)
        if self.nesterov:
            # One more fading and one more step, less the velocity that was added already.
            self.assign_add(variable, velocity * (self.momentum - 1) - step)


class RMSprop(Remembers):
    memories = ("square", "mean", "sum")
    settings = ("rho", "momentum", "epsilon", "centered")

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered

    def update_step(self, gradient, variable, learning_rate):
        kept = self.of(variable)
        under = self.towards(kept["square"], gradient * gradient, 1 - self.rho) + self.epsilon
        if self.centered:
            under = under - self.towards(kept["mean"], gradient, 1 - self.rho) ** 2
        step = gradient * ops.rsqrt(under) * ops.cast(learning_rate, gradient.dtype)
        if self.momentum:
            self.assign(kept["sum"], kept["sum"] * self.momentum + step)
            step = kept["sum"]
        self.assign_sub(variable, step)


class Adam(Remembers):
    memories = ("mean", "square")
    settings = ("beta_1", "beta_2", "epsilon")

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def update_step(self, gradient, variable, learning_rate):
        kept, t = self.of(variable), ops.cast(self.iterations, gradient.dtype) + 1
        mean = self.towards(kept["mean"], gradient, 1 - self.beta_1)
        square = self.towards(kept["square"], gradient * gradient, 1 - self.beta_2)
        along = mean / (ops.sqrt(square) + self.epsilon)
        corrected = ops.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        self.assign_sub(variable, ops.cast(learning_rate, gradient.dtype) * corrected * along)


class AdamW(Adam):
    settings = (*Adam.settings, "decay_vectors")

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        weight_decay=0.004,
        decay_vectors=True,
        **kwargs,
    ):
        if weight_decay < 0:
            raise ValueError("weight_decay should not be negative")
        super().__init__(learning_rate, beta_1, beta_2, epsilon, weight_decay=weight_decay, **kwargs)
        self.decay_vectors = decay_vectors

    def build(self, variables):
        if not self.decay_vectors:
            self.exclude_from_weight_decay(var_list=[each for each in variables if len(each.shape) < 2])
        super().build(variables)


def checked(curvatures):
    curvatures = [float(curvature) for curvature in curvatures]
    if not curvatures or min(curvatures) <= 0:
        raise ValueError("curvatures should be positive")
    return curvatures


def contraction(curvatures, learning_rate, momentum=0.0):
    curvatures = checked(curvatures)
    if learning_rate <= 0 or momentum < 0 or momentum >= 1:
        raise ValueError("the rate should be positive, momentum from 0 to below 1")

    def radius(curvature):
        trace = 1 + momentum - learning_rate * curvature
        inside = trace * trace - 4 * momentum
        return math.sqrt(momentum) if inside < 0 else (abs(trace) + math.sqrt(inside)) / 2

    return float(max(map(radius, curvatures)))


def tune_heavy_ball(curvatures):
    curvatures = checked(curvatures)
    condition = np.sqrt(max(curvatures) / min(curvatures))
    momentum = float(((condition - 1) / (condition + 1)) ** 2)
    return (1 + math.sqrt(momentum)) ** 2 / max(curvatures), momentum
