# TensorFlow's operations on TensorFlow's variables; means are corrected where they are used, as in Algorithm 1.
import keras
import numpy as np
import tensorflow as tf

PREDICTIONS = {"adam_first_step": 0.01, "shrink": 0.000004, "momentum_limit": 10.0, "sgd_decay": 0.1}


class SGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        if not (momentum >= 0 and momentum <= 1):
            raise ValueError(f"momentum: {momentum}")
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables):
        super().build(variables)
        self.sums = [
            self.add_variable(v.shape, dtype=v.dtype, name=f"sum_{i}") for i, v in enumerate(variables)
        ]

    def update_step(self, gradient, variable, learning_rate):
        v = self.sums[self._get_variable_index(variable)].value
        step = tf.cast(learning_rate, variable.dtype) * gradient
        beta = tf.constant(self.momentum, variable.dtype)
        new = v.assign(beta * v - step)
        variable.assign_add(beta * new - step if self.nesterov else new)

    def get_config(self):
        return dict(super().get_config(), momentum=self.momentum, nesterov=self.nesterov)


class RMSprop(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build(self, variables):
        super().build(variables)
        self.memory = []
        for variable in variables:
            names = ["s", *["a"] * bool(self.centered), *["m"] * bool(self.momentum)]
            self.memory.append({name: self.add_variable_from_reference(variable, name) for name in names})

    def update_step(self, gradient, variable, learning_rate):
        memory = self.memory[self._get_variable_index(variable)]
        rho = tf.constant(self.rho, variable.dtype)
        d = memory["s"].value.assign(rho * memory["s"].value + (1 - rho) * gradient**2)
        if self.centered:
            d = d - memory["a"].value.assign(rho * memory["a"].value + (1 - rho) * gradient) ** 2
        step = tf.cast(learning_rate, variable.dtype) * gradient / tf.sqrt(d + self.epsilon)
        if self.momentum:
            step = memory["m"].value.assign(self.momentum * memory["m"].value + step)
        variable.assign_sub(step)

    def get_config(self):
        settings = {name: getattr(self, name) for name in ("rho", "momentum", "epsilon", "centered")}
        return super().get_config() | settings


class Adam(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        super().build(variables)
        self.pairs = [
            tuple(self.add_variable_from_reference(variable, name) for name in "mv") for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        m, v = (kept.value for kept in self.pairs[self._get_variable_index(variable)])
        t = tf.cast(self.iterations, variable.dtype) + 1
        first, second = 1 - self.beta_1**t, 1 - self.beta_2**t
        m.assign(self.beta_1 * m + (1 - self.beta_1) * gradient)
        v.assign(self.beta_2 * v + (1 - self.beta_2) * gradient**2)
        # The root is corrected here, so epsilon has to be as well, to stay beside a root that is not.
        below = tf.sqrt(v / second) + self.epsilon / tf.sqrt(second)
        variable.assign_sub(tf.cast(learning_rate, variable.dtype) * (m / first) / below)

    def get_config(self):
        settings = {name: getattr(self, name) for name in ("beta_1", "beta_2", "epsilon")}
        return super().get_config() | settings


class AdamW(Adam):
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
            raise ValueError(f"weight_decay: {weight_decay}")
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **kwargs)
        self.share = weight_decay
        self.decay_vectors = decay_vectors

    def update_step(self, gradient, variable, learning_rate):
        if variable.shape.rank > 1 or self.decay_vectors:
            kept = 1 - tf.cast(learning_rate, variable.dtype) * self.share
            variable.assign(kept * variable)
        super().update_step(gradient, variable, learning_rate)

    def get_config(self):
        return super().get_config() | {"weight_decay": self.share, "decay_vectors": self.decay_vectors}


def contraction(curvatures, learning_rate, momentum=0.0):
    curvatures = np.array(curvatures, "float64")
    if len(curvatures) == 0 or curvatures.min() <= 0 or learning_rate <= 0 or not 0 <= momentum < 1:
        raise ValueError("curvatures and rate have to be above 0, momentum at least 0 and below 1")
    matrices = np.zeros((len(curvatures), 2, 2))
    matrices[:, 0, 0] = 1 + momentum - learning_rate * curvatures
    matrices[:, 0, 1] = -momentum
    matrices[:, 1, 0] = 1
    return float(np.abs(np.linalg.eigvals(matrices)).max())


def tune_heavy_ball(curvatures):
    ordered = np.sort(np.array(curvatures, "float64"))
    if not len(ordered) or not ordered[0] > 0:
        raise ValueError("curvatures have to be above 0")
    least, most = np.sqrt(ordered[[0, -1]])
    return float(4 / (least + most) ** 2), float(((most - least) / (most + least)) ** 2)
