"""The laws of what Keras configures, saves and traces: Keras' own objects keep them, broken ones do not."""

import numpy as np
import pytest
from checking.written import learner_of

from nnlearn.checking import CheckFailed, laws, oracles
from nnlearn.learner.errors import LearnerRaised

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


@pytest.fixture
def learner():
    return learner_of(CODE)


def broken(law, *args, **kwargs):
    """What a law says that does not hold."""
    with pytest.raises(CheckFailed) as caught:
        law(*args, **kwargs)
    failure = caught.value.failure
    return f"{failure.claim}, but {failure.detail}"


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


# configuration ---------------------------------------------------------------------------------


def test_a_config_holds_its_settings(learner):
    made = learner.Norm(epsilon=0.2, momentum=0.7)
    assert laws.config_holds(made, epsilon=0.2, momentum=0.7)["axis"] == -1
    said = broken(laws.config_holds, learner.ForgetfulNorm(epsilon=0.2), epsilon=0.2)
    assert said == "get_config should hold epsilon, but it is not there"
    said = broken(laws.config_holds, made, epsilon=0.3)
    assert said == "get_config should hold epsilon=0.3, but it is 0.2"
    said = broken(laws.config_holds, learner.NoConfig())
    assert said == "get_config should return a dictionary, but it returns None"


def norm_from_config(learner, kind):
    made = kind(epsilon=0.2, name="mine")
    return laws.survives_config(kind, made, does=lambda y: y(X), expected=fresh(X, 0.2), name="mine")


def metric_from_config(learner, kind):
    def does(copy):
        copy.update_state(WEIGHTS, WEIGHTS)
        return copy.result()

    return laws.survives_config(kind, kind(factor=3.0, name="mine"), does=does, expected=7.5, name="mine")


def optimizer_from_config(learner, kind):
    def does(copy):
        variable = learner.keras.Variable(WEIGHTS)
        for _ in range(2):
            copy.apply([np.ones((2, 2), "float32")], [variable])
        return np.asarray(variable)

    # The velocity is -0.1 after one step and -0.1 * (1 + 0.5) after two.
    return laws.survives_config(kind, kind(0.1, momentum=0.5), does=does, expected=WEIGHTS - 0.25)


def schedule_from_config(learner, kind):
    return laws.survives_config(kind, kind(0.8, 10, 0.25), does=lambda copy: copy(5), expected=0.4)


def regularizer_from_config(learner, kind):
    return laws.survives_config(kind, kind(0.1), does=lambda copy: copy(WEIGHTS), expected=1.425)


def constraint_from_config(learner, kind):
    limited = WEIGHTS / np.sqrt((WEIGHTS**2).sum(axis=0))
    return laws.survives_config(kind, kind(1.0), does=lambda copy: copy(WEIGHTS), expected=limited)


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (norm_from_config, "Norm", "ForgetfulNorm"),
        (metric_from_config, "Sum", "ForgetfulSum"),
        (optimizer_from_config, "Descent", "ForgetfulDescent"),
        (schedule_from_config, "Decay", "ForgetfulDecay"),
        (regularizer_from_config, "Penalty", "ForgetfulPenalty"),
        (constraint_from_config, "Limit", "ForgetfulLimit"),
    ],
)
def test_every_kind_survives_its_config_or_not(learner, check, right, wrong):
    check(learner, getattr(learner, right))
    said = broken(check, learner, getattr(learner, wrong))
    assert said.startswith("what is made again from its config should do the same, but")


def test_a_name_survives_its_config_or_not(learner):
    made = learner.NormOfAnotherName(name="mine")
    said = broken(laws.survives_config, learner.NormOfAnotherName, made, name="mine")
    assert said == "name should survive get_config and from_config, but it is another"
    half = learner.Norm(dtype="mixed_float16")
    assert laws.survives_config(learner.Norm, half, compute_dtype="float16").variable_dtype == "float32"


# saving and loading ----------------------------------------------------------------------------


def model_of(learner, *layers):
    return learner.keras.Sequential([learner.keras.Input((3,)), *layers])


def saved_layer(learner, kind):
    model = model_of(learner, set_up(kind(epsilon=0.2)))
    return laws.survives_saving(learner, model, does=lambda m: m(X), expected=from_stored(X, 0.2))


def saved_metric(learner, kind):
    model = model_of(learner)
    model.compile("sgd", "mse", metrics=[kind(factor=3.0, name="mine")])
    model.evaluate(X, X, verbose=0)

    def does(loaded):
        return loaded.evaluate(X, X, verbose=0, return_dict=True)["mine"]

    return laws.survives_saving(learner, model, kind, does=does, expected=3 * X.sum())


def saved_optimizer(learner, kind, momentum=0.5):
    """The second step is right only where the velocity of the first was saved."""
    model = model_of(learner, learner.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros"))
    model.compile(kind(0.1, momentum=momentum), "mse", run_eagerly=True)
    y = np.zeros((4, 1), "float32") + 1
    kernel, velocity = np.zeros((3, 1)), np.zeros((3, 1))
    for _ in range(2):
        velocity = momentum * velocity - 0.1 * 2 * X.T.astype(float) @ (X @ kernel - y) / 4
        kernel = kernel + velocity

    def train(m):
        m.train_on_batch(X, y)
        return m.get_weights()[0]

    train(model)
    return laws.survives_saving(learner, model, kind, does=train, expected=kernel)


def saved_regularizer(learner, kind):
    dense = learner.keras.layers.Dense(2, kernel_initializer="ones", kernel_regularizer=kind(0.1))
    model = model_of(learner, dense)
    return laws.survives_saving(learner, model, kind, does=lambda m: m.losses[0], expected=0.6)


def saved_schedule(learner, kind):
    model = model_of(learner, learner.keras.layers.Dense(1))
    model.compile(learner.keras.optimizers.SGD(kind(0.8, 10, 0.25)), "mse", jit_compile=False)
    for _ in range(5):
        model.train_on_batch(X, X[:, :1])

    def does(loaded):
        return np.asarray(loaded.optimizer.learning_rate)

    return laws.survives_saving(learner, model, kind, does=does, expected=0.4)


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (saved_layer, "Norm", "ForgetfulNorm"),
        (saved_layer, "Norm", "UnsavedNorm"),
        (saved_metric, "Sum", "ForgetfulSum"),
        (saved_optimizer, "Descent", "VelocityInAttributes"),
        (saved_regularizer, "Penalty", "ForgetfulPenalty"),
        (saved_schedule, "Decay", "ForgetfulDecay"),
    ],
)
def test_every_kind_survives_saving_or_not(learner, check, right, wrong):
    check(learner, getattr(learner, right))
    said = broken(check, learner, getattr(learner, wrong))
    assert said.startswith("a model should do the same after it was saved and loaded, but")


def test_the_loaded_model_can_be_used_further(learner):
    loaded = saved_layer(learner, learner.Norm)
    np.testing.assert_allclose(loaded(X, training=True), from_batch(X, 0.2), rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(loaded.get_weights()[0], VALUES["gamma"])


# shapes, policies, gradients of weights --------------------------------------------------------


def test_a_layer_says_what_shape_it_will_return(learner):
    inputs, outputs = laws.infers_shape(learner, learner.Norm(), (4, None, 3), training=True)
    assert learner.keras.Model(inputs, outputs)(np.zeros((2, 4, 5, 3), "float32")).shape == (2, 4, 5, 3)
    laws.infers_shape(learner, learner.keras.layers.Dense(7, dtype="float64"), (3,), (7,), dtype="float64")
    said = broken(laws.infers_shape, learner, learner.NarrowNorm(), (3,))
    assert said.startswith(
        "an input of shape (batch, 3) should give an output of shape (batch, 3), but it is"
    )
    said = broken(laws.infers_shape, learner, learner.Norm(dtype="float16"), (3,))
    assert said == "a symbolic result should be float32, but it is float16"


def under_policies(learner, kind):
    return laws.follows_policy(
        lambda policy: set_up(kind(dtype=policy)),
        X,
        (from_stored, {"training": False}),
        (from_batch, {"training": True}),
        weights=tuple(VALUES),
        policies=("mixed_float16", "float64"),
    )


def test_a_layer_follows_its_policy_or_not(learner):
    layers = under_policies(learner, learner.Norm)
    assert list(layers) == ["mixed_float16", "float64"]
    moved = 0.99 * VALUES["moving_mean"] + 0.01 * X.mean(axis=0)
    np.testing.assert_allclose(np.asarray(layers["float64"].moving_mean), moved, rtol=1e-6)
    said = broken(under_policies, learner, learner.Float32Norm)
    assert said == "the policy mixed_float16 should give float16, with training=False, but it is float32"

    def ignores_its_policy(policy):
        return set_up(learner.Norm(dtype="float16"))

    said = broken(laws.follows_policy, ignores_its_policy, X, (from_stored, {}), weights=["gamma"])
    assert said == "gamma should be float32 under the policy mixed_float16, but it is float16"


def test_weights_get_their_gradients_or_not(learner):
    upstream = np.arange(12, dtype="float32").reshape(4, 3)
    normal = oracles.standardized(X, *oracles.moments(X, 0))
    want = {"gamma": (upstream * normal).sum(axis=0), "beta": upstream.sum(axis=0)}

    def law(kind, expected):
        layer = set_up(kind())
        laws.weight_gradients_are(learner, layer, expected, X, upstream=upstream, training=True)

    law(learner.Norm, want)
    said = broken(law, learner.HalfNorm, want)
    assert said.startswith("the gradient of gamma should be right, but element [0]")
    said = broken(law, learner.Norm, {"gamma": want["gamma"]})
    assert said == "there should be a gradient for each of gamma, but it has 2"


# inside a graph --------------------------------------------------------------------------------


def test_functions_schedules_and_regularizers_are_the_same_when_traced(learner):
    laws.same_when_traced(learner, learner.Decay(0.8, 10, 0.25), ((np.array(5),), 0.4))
    laws.same_when_traced(learner, learner.Penalty(0.1), ((WEIGHTS,), 1.425), ((2 * WEIGHTS,), 5.7))
    said = broken(laws.same_when_traced, learner, learner.Penalty(0.1), ((WEIGHTS,), 1.0))
    assert said.startswith("the result should be the same inside a tf.function, but it is 1.425")
    with pytest.raises(LearnerRaised):
        laws.same_when_traced(learner, learner.PythonPenalty(0.1), ((WEIGHTS,), 2.5))
    with pytest.raises(LearnerRaised):
        laws.same_when_traced(learner, learner.PythonDecay(0.8, 10, 0.25), ((np.array(5),), 0.5))


def test_layers_are_the_same_when_traced(learner):
    layer = set_up(learner.Norm(momentum=0.5))
    moved = 0.25 * VALUES["moving_mean"] + 0.75 * X.mean(axis=0)
    laws.same_when_traced(
        learner,
        layer,
        ((X,), from_batch(X)),
        ((X,), from_batch(X)),
        state=[(lambda: np.asarray(layer.moving_mean), moved)],
        training=True,
    )


def traced_metric(learner, kind):
    metric = kind()
    batches = [((X, X), None), ((X, 2 * X), None), ((X, X[:1]), None)]
    wanted = 3 * X.sum() + X[0].sum()
    laws.same_when_traced(learner, metric.update_state, *batches, state=[(metric.result, wanted)])


def traced_optimizer(learner, optimizer, wanted):
    """Three steps with a gradient of ones."""
    variable = learner.keras.Variable(WEIGHTS)
    optimizer.build([variable])
    step = (([np.ones((2, 2), "float32")],), None)
    state = [(lambda: np.asarray(variable), wanted)]
    laws.same_when_traced(learner, optimizer.apply, step, step, step, state=state)


def test_metrics_are_the_same_when_traced_or_not(learner):
    traced_metric(learner, learner.Sum)
    said = broken(traced_metric, learner, learner.SumInAttributes)
    assert said.startswith("the result should be the same inside a tf.function, but it is")


def test_optimizers_are_the_same_when_traced_or_not(learner):
    traced_optimizer(learner, learner.Adam(0.1), WEIGHTS - 0.3)  # its steps are as long as the rate
    # What is counted in an attribute is counted once, while the step is traced, not 1, 2, 3.
    said = broken(traced_optimizer, learner, learner.StepsInAttributes(0.1), WEIGHTS - 0.6)
    assert said.startswith("the result should be the same inside a tf.function, but element [0, 0] is 0.7")


def test_one_traced_call_takes_one_request(learner):
    session, call = learner._session, learner.Penalty(0.1)
    before = len(session.exchanges)
    laws.same_when_traced(learner, call, ((WEIGHTS,), 1.425))
    assert len(session.exchanges) == before + 1
