import keras
import numpy as np
from keras import ops

PREDICTIONS = {
    "adam_first_step": 0.01,
    "shrink": 4e-6,
    "momentum_limit": 10,
    "sgd_decay": 0.1,
}


class SGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        if not 0 <= momentum <= 1:
            raise ValueError("momentum must be between 0 and 1, got " + str(momentum))
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.velocities = []
        if self.momentum != 0:
            for v in variables:
                self.velocities.append(self.add_variable_from_reference(v, name="velocity"))

    def update_step(self, gradient, variable, learning_rate):
        lr = ops.cast(learning_rate, variable.dtype)
        g = ops.cast(gradient, variable.dtype)
        if self.momentum == 0:
            self.assign_sub(variable, lr * g)
        else:
            v = self.velocities[self._get_variable_index(variable)]
            new_v = self.momentum * v - lr * g
            self.assign(v, new_v)
            if self.nesterov:
                self.assign_add(variable, self.momentum * new_v - lr * g)
            else:
                self.assign_add(variable, new_v)

    def get_config(self):
        config = super().get_config()
        config.update({"momentum": self.momentum, "nesterov": self.nesterov})
        return config


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
        self.s = self.add_optimizer_variables(variables, "s")
        self.a = self.add_optimizer_variables(variables, "a")
        self.m = self.add_optimizer_variables(variables, "m")

    def update_step(self, gradient, variable, learning_rate):
        lr = ops.cast(learning_rate, variable.dtype)
        i = self._get_variable_index(variable)
        s = self.rho * self.s[i] + (1 - self.rho) * ops.square(gradient)
        self.assign(self.s[i], s)
        if self.centered:
            a = self.rho * self.a[i] + (1 - self.rho) * gradient
            self.assign(self.a[i], a)
            s = s - ops.square(a)
        m = self.momentum * self.m[i] + lr * gradient / ops.sqrt(s + self.epsilon)
        self.assign(self.m[i], m)
        self.assign_sub(variable, m)

    def get_config(self):
        config = super().get_config()
        for name in ["rho", "momentum", "epsilon", "centered"]:
            config[name] = getattr(self, name)
        return config


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
        self.m = self.add_optimizer_variables(variables, "m")
        self.v = self.add_optimizer_variables(variables, "v")

    def update_step(self, gradient, variable, learning_rate):
        lr = ops.cast(learning_rate, variable.dtype)
        t = ops.cast(self.iterations + 1, variable.dtype)
        i = self._get_variable_index(variable)
        self.assign(self.m[i], self.beta_1 * self.m[i] + (1 - self.beta_1) * gradient)
        self.assign(self.v[i], self.beta_2 * self.v[i] + (1 - self.beta_2) * gradient * gradient)
        alpha = lr * ops.sqrt(1 - ops.power(self.beta_2, t)) / (1 - ops.power(self.beta_1, t))
        self.assign_sub(variable, alpha * self.m[i] / (ops.sqrt(self.v[i]) + self.epsilon))

    def get_config(self):
        config = super().get_config()
        for name in ["beta_1", "beta_2", "epsilon"]:
            config[name] = getattr(self, name)
        return config


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
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **kwargs)
        if weight_decay < 0:
            raise ValueError("weight_decay must not be negative")
        self.my_decay = weight_decay
        self.decay_vectors = decay_vectors

    def update_step(self, gradient, variable, learning_rate):
        if self.decay_vectors or len(variable.shape) >= 2:
            lr = ops.cast(learning_rate, variable.dtype)
            self.assign_sub(variable, lr * self.my_decay * variable)
        super().update_step(gradient, variable, learning_rate)

    def get_config(self):
        config = super().get_config()
        config["weight_decay"] = self.my_decay
        config["decay_vectors"] = self.decay_vectors
        return config


def contraction(curvatures, learning_rate, momentum=0.0):
    if len(curvatures) == 0 or learning_rate <= 0 or momentum < 0 or momentum >= 1:
        raise ValueError("bad arguments")
    biggest = 0.0
    for h in curvatures:
        if h <= 0:
            raise ValueError("curvatures must be positive")
        eigenvalues = np.roots([1, -(1 + momentum - learning_rate * h), momentum])
        biggest = max(biggest, np.abs(eigenvalues).max())
    return float(biggest)


def tune_heavy_ball(curvatures):
    if len(curvatures) == 0 or min(curvatures) <= 0:
        raise ValueError("curvatures must be positive")
    a = float(max(curvatures)) ** 0.5
    b = float(min(curvatures)) ** 0.5
    return (2 / (a + b)) ** 2, ((a - b) / (a + b)) ** 2
