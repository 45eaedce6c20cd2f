"""Keras' own objects as a learner may have written them, beside broken ones; and a normalization to check."""

import numpy as np

from nnlearn.checking import oracles

CODE = """
import keras
from keras import ops

Norm = keras.layers.BatchNormalization
Mean = keras.metrics.MeanSquaredError
Descent = keras.optimizers.SGD
Adam = keras.optimizers.Adam
Decay = keras.optimizers.schedules.ExponentialDecay
Penalty = keras.regularizers.L2
Limit = keras.constraints.MaxNorm


class ForgetfulNorm(Norm):
    def get_config(self):
        config = super().get_config()
        del config["epsilon"]
        return config


class NormOfAnotherName(Norm):
    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "name": "another"})


class UnsavedNorm(Norm):
    def save_own_variables(self, store):
        pass

    def load_own_variables(self, store):
        pass


class HalfNorm(Norm):
    def call(self, x, training=None):
        y = super().call(x, training=training)
        return (y + ops.stop_gradient(y)) / 2


class Float32Norm(Norm):
    def call(self, x, training=None):
        return ops.cast(super().call(x, training=training), "float32")


class NarrowNorm(Norm):
    def compute_output_spec(self, x, **kwargs):
        return keras.KerasTensor((x.shape[0], 1), "float32")


class NoConfig(Norm):
    def get_config(self):
        return None


class Sum(keras.metrics.Metric):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.total = self.add_variable((), "zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(ops.sum(y_pred))

    def result(self):
        return self.factor * self.total

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class ForgetfulSum(Sum):
    def get_config(self):
        return keras.metrics.Metric.get_config(self)


class SumInAttributes(Sum):
    def update_state(self, y_true, y_pred, sample_weight=None):
        self.calls = getattr(self, "calls", 0) + 1
        self.total.assign(float(self.calls))


class ForgetfulDescent(Descent):
    def get_config(self):
        config = super().get_config()
        del config["momentum"]
        return config


class VelocityInAttributes(Descent):
    def update_step(self, gradient, variable, learning_rate):
        self.velocity = 0.5 * getattr(self, "velocity", 0.0) - learning_rate * gradient
        self.assign_add(variable, self.velocity)


class StepsInAttributes(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.1, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.steps = 0

    def update_step(self, gradient, variable, learning_rate):
        self.steps += 1
        self.assign_sub(variable, learning_rate * self.steps * gradient)


class ForgetfulDecay(Decay):
    def get_config(self):
        return {**super().get_config(), "decay_rate": 1.0}


class PythonDecay(Decay):
    def __call__(self, step):
        return 0.5 if ops.convert_to_numpy(step) > 3 else 1.0


class ForgetfulPenalty(Penalty):
    def get_config(self):
        return {}


class PythonPenalty(Penalty):
    def __call__(self, x):
        return float(ops.convert_to_numpy(ops.sum(x)))


class ForgetfulLimit(Limit):
    def get_config(self):
        return {"axis": self.axis}
"""
X = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, 1.5], [-1.0, 4.0, 2.5], [0.0, 1.0, -4.0]], "float32")
VALUES = {
    "gamma": np.array([1.5, -0.5, 2.0], "float32"),
    "beta": np.array([0.5, 1.0, -1.0], "float32"),
    "moving_mean": np.array([1.0, 2.0, -1.0], "float32"),
    "moving_variance": np.array([2.0, 0.5, 3.0], "float32"),
}
WEIGHTS = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")


def set_up(layer):
    """The normalization with values of ours in its weights."""
    layer.build((None, 3))
    for name, value in VALUES.items():
        getattr(layer, name).assign(value)
    return layer


def from_stored(x, epsilon=1e-3):
    normal = oracles.standardized(x, VALUES["moving_mean"], VALUES["moving_variance"], epsilon)
    return VALUES["gamma"] * normal + VALUES["beta"]


def from_batch(x, epsilon=1e-3):
    return VALUES["gamma"] * oracles.standardized(x, *oracles.moments(x, 0), epsilon) + VALUES["beta"]


def fresh(x, epsilon=1e-3):
    """What a new normalization does at inference."""
    return oracles.standardized(x, 0.0, 1.0, epsilon)
