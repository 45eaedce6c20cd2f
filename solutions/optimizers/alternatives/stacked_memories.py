# One stacked block of memory for each weight, under a base class of all four; the spread by a recurrence.
import keras
import numpy as np
import tensorflow as tf


PREDICTIONS = {
    "adam_first_step": 0.01,
    "shrink": 4e-6,
    "momentum_limit": 10,
    "sgd_decay": 0.1,
}


class _Remembering(keras.optimizers.Optimizer):
    own = ()  # the names of the settings that get_config adds
    rows = 2  # how many things are remembered

    def _allocate(self, variables):
        self.blocks = [
            self.add_variable((self.rows, *v.shape), "zeros", dtype=v.dtype, name=f"memory_{i}")
            for i, v in enumerate(variables)
        ]

    def _block(self, variable):
        return self.blocks[self._get_variable_index(variable)].value

    def _settings(self):
        return keras.optimizers.Optimizer.get_config(self) | {name: getattr(self, name) for name in self.own}


def _fade(block, kept, fresh):
    kept = tf.reshape(tf.constant([float(k) for k in kept], block.dtype), [-1] + [1] * (len(block.shape) - 1))
    return tf.unstack(block.assign(kept * block + tf.stack(fresh)))


def _adam_direction(optimizer, gradient, variable):
    g = tf.convert_to_tensor(gradient)
    kept = float(optimizer.beta_1), float(optimizer.beta_2)
    m, v = _fade(optimizer._block(variable), kept, [(1 - kept[0]) * g, (1 - kept[1]) * g * g])
    t = tf.cast(tf.convert_to_tensor(optimizer.iterations), tf.float64) + 1
    # 1 - b^t = -expm1(t log b), in double precision; np.log(0) is -inf, which gives 1
    with np.errstate(divide="ignore"):
        filled = [tf.cast(-tf.math.expm1(t * np.log(np.float64(k))), g.dtype) for k in kept]
    root = tf.sqrt(filled[1])
    return (m / filled[0]) / (tf.sqrt(v) / root + optimizer.epsilon / root)


class SGD(_Remembering):
    own = ("momentum", "nesterov")
    rows = 1

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        if momentum < 0 or momentum > 1:
            raise ValueError("momentum lies between 0 and 1")
        super().__init__(learning_rate, **kwargs)
        self.momentum, self.nesterov = momentum, nesterov

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self._allocate(variables)

    def update_step(self, gradient, variable, learning_rate):
        pull = -tf.cast(learning_rate, variable.dtype) * tf.convert_to_tensor(gradient)
        (velocity,) = _fade(self._block(variable), [self.momentum], [pull])
        if self.nesterov:
            velocity = float(self.momentum) * velocity + pull
        variable.assign_add(velocity)

    def get_config(self):
        return self._settings()


class RMSprop(_Remembering):
    own = ("rho", "momentum", "epsilon", "centered")
    rows = 3  # the mean of squares or their spread, the sum of steps, the mean

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self._allocate(variables)

    def update_step(self, gradient, variable, learning_rate):
        g, rho, block = tf.convert_to_tensor(gradient), float(self.rho), self._block(variable)
        row = tf.unstack(block)
        if self.centered:
            # s - a² obeys a recurrence of its own, d <- rho d + rho (1 - rho) (g - a)², that cannot go below 0
            d = rho * row[0] + rho * (1 - rho) * tf.square(g - row[2])
            mean = [rho * row[2] + (1 - rho) * g]
        else:
            d, mean = rho * row[0] + (1 - rho) * tf.square(g), [row[2]]
        total = float(self.momentum) * row[1] + tf.cast(learning_rate, g.dtype) * g / tf.sqrt(
            d + self.epsilon
        )
        block.assign(tf.stack([d, total, *mean]))
        variable.assign_sub(total)

    def get_config(self):
        return self._settings()


class Adam(_Remembering):
    own = ("beta_1", "beta_2", "epsilon")

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self._allocate(variables)

    def update_step(self, gradient, variable, learning_rate):
        variable.assign_sub(
            tf.cast(learning_rate, variable.dtype) * _adam_direction(self, gradient, variable)
        )

    def get_config(self):
        return self._settings()


class AdamW(_Remembering):
    own = ("beta_1", "beta_2", "epsilon", "decay_vectors")

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
            raise ValueError("weight_decay is 0 or more")
        super().__init__(learning_rate, **kwargs)  # the base class's own decay stays off
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.shrinking, self.decay_vectors = weight_decay, decay_vectors

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self._allocate(variables)

    def update_step(self, gradient, variable, learning_rate):
        rate = tf.cast(learning_rate, variable.dtype)
        spared = (not self.decay_vectors and len(variable.shape) < 2) or not self._use_weight_decay(variable)
        lost = tf.zeros_like(variable) if spared else float(self.shrinking) * variable
        variable.assign_sub(rate * (lost + _adam_direction(self, gradient, variable)))

    def get_config(self):
        return self._settings() | {"weight_decay": self.shrinking}


def contraction(curvatures, learning_rate, momentum=0.0):
    h = np.asarray(curvatures, dtype="float64")
    if h.size == 0 or np.any(h <= 0):
        raise ValueError("curvatures: at least one, all above 0")
    if learning_rate <= 0 or momentum < 0 or momentum >= 1:
        raise ValueError("the rate is above 0, the momentum at least 0 and below 1")
    step = np.zeros((h.size, 2, 2))
    step[:, 0, 0] = 1 + momentum - learning_rate * h
    step[:, 0, 1], step[:, 1, 0] = -momentum, 1
    return float(np.abs(np.linalg.eigvals(step)).max())


def tune_heavy_ball(curvatures):
    h = sorted(float(x) for x in curvatures)
    if not h or h[0] <= 0:
        raise ValueError("curvatures: at least one, all above 0")
    ratio = (h[-1] / h[0]) ** 0.5
    root = (ratio - 1) / (ratio + 1)
    return (1 + root) ** 2 / h[-1], root**2
