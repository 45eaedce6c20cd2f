"""What Keras configures and saves is as it was: Keras' own objects keep these laws, broken ones do not."""

import numpy as np
import pytest
from checking.objects import CODE, VALUES, WEIGHTS, X, fresh, from_batch, from_stored, set_up
from checking.written import broken, learner_of

from nnlearn.checking import laws


@pytest.fixture
def learner():
    return learner_of(CODE)


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
