# Bias corrections and centered means in float64, the decay left to the base class, the radius in closed form.
import keras
import numpy as np
import tensorflow as tf
from keras import ops


PREDICTIONS = {
    "adam_first_step": 0.01,
    "shrink": 4e-6,
    "momentum_limit": 10,
    "sgd_decay": 0.1,
}


def _adam_move(optimizer, gradient, variable, learning_rate):
    place = optimizer._get_variable_index(variable)
    m, v = optimizer._means[place], optimizer._squares[place]
    gradient = tf.convert_to_tensor(gradient)  # slices of an embedding, too, become an ordinary tensor
    b1, b2 = float(optimizer.beta_1), float(optimizer.beta_2)
    optimizer.assign(m, m * b1 + gradient * (1 - b1))
    optimizer.assign(v, v * b2 + ops.square(gradient) * (1 - b2))
    t = ops.cast(optimizer.iterations + 1, "float64")
    corrected = ops.cast(learning_rate, "float64") * ops.sqrt(1 - b2**t) / (1 - b1**t)
    return ops.cast(corrected, variable.dtype) * m / (ops.sqrt(v) + float(optimizer.epsilon))


class SGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be from 0 to 1, not {momentum}")
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._velocities = self.add_optimizer_variables(variables, "velocity") if self.momentum else []

    def update_step(self, gradient, variable, learning_rate):
        rate = ops.cast(learning_rate, variable.dtype)
        push = rate * tf.convert_to_tensor(gradient)
        if not self.momentum:
            self.assign_sub(variable, push)
            return
        velocity = self._velocities[self._get_variable_index(variable)]
        beta = float(self.momentum)
        self.assign(velocity, velocity * beta - push)
        self.assign_add(variable, velocity * beta - push if self.nesterov else velocity)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}


class RMSprop(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        if self.centered:  # s - a² cancels nearly everything where gradients hardly change: double precision
            self._squares = [self.add_variable(v.shape, dtype="float64", name="square") for v in variables]
            self._means = [self.add_variable(v.shape, dtype="float64", name="mean") for v in variables]
        else:
            self._squares = self.add_optimizer_variables(variables, "square")
        self._sums = self.add_optimizer_variables(variables, "sum") if self.momentum else []

    def update_step(self, gradient, variable, learning_rate):
        place = self._get_variable_index(variable)
        square, rho = self._squares[place], float(self.rho)
        g = ops.cast(tf.convert_to_tensor(gradient), square.dtype)
        self.assign(square, square * rho + ops.square(g) * (1 - rho))
        spread = square
        if self.centered:
            mean = self._means[place]
            self.assign(mean, mean * rho + g * (1 - rho))
            spread = ops.maximum(square - ops.square(mean), 0.0)
        step = ops.cast(learning_rate, square.dtype) * g / ops.sqrt(spread + float(self.epsilon))
        step = ops.cast(step, variable.dtype)
        if self.momentum:
            total = self._sums[place]
            self.assign(total, total * float(self.momentum) + step)
            step = total
        self.assign_sub(variable, step)

    def get_config(self):
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }


class Adam(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._means, self._squares = self.add_optimizer_variables(variables, ["mean", "square"])

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, _adam_move(self, gradient, variable, learning_rate))

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}


class AdamW(keras.optimizers.Optimizer):
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
        if not weight_decay >= 0:
            raise ValueError(f"weight_decay must be 0 or more, not {weight_decay}")
        # The base class decays.
        super().__init__(learning_rate=learning_rate, weight_decay=weight_decay, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.decay_vectors = decay_vectors

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._means, self._squares = self.add_optimizer_variables(variables, ["mean", "square"])

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, _adam_move(self, gradient, variable, learning_rate))

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "weight_decay": self.weight_decay,
            "decay_vectors": self.decay_vectors,
        }

    def _use_weight_decay(self, variable):
        return (self.decay_vectors or len(variable.shape) > 1) and super()._use_weight_decay(variable)


def contraction(curvatures, learning_rate, momentum=0.0):
    h = [float(x) for x in curvatures]
    if not h or not all(x > 0 for x in h):
        raise ValueError("there must be curvatures, all above 0")
    if not learning_rate > 0 or not 0 <= momentum < 1:
        raise ValueError("the rate must be above 0, the momentum from 0 on and below 1")
    worst, root = 0.0, float(momentum) ** 0.5
    for x in h:
        trace = abs(1 + float(momentum) - float(learning_rate) * x)
        if trace <= 2 * root:  # a complex pair, or a double one: its product is the momentum
            radius = root
        else:
            radius = (trace + (trace - 2 * root) ** 0.5 * (trace + 2 * root) ** 0.5) / 2
        worst = max(worst, radius)
    return worst


def tune_heavy_ball(curvatures):
    h = np.asarray(curvatures, dtype="float64")
    if h.size == 0 or not np.all(h > 0):
        raise ValueError("there must be curvatures, all above 0")
    steep, flat = np.sqrt(h.max()), np.sqrt(h.min())
    return float((2 / (steep + flat)) ** 2), float(((steep - flat) / (steep + flat)) ** 2)
