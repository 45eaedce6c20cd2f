import keras
import numpy as np
from keras import ops

PREDICTIONS = {
    "adam_first_step": 10,  # rate times gradient
    "shrink": 4e-6,
    "momentum_limit": 10,
    "sgd_decay": 0.2,
}


class SGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        if momentum < 0 or momentum > 1:
            raise ValueError(momentum)
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables):
        super().build(variables)
        self.v = self.add_optimizer_variables(variables, "v")

    # as in PyTorch: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    def update_step(self, gradient, variable, learning_rate):
        lr = ops.cast(learning_rate, variable.dtype)
        v = self.v[self._get_variable_index(variable)]
        self.assign(v, self.momentum * v + gradient)
        if self.nesterov:
            self.assign_sub(variable, lr * (gradient + self.momentum * v))
        else:
            self.assign_sub(variable, lr * v)

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
        super().build(variables)
        self.s = self.add_optimizer_variables(variables, "s")
        self.a = self.add_optimizer_variables(variables, "a")
        self.m = self.add_optimizer_variables(variables, "m")

    def update_step(self, gradient, variable, learning_rate):
        lr = ops.cast(learning_rate, variable.dtype)
        i = self._get_variable_index(variable)
        self.assign(self.s[i], self.rho * self.s[i] + (1 - self.rho) * gradient**2)
        self.assign(self.a[i], self.rho * self.a[i] + (1 - self.rho) * gradient)
        d = self.s[i]
        if self.centered:
            d = d - self.a[i] ** 2
        step = lr * gradient / (ops.sqrt(d) + self.epsilon)
        self.assign(self.m[i], self.momentum * self.m[i] + step)
        self.assign_sub(variable, self.m[i])

    def get_config(self):
        config = super().get_config()
        config["rho"] = self.rho
        config["momentum"] = self.momentum
        config["epsilon"] = self.epsilon
        config["centered"] = self.centered
        return config


class Adam(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        super().build(variables)
        self.m = self.add_optimizer_variables(variables, "m")
        self.v = self.add_optimizer_variables(variables, "v")

    def update_step(self, gradient, variable, learning_rate):
        lr = ops.cast(learning_rate, variable.dtype)
        t = ops.cast(self.iterations + 1, variable.dtype)
        i = self._get_variable_index(variable)
        self.assign(self.m[i], self.beta_1 * self.m[i] + (1 - self.beta_1) * gradient)
        self.assign(self.v[i], self.beta_2 * self.v[i] + (1 - self.beta_2) * gradient**2)
        m_hat = self.m[i] / (1 - self.beta_1**t)
        v_hat = self.v[i] / (1 - self.beta_2**t)
        self.assign_sub(variable, lr * m_hat / (ops.sqrt(v_hat) + self.epsilon))

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }


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
        super().__init__(learning_rate=learning_rate, **kwargs)
        if weight_decay < 0:
            raise ValueError(weight_decay)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.decay_vectors = decay_vectors

    def build(self, variables):
        super().build(variables)
        self.m = self.add_optimizer_variables(variables, "m")
        self.v = self.add_optimizer_variables(variables, "v")

    def update_step(self, gradient, variable, learning_rate):
        lr = ops.cast(learning_rate, variable.dtype)
        t = ops.cast(self.iterations + 1, variable.dtype)
        i = self._get_variable_index(variable)
        if self.decay_vectors or len(variable.shape) > 1:
            self.assign_sub(variable, lr * self.weight_decay * variable)
        self.assign(self.m[i], self.beta_1 * self.m[i] + (1 - self.beta_1) * gradient)
        self.assign(self.v[i], self.beta_2 * self.v[i] + (1 - self.beta_2) * gradient**2)
        lr = lr * ops.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        self.assign_sub(variable, lr * self.m[i] / (ops.sqrt(self.v[i]) + self.epsilon))

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "weight_decay": self.weight_decay,
            "decay_vectors": self.decay_vectors,
        }


def contraction(curvatures, learning_rate, momentum=0.0):
    curvatures = np.array(curvatures, dtype=float)
    if curvatures.size == 0 or (curvatures <= 0).any() or learning_rate <= 0 or not 0 <= momentum < 1:
        raise ValueError
    return float(np.abs(1 - learning_rate * curvatures).max())


def tune_heavy_ball(curvatures):
    L, mu = max(curvatures, default=0), min(curvatures, default=0)
    if mu <= 0:
        raise ValueError
    return 2 / (L + mu), float(((L**0.5 - mu**0.5) / (L**0.5 + mu**0.5)) ** 2)
