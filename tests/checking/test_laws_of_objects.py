"""The laws of what Keras builds and traces: Keras' own objects keep them, broken ones do not."""

import numpy as np
import pytest
from checking.objects import CODE, VALUES, WEIGHTS, X, from_batch, from_stored, set_up
from checking.written import broken, learner_of

from nnlearn.checking import laws, oracles
from nnlearn.learner.errors import LearnerRaised


@pytest.fixture
def learner():
    return learner_of(CODE)


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
    before = len(session.record.exchanges)
    laws.same_when_traced(learner, call, ((WEIGHTS,), 1.425))
    assert len(session.record.exchanges) == before + 1
