"""Checks of the topic `normalization`.

Expected values come from the formulas in NumPy float64, gradients from their closed form. Batches have
uneven sizes and scales, no two dimensions are the same, and epsilon, momentum, gamma and beta differ from
their defaults, so that nothing is right by accident.
"""

import numpy as np

from nnlearn.checking import check, expect

DTYPES = ("float16", "mixed_float16", "float64")
RESULT = {"float16": "float16", "mixed_float16": "float16", "float64": "float64"}
TOLERANCE = {
    "float16": {"rtol": 2e-3, "atol": 2e-3},
    "mixed_float16": {"rtol": 2e-3, "atol": 2e-3},
    "float64": {"rtol": 1e-9, "atol": 1e-9},
}
EPSILON = 1e-3  # the default
BATCH_WEIGHTS = ("gamma", "beta", "moving_mean", "moving_variance")


def uneven(rng, *shape):
    """Numbers whose last-axis features differ in mean and in scale; exact in float16."""
    features = np.arange(1, shape[-1] + 1)
    x = rng.normal(size=shape) * features - 2.0 * features + 3.0
    return x.astype("float16").astype("float32")


def weights_for(features):
    """Values for the weights, all different, none of them a default."""
    steps = np.arange(features, dtype="float64")
    return {
        "gamma": (1.5 - 0.75 * steps).astype("float32"),
        "beta": (0.25 * steps - 1.0).astype("float32"),
        "moving_mean": (2.0 - steps).astype("float32"),
        "moving_variance": (0.5 + 1.5 * steps).astype("float32"),
    }


def prepared(layer, x, names):
    """The layer, built for inputs like `x`, with values of ours in its weights; and the values."""
    layer.build((None, *x.shape[1:]))
    values = {name: weights_for(x.shape[-1])[name] for name in names}
    for name, value in values.items():
        getattr(layer, name).assign(value)
    return layer, {name: value.astype("float64") for name, value in values.items()}


def stored(layer, names=BATCH_WEIGHTS):
    """A copy of the layer's weights."""
    return {name: np.array(getattr(layer, name)) for name in names}


def statistics(x, axes):
    """Mean and biased variance in float64, ready to be subtracted from x."""
    x = np.asarray(x, "float64")
    return x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)


def standardized(x, mean, variance, epsilon=EPSILON):
    return (np.asarray(x, "float64") - mean) / np.sqrt(variance + epsilon)


def over_batch(x, gamma=1.0, beta=0.0, epsilon=EPSILON):
    """Batch normalization in training mode."""
    return gamma * standardized(x, *statistics(x, tuple(range(x.ndim - 1))), epsilon) + beta


def over_features(x, gamma=1.0, beta=0.0, epsilon=EPSILON):
    """Layer normalization over the last axis."""
    return gamma * standardized(x, *statistics(x, -1), epsilon) + beta


def from_stored(x, values, epsilon=EPSILON):
    """Batch normalization in inference mode."""
    normal = standardized(x, values["moving_mean"], values["moving_variance"], epsilon)
    return values["gamma"] * normal + values["beta"]


def input_gradient(x, upstream, gamma, axes, epsilon=EPSILON):
    """The gradient through a normalization whose statistics are those of `x` over `axes`."""
    mean, variance = statistics(x, axes)
    normal, push = standardized(x, mean, variance, epsilon), upstream.astype("float64") * gamma
    pull = push.mean(axis=axes, keepdims=True) + normal * (push * normal).mean(axis=axes, keepdims=True)
    return (push - pull) / np.sqrt(variance + epsilon)


def arrives(gradient, claim):
    """A gradient that is an array, or a failed check where none arrives."""
    lost = "no gradient arrives: TensorFlow lost track of the computation"
    expect.true(gradient is not None, claim, lost)
    return gradient


def unchanged(after, before, claim):
    """Two copies of the weights are equal."""
    for name, value in before.items():
        expect.same(after[name], value, f"{claim}, and {name} did")


def pair_of(gradients, claim):
    """The gradients of two weights."""
    expect.true(len(gradients) == 2, claim, f"there are {len(gradients)} trainable weights")
    return (arrives(gradient, claim) for gradient in gradients)


# BatchNormalization ----------------------------------------------------------------------------


@check("BatchNormalization")
def test_bn_makes_its_four_weights(learner, rng):
    """gamma, beta, moving_mean and moving_variance are there after the first call, one number per feature."""
    layer = learner.BatchNormalization()
    layer(uneven(rng, 4, 3), training=False)
    for name, start in zip(BATCH_WEIGHTS, (1.0, 0.0, 0.0, 1.0), strict=True):
        claim = f"{name} should start as {start:g} for every feature"
        expect.close(np.asarray(getattr(layer, name)), np.full(3, start), claim, rtol=0, atol=0)
    expect.same(len(layer.weights), 4, "the layer should have four weights")


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_trains_gamma_and_beta_only(learner, rng):
    """gamma and beta are trainable, the moving statistics are not."""
    layer = learner.BatchNormalization()
    layer(uneven(rng, 4, 3), training=False)
    for name, learned in zip(BATCH_WEIGHTS, (True, True, False, False), strict=True):
        word = "trainable" if learned else "not trainable"
        expect.same(getattr(layer, name).trainable, learned, f"{name} should be {word}")
    expect.same(len(layer.trainable_variables), 2, "two weights should be trainable")
    expect.same(len(layer.non_trainable_variables), 2, "two weights should not be trainable")


@check("BatchNormalization")
def test_bn_normalizes_each_feature_over_the_batch(learner, rng):
    """In training mode every feature gets mean 0 and spread 1 over the batch."""
    x = uneven(rng, 4, 3)
    y = learner.BatchNormalization()(x, training=True)
    expect.shape(y, (4, 3), "the output should have the shape of the input")
    expect.dtype(y, "float32", "the output should be float32")
    expect.finite(y, "the output should be finite")
    claim = "each feature should have mean 0 over the batch"
    expect.close(y.mean(axis=0), np.zeros(3), claim, but="feature {0} has mean {got}")
    claim = "each feature should be divided by the root of its biased variance + epsilon"
    expect.close(y, over_batch(x), claim)


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_scales_by_gamma_and_shifts_by_beta(learner, rng):
    """In training mode the normalized features are multiplied by gamma and shifted by beta."""
    x = uneven(rng, 5, 4)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    y = layer(x, training=True)
    want = over_batch(x, values["gamma"], values["beta"])
    expect.close(y, want, "the output should be gamma * normalized + beta", atol=2e-5)


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_updates_the_moving_statistics(learner, rng):
    """One training batch moves both moving statistics by momentum * old + (1 - momentum) * batch."""
    x = uneven(rng, 4, 3)
    layer = learner.BatchNormalization(momentum=0.8)
    layer(x, training=True)
    mean, variance = (value[0] for value in statistics(x, 0))
    got_mean, got_variance = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance)
    expect.close(got_mean, 0.2 * mean, "moving_mean should be 0.8 * 0 + 0.2 * the batch mean")
    claim = "moving_variance should be 0.8 * 1 + 0.2 * the biased batch variance"
    expect.close(got_variance, 0.8 + 0.2 * variance, claim)


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_inference_uses_the_stored_statistics(learner, rng):
    """In inference mode the stored mean and variance are used, not those of the batch."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    y = layer(x, training=False)
    expect.close(y, from_stored(x, values), "the output should use moving_mean and moving_variance")


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_inference_changes_nothing(learner, rng):
    """A call in inference mode leaves all four weights as they are."""
    x = uneven(rng, 5, 3)
    layer, _ = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    before = stored(layer)
    layer(x, training=False)
    unchanged(stored(layer), before, "inference should change no weight")


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_frozen_layer_runs_in_inference_mode(learner, rng):
    """With trainable = False the layer uses and keeps its stored statistics, even with training=True."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    layer.trainable = False
    before = stored(layer)
    y, after = layer(x, training=True), stored(layer)
    expect.close(y, from_stored(x, values), "a frozen layer should use its stored statistics")
    unchanged(after, before, "a frozen layer should change no weight")


@check("BatchNormalization")
def test_bn_config_holds_its_arguments(learner):
    """get_config holds momentum and epsilon."""
    config = learner.BatchNormalization(momentum=0.7, epsilon=0.02, name="norm").get_config()
    expect.true(isinstance(config, dict), "get_config should return a dictionary", f"it returns {config!r}")
    for key, value in {"momentum": 0.7, "epsilon": 0.02, "name": "norm"}.items():
        expect.true(key in config, f"get_config should hold {key}", "it is not there")
        expect.same(config[key], value, f"get_config should hold the layer's {key}")


@check("BatchNormalization", hidden=True, after=test_bn_makes_its_four_weights)
def test_bn_keeps_the_order_of_weights(learner, rng):
    """get_weights returns gamma, beta, moving_mean and moving_variance, in this order."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    got = layer.get_weights()
    expect.same(len(got), 4, "get_weights should return four arrays")
    for array, name in zip(got, BATCH_WEIGHTS, strict=True):
        expect.close(array, values[name], f"the weights should be in order, with {name} in its place")


@check("BatchNormalization", hidden=True, points=2, after=test_bn_updates_the_moving_statistics)
def test_bn_moving_statistics_over_uneven_batches(learner, rng):
    """The moving statistics are right after several training batches of different sizes."""
    batches = [uneven(rng, size, 3) + shift for size, shift in ((4, 0), (7, 5), (2, -3))]
    for options, momentum in (({}, 0.99), ({"momentum": 0.25}, 0.25), ({"momentum": 0.0}, 0.0)):
        layer, values = prepared(learner.BatchNormalization(**options), batches[0], BATCH_WEIGHTS)
        mean, variance = values["moving_mean"], values["moving_variance"]
        for x in batches:
            layer(x, training=True)
            batch_mean, batch_variance = (value[0] for value in statistics(x, 0))
            mean = momentum * mean + (1 - momentum) * batch_mean
            variance = momentum * variance + (1 - momentum) * batch_variance
        expect.close(np.asarray(layer.moving_mean), mean, "moving_mean should follow every batch")
        claim = "moving_variance should follow every batch"
        expect.close(np.asarray(layer.moving_variance), variance, claim)


@check("BatchNormalization", hidden=True, after=test_bn_makes_its_four_weights)
def test_bn_training_ignores_the_stored_statistics(learner, rng):
    """In training mode the output does not depend on the moving statistics."""
    x = uneven(rng, 4, 3)
    layer, values = prepared(learner.BatchNormalization(momentum=0.5), x, BATCH_WEIGHTS)
    want = over_batch(x, values["gamma"], values["beta"])
    for _ in range(3):
        y = layer(x, training=True)
        expect.close(y, want, "the output should use the statistics of the batch alone", atol=2e-5)


@check("BatchNormalization", hidden=True, after=test_bn_makes_its_four_weights)
def test_bn_training_left_out_means_inference(learner, rng):
    """Without the training argument, and with training=None, the layer runs in inference mode."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    before = stored(layer)
    for options in ({}, {"training": None}):
        y, after = layer(x, **options), stored(layer)
        expect.close(y, from_stored(x, values), "the stored statistics should be used")
        unchanged(after, before, "inference should change no weight")


@check("BatchNormalization", hidden=True, after=test_bn_updates_the_moving_statistics)
def test_bn_inference_after_training(learner, rng):
    """After training, inference uses what was stored, and the rest of the batch makes no difference."""
    x, other = uneven(rng, 6, 3), uneven(rng, 2, 3) + 50
    layer = learner.BatchNormalization(momentum=0.3)
    layer(x, training=True)
    mean, variance = (value[0] for value in statistics(x, 0))
    want = standardized(x, 0.7 * mean, 0.3 + 0.7 * variance)
    expect.close(layer(x, training=False), want, "inference should use the updated statistics")
    together = layer(np.concatenate([x[:2], other]), training=False)
    expect.close(together[:2], want[:2], "an example should not depend on the rest of its batch")
    expect.close(layer(x[:1], training=False), want[:1], "a batch of one should be right too")


@check("BatchNormalization", hidden=True, points=2, after=test_bn_normalizes_each_feature_over_the_batch)
def test_bn_pools_all_positions_of_an_image(learner, rng):
    """For a rank 4 input each channel has one mean and one variance, in the output and in the statistics."""
    x = uneven(rng, 2, 3, 4, 5)
    x += np.linspace(-2, 2, 3, dtype="float32")[:, None, None]  # rows of an image differ in mean
    layer, values = prepared(learner.BatchNormalization(momentum=0.6), x, BATCH_WEIGHTS)
    y = layer(x, training=True)
    expect.shape(y, x.shape, "the output should have the shape of the input")
    want = over_batch(x, values["gamma"], values["beta"])
    expect.close(y, want, "batch, height and width should share one mean and variance", atol=2e-5)
    mean, variance = (value.ravel() for value in statistics(x, (0, 1, 2)))
    want_mean = 0.6 * values["moving_mean"] + 0.4 * mean
    want_variance = 0.6 * values["moving_variance"] + 0.4 * variance
    expect.close(np.asarray(layer.moving_mean), want_mean, "moving_mean should be one per channel")
    claim = "moving_variance should be one per channel"
    expect.close(np.asarray(layer.moving_variance), want_variance, claim)


@check("BatchNormalization", hidden=True, after=test_bn_inference_uses_the_stored_statistics)
def test_bn_inference_on_images(learner, rng):
    """For a rank 4 input inference normalizes each channel by its stored statistics."""
    x = uneven(rng, 2, 3, 4, 5)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    y = layer(x, training=False)
    expect.close(y, from_stored(x, values), "each channel should have its own statistics")


@check("BatchNormalization", hidden=True, points=2, after=test_bn_normalizes_each_feature_over_the_batch)
def test_bn_epsilon(learner, rng):
    """epsilon is added to the variance under the root, in both modes and with its default."""
    x = uneven(rng, 6, 3) * np.array([0.01, 0.1, 1], "float32")
    claim = "a feature with a small variance should be right"
    expect.close(learner.BatchNormalization()(x, training=True), over_batch(x), claim)
    layer, values = prepared(learner.BatchNormalization(epsilon=0.7), x, BATCH_WEIGHTS)
    expect.close(
        layer(x, training=False), from_stored(x, values, 0.7), "inference should use the layer's epsilon"
    )
    want = over_batch(x, values["gamma"], values["beta"], 0.7)
    expect.close(layer(x, training=True), want, "training should use the layer's epsilon")


@check("BatchNormalization", hidden=True, points=2, after=test_bn_scales_by_gamma_and_shifts_by_beta)
def test_bn_constant_features_and_single_examples(learner, rng):
    """A feature that is constant over the batch, or a batch of one, gives beta and finite gradients."""
    constant = uneven(rng, 4, 3)
    constant[:, 1] = 5.0
    for x, columns in ((constant, [1]), (uneven(rng, 1, 3), [0, 1, 2])):
        layer, values = prepared(learner.BatchNormalization(momentum=0.5), x, BATCH_WEIGHTS)
        y = layer(x, training=True)
        expect.finite(y, "the output should be finite")
        want = over_batch(x, values["gamma"], values["beta"])
        expect.close(y, want, "the output should be right", atol=2e-5)
        claim = "where there is no spread, the output should be beta"
        expect.close(y[:, columns], want[:, columns], claim, atol=2e-5)
        gradient = learner.kit.gradient(layer, x, training=True)
        expect.finite(arrives(gradient, "gradients should arrive"), "gradients should be finite")
        expect.finite(np.asarray(layer.moving_variance), "the moving statistics should stay finite")


@check("BatchNormalization", hidden=True, points=3, after=test_bn_scales_by_gamma_and_shifts_by_beta)
def test_bn_gradient_flows_through_the_statistics(learner, rng):
    """In training mode the gradient with respect to the input goes through mean and variance as well."""
    for shape in ((5, 3), (2, 3, 4, 5)):
        x, upstream = uneven(rng, *shape), rng.normal(size=shape).astype("float32")
        layer, values = prepared(learner.BatchNormalization(epsilon=0.3), x, BATCH_WEIGHTS)
        claim = "the gradient should be that of the whole formula"
        got = arrives(learner.kit.gradient(layer, x, upstream=upstream, training=True), claim)
        pooled = tuple(range(len(shape) - 1))
        want = input_gradient(x, upstream, values["gamma"], pooled, 0.3)
        expect.finite(got, "the gradient should be finite")
        expect.close(got, want, claim)


@check("BatchNormalization", hidden=True, after=test_bn_inference_uses_the_stored_statistics)
def test_bn_gradient_in_inference(learner, rng):
    """In inference mode the gradient is the upstream gradient times one factor per feature."""
    x, upstream = uneven(rng, 5, 3), rng.normal(size=(5, 3)).astype("float32")
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    claim = "the gradient should be upstream * gamma / sqrt(moving_variance + epsilon)"
    got = arrives(learner.kit.gradient(layer, x, upstream=upstream, training=False), claim)
    want = upstream * values["gamma"] / np.sqrt(values["moving_variance"] + EPSILON)
    expect.close(got, want, claim)


@check("BatchNormalization", hidden=True, points=2, after=test_bn_scales_by_gamma_and_shifts_by_beta)
def test_bn_gradients_of_gamma_and_beta(learner, rng):
    """gamma and beta get the right gradients in training mode, for rank 2 and rank 4."""
    for shape in ((5, 3), (2, 3, 4, 5)):
        x, upstream = uneven(rng, *shape), rng.normal(size=shape).astype("float32")
        layer, _ = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
        claim = "gamma and beta should get gradients"
        got = pair_of(learner.kit.weight_gradients(layer, x, upstream=upstream, training=True), claim)
        pooled = tuple(range(len(shape) - 1))
        for_gamma, for_beta = got
        want = (upstream * over_batch(x)).sum(axis=pooled)
        expect.close(for_gamma, want, "the gradient of gamma should be right", atol=5e-5)
        want = upstream.astype("float64").sum(axis=pooled)
        expect.close(for_beta, want, "the gradient of beta should be right", atol=2e-5)


@check("BatchNormalization", hidden=True, after=test_bn_inference_uses_the_stored_statistics)
def test_bn_cancels_a_bias_before_it(learner, rng):
    """A constant added to a feature changes nothing in training mode, and does in inference mode."""
    x, bias = uneven(rng, 5, 3), np.array([3.0, -2.0, 0.5], "float32")
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    claim = "a constant in every example should be subtracted with the mean"
    want = over_batch(x, values["gamma"], values["beta"])
    expect.close(layer(x + bias, training=True), want, claim, atol=5e-5)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    claim = "the stored mean should not move with the batch"
    expect.close(layer(x + bias, training=False), from_stored(x + bias, values), claim)


@check("BatchNormalization", hidden=True, after=test_bn_frozen_layer_runs_in_inference_mode)
def test_bn_frozen_and_thawed(learner, rng):
    """Freezing takes effect on the next call, also through a model and at construction, and can be undone."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(momentum=0.5), x, BATCH_WEIGHTS)
    model = learner.keras.Sequential([layer])
    model.trainable = False
    claim = "a layer frozen with its model should use its stored statistics"
    expect.close(model(x, training=True), from_stored(x, values), claim)
    expect.same(len(model.trainable_variables), 0, "a frozen model should have nothing to train")
    model.trainable = True
    y = layer(x, training=True)
    want = over_batch(x, values["gamma"], values["beta"])
    expect.close(y, want, "a layer that was thawed should use the batch again", atol=2e-5)
    moved = 0.5 * values["moving_mean"] + 0.5 * x.mean(axis=0)
    expect.close(np.asarray(layer.moving_mean), moved, "and update its moving statistics again")
    layer = learner.BatchNormalization(trainable=False)
    y = layer(x, training=True)
    want = standardized(x, 0.0, 1.0)
    expect.close(y, want, "a layer made with trainable=False should be frozen from the start")


@check("BatchNormalization", hidden=True, after=test_bn_config_holds_its_arguments)
def test_bn_can_be_made_again_from_its_config(learner, rng):
    """A layer made from another's config has the same arguments and weights of its own."""
    x = uneven(rng, 5, 3)
    options = {"momentum": 0.7, "epsilon": 0.4, "name": "norm", "dtype": "float64"}
    config = learner.BatchNormalization(**options).get_config()
    twin = learner.BatchNormalization.from_config(config)
    expect.same(twin.name, "norm", "the name should survive")
    y = twin(x, training=True)
    expect.dtype(y, "float64", "the dtype should survive")
    expect.close(y, over_batch(x, epsilon=0.4), "epsilon should survive", rtol=1e-9, atol=1e-9)
    got = np.asarray(twin.moving_mean)
    expect.close(got, 0.3 * x.astype("float64").mean(axis=0), "momentum should survive", atol=1e-6)


@check("BatchNormalization", hidden=True, points=2, after=test_bn_config_holds_its_arguments)
def test_bn_survives_saving(learner, rng):
    """A model with the layer gives the same answers after it was saved and loaded."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(momentum=0.6, epsilon=0.2), x, BATCH_WEIGHTS)
    model = learner.keras.Sequential([learner.keras.Input((3,)), layer])
    again = learner.kit.reloaded(model)
    expect.close(again(x), from_stored(x, values, 0.2), "the answers should survive")
    for array, name in zip(again.get_weights(), BATCH_WEIGHTS, strict=False):
        expect.close(array, values[name], f"{name} should survive")
    again(x, training=True)
    want = 0.6 * values["moving_mean"] + 0.4 * x.mean(axis=0)
    expect.close(again.get_weights()[2], want, "the loaded layer should go on with the same momentum")


@check("BatchNormalization", hidden=True, points=2, after=test_bn_updates_the_moving_statistics)
def test_bn_inside_a_graph(learner, rng):
    """Inside a tf.function the layer computes, updates and remembers as it does outside."""
    x, second = uneven(rng, 4, 3), uneven(rng, 6, 3)
    layer, values = prepared(learner.BatchNormalization(momentum=0.5), x, BATCH_WEIGHTS)
    graph = learner.kit.compiled(layer)
    for batch in (x, second, second):
        y = graph(batch, training=True)
        want = over_batch(batch, values["gamma"], values["beta"])
        expect.close(y, want, "the output should be right in a graph", atol=2e-5)
    mean = values["moving_mean"] / 8 + x.mean(axis=0) / 8 + second.mean(axis=0) * 0.75
    expect.close(np.asarray(layer.moving_mean), mean, "each call of the graph should update moving_mean")
    variance = values["moving_variance"] / 8 + x.var(axis=0) / 8 + second.var(axis=0) * 0.75
    claim = "each call of the graph should update moving_variance"
    expect.close(np.asarray(layer.moving_variance), variance, claim)
    now = {**values, "moving_mean": mean, "moving_variance": variance}
    y = graph(x, training=False)
    expect.close(y, from_stored(x, now), "inference should be right in a graph", atol=5e-5)


@check("BatchNormalization", hidden=True, points=2, after=test_bn_inside_a_graph)
def test_bn_inside_fit(learner, rng):
    """model.fit trains gamma and beta and moves the moving statistics with every batch."""
    x = uneven(rng, 6, 3)
    layer = learner.BatchNormalization(momentum=0.75)
    model = learner.keras.Sequential([layer])
    model.compile(optimizer="sgd", loss="mean_squared_error", run_eagerly=True)
    model.fit(x, rng.normal(size=(6, 3)).astype("float32"), batch_size=6, epochs=2, verbose=0)
    mean, variance = (value[0] for value in statistics(x, 0))
    left = 0.75**2
    want = (1 - left) * mean
    expect.close(np.asarray(layer.moving_mean), want, "moving_mean should follow the batches of fit")
    want = left + (1 - left) * variance
    claim = "moving_variance should follow the batches of fit"
    expect.close(np.asarray(layer.moving_variance), want, claim)
    expect.different(np.asarray(layer.gamma), np.ones(3), "gamma should have been trained")
    expect.different(np.asarray(layer.beta), np.zeros(3), "beta should have been trained")


@check("BatchNormalization", hidden=True, after=test_bn_makes_its_four_weights)
def test_bn_knows_its_output_shape(learner, rng):
    """The layer can be put into a model before there is data, for any size of batch."""
    for shape in ((3,), (3, 4, 5)):
        inputs = learner.keras.Input(shape)
        layer = learner.BatchNormalization()
        outputs = layer(inputs)
        expect.same(outputs.shape, (None, *shape), "the shape should be known, but for the batch")
        expect.same(outputs.dtype, "float32", "the dtype should be known")
        model = learner.keras.Model(inputs, outputs)
        for size in (2, 7):
            x = uneven(rng, size, *shape)
            expect.close(model(x, training=True), over_batch(x), "any size of batch should be right")


@check("BatchNormalization", hidden=True, after=test_bn_updates_the_moving_statistics)
def test_bn_layers_share_nothing(learner, rng):
    """Two layers have weights and statistics of their own, and take different numbers of features."""
    x, other = uneven(rng, 4, 3), uneven(rng, 5, 3) + 9
    first, second = learner.BatchNormalization(momentum=0.5), learner.BatchNormalization(momentum=0.2)
    first(x, training=True)
    second(other, training=True)
    expect.close(np.asarray(first.moving_mean), 0.5 * x.mean(axis=0), "the first should keep its own")
    want = 0.8 * other.mean(axis=0)
    expect.close(np.asarray(second.moving_mean), want, "the second should keep its own")
    first.gamma.assign(np.array([7.0, 8.0, 9.0], "float32"))
    expect.close(np.asarray(second.gamma), np.ones(3), "gamma of the second should stay")
    wide = uneven(rng, 4, 6)
    y = learner.BatchNormalization()(wide, training=True)
    expect.close(y, over_batch(wide), "a third should take another number of features")


@check("BatchNormalization", hidden=True, points=2, after=test_bn_scales_by_gamma_and_shifts_by_beta)
def test_bn_dtype_policies(learner, rng):
    """Output and weights have the dtypes of the policy, with values as good as those can hold."""
    for policy in DTYPES:
        x = uneven(rng, 5, 3).astype(RESULT[policy])
        layer, values = prepared(learner.BatchNormalization(dtype=policy), x, BATCH_WEIGHTS)
        variable = "float32" if policy == "mixed_float16" else policy
        for name in BATCH_WEIGHTS:
            claim = f"{name} should be {variable} under the policy {policy}"
            expect.dtype(np.asarray(getattr(layer, name)), variable, claim)
        y = layer(x, training=False)
        expect.dtype(y, RESULT[policy], f"the policy {policy} should give {RESULT[policy]} in inference")
        claim = f"inference should be right under the policy {policy}"
        expect.close(y, from_stored(x, values), claim, **TOLERANCE[policy])
        y = layer(x, training=True)
        expect.dtype(y, RESULT[policy], f"the policy {policy} should give {RESULT[policy]} in training")
        want = over_batch(x, values["gamma"], values["beta"])
        expect.close(y, want, f"training should be right under the policy {policy}", **TOLERANCE[policy])
        moved = 0.99 * values["moving_variance"] + 0.01 * x.astype("float64").var(axis=0)
        claim = f"moving_variance should be right under the policy {policy}"
        expect.close(np.asarray(layer.moving_variance), moved, claim, **TOLERANCE[policy])


@check("BatchNormalization", hidden=True, points=2, after=test_bn_dtype_policies)
def test_bn_statistics_beyond_float16(learner, rng):
    """Statistics and weights larger or finer than float16 can hold are no problem for float16 inputs."""
    x = np.round(uneven(rng, 6, 3) * 150).astype("float16")  # variances around 1e5
    layer, values = prepared(
        learner.BatchNormalization(momentum=0.7, dtype="mixed_float16"), x, BATCH_WEIGHTS
    )
    wide = x.astype("float64")
    y = layer(x, training=True)
    want = over_batch(wide, values["gamma"], values["beta"])
    expect.finite(y, "the output should be finite")
    expect.close(y, want, "the statistics should be computed in float32", **TOLERANCE["float16"])
    mean = 0.7 * values["moving_mean"] + 0.3 * wide.mean(axis=0)
    variance = 0.7 * values["moving_variance"] + 0.3 * wide.var(axis=0)
    expect.close(np.asarray(layer.moving_mean), mean, "moving_mean should not pass through float16")
    claim = "moving_variance should not pass through float16"
    expect.close(np.asarray(layer.moving_variance), variance, claim)
    layer(x, training=True)
    mean, variance = 0.7 * mean + 0.3 * wide.mean(axis=0), 0.7 * variance + 0.3 * wide.var(axis=0)
    expect.close(np.asarray(layer.moving_mean), mean, "the second update should be as precise")
    expect.close(np.asarray(layer.moving_variance), variance, "the second update should be as precise")
    large = {
        "gamma": np.full(3, 1e5),
        "beta": np.full(3, -9e4),
        "moving_mean": wide.mean(axis=0) - 1e5,
        "moving_variance": np.full(3, 1e10),
    }
    for name, value in large.items():
        getattr(layer, name).assign(value.astype("float32"))
    y = layer(x, training=False)
    want = from_stored(wide, {name: value.astype("float32") for name, value in large.items()})
    expect.finite(y, "weights that float16 cannot hold should do no harm")
    claim = "everything but the output should be computed in float32"
    expect.close(y, want, claim, **TOLERANCE["float16"])


@check("BatchNormalization", hidden=True, after=test_bn_normalizes_each_feature_over_the_batch)
def test_bn_takes_integers_and_float64_arrays(learner, rng):
    """Integer and float64 arrays are computed in the layer's dtype."""
    whole = rng.integers(-9, 9, size=(5, 3))
    for x in (whole, whole.astype("int32"), uneven(rng, 5, 3).astype("float64")):
        layer = learner.BatchNormalization()
        y = layer(x, training=True)
        expect.dtype(y, "float32", "the output should have the layer's compute dtype")
        expect.close(y, over_batch(x), "the values should be right")
        expect.dtype(layer(x, training=False), "float32", "inference should too")
        expect.close(np.asarray(layer.moving_mean), 0.01 * x.mean(axis=0), "the statistics should be right")


# LayerNormalization ----------------------------------------------------------------------------

LAYER_WEIGHTS = ("gamma", "beta")


@check("LayerNormalization")
def test_ln_makes_its_two_weights(learner, rng):
    """gamma and beta are there after the first call, trainable, one number per feature."""
    layer = learner.LayerNormalization()
    layer(uneven(rng, 2, 5, 3))
    for name, start in zip(LAYER_WEIGHTS, (1.0, 0.0), strict=True):
        claim = f"{name} should start as {start:g} for every feature"
        expect.close(np.asarray(getattr(layer, name)), np.full(3, start), claim, rtol=0, atol=0)
        expect.same(getattr(layer, name).trainable, True, f"{name} should be trainable")
    expect.same(len(layer.weights), 2, "the layer should have two weights")
    expect.same(len(layer.trainable_variables), 2, "both weights should be trainable")


@check("LayerNormalization")
def test_ln_normalizes_each_example(learner, rng):
    """Every row gets mean 0 and spread 1 over its features."""
    x = uneven(rng, 4, 3)
    y = learner.LayerNormalization()(x)
    expect.shape(y, (4, 3), "the output should have the shape of the input")
    expect.dtype(y, "float32", "the output should be float32")
    expect.finite(y, "the output should be finite")
    claim = "each row should have mean 0"
    expect.close(y.mean(axis=-1), np.zeros(4), claim, but="row {0} has mean {got}")
    claim = "each row should be divided by the root of its biased variance + epsilon"
    expect.close(y, over_features(x), claim)


@check("LayerNormalization", after=test_ln_makes_its_two_weights)
def test_ln_scales_by_gamma_and_shifts_by_beta(learner, rng):
    """The normalized features are multiplied by gamma and shifted by beta, feature by feature."""
    x = uneven(rng, 5, 4)
    layer, values = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
    want = over_features(x, values["gamma"], values["beta"])
    expect.close(layer(x), want, "the output should be gamma * normalized + beta")


@check("LayerNormalization", after=test_ln_makes_its_two_weights)
def test_ln_is_the_same_in_both_modes(learner, rng):
    """Training and inference give the same output, and neither changes a weight."""
    x = uneven(rng, 5, 4)
    layer, values = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
    want = over_features(x, values["gamma"], values["beta"])
    before = stored(layer, LAYER_WEIGHTS)
    expect.close(layer(x, training=True), want, "the output should be right with training=True")
    expect.close(layer(x, training=False), want, "the output should be right with training=False")
    unchanged(stored(layer, LAYER_WEIGHTS), before, "a call should change no weight")


@check("LayerNormalization")
def test_ln_config_holds_epsilon(learner):
    """get_config holds epsilon."""
    config = learner.LayerNormalization(epsilon=0.02, name="norm").get_config()
    expect.true(isinstance(config, dict), "get_config should return a dictionary", f"it returns {config!r}")
    for key, value in {"epsilon": 0.02, "name": "norm"}.items():
        expect.true(key in config, f"get_config should hold {key}", "it is not there")
        expect.same(config[key], value, f"get_config should hold the layer's {key}")


@check("LayerNormalization", hidden=True, points=2, after=test_ln_normalizes_each_example)
def test_ln_pools_the_last_axis_alone(learner, rng):
    """For ranks 3 and 4 each vector along the last axis has a mean and a variance of its own."""
    for shape in ((2, 4, 3), (2, 3, 4, 5), (3, 3), (4, 4, 4)):
        x = uneven(rng, *shape)
        layer, values = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
        y = layer(x)
        expect.shape(y, shape, "the output should have the shape of the input")
        want = over_features(x, values["gamma"], values["beta"])
        expect.close(y, want, "only the last axis should be pooled", atol=2e-5)


@check("LayerNormalization", hidden=True, after=test_ln_normalizes_each_example)
def test_ln_examples_are_independent(learner, rng):
    """An example gives the same output whatever else is in the batch, alone included."""
    x, layer = uneven(rng, 4, 5), learner.LayerNormalization()
    want = over_features(x)
    expect.close(layer(x[:1]), want[:1], "a batch of one should be right")
    crowd = np.concatenate([x[:2], 100 + 30 * uneven(rng, 5, 5)])
    expect.close(layer(crowd)[:2], want[:2], "other examples should make no difference")


@check("LayerNormalization", hidden=True, points=2, after=test_ln_normalizes_each_example)
def test_ln_epsilon(learner, rng):
    """epsilon is added to the variance under the root, and its default is 0.001."""
    x = uneven(rng, 3, 4) * np.array([[0.01], [0.03], [1]], "float32")
    expect.close(learner.LayerNormalization()(x), over_features(x), "the default epsilon should be right")
    y = learner.LayerNormalization(epsilon=0.7)(x)
    expect.close(y, over_features(x, epsilon=0.7), "the layer's epsilon should be used")


@check("LayerNormalization", hidden=True, after=test_ln_scales_by_gamma_and_shifts_by_beta)
def test_ln_constant_rows(learner, rng):
    """A row of equal numbers gives beta, and finite gradients."""
    x = uneven(rng, 4, 3)
    x[2] = 6.0
    layer, values = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
    y = layer(x)
    expect.finite(y, "the output should be finite")
    expect.close(y, over_features(x, values["gamma"], values["beta"]), "the output should be right")
    gradient = arrives(learner.kit.gradient(layer, x), "gradients should arrive")
    expect.finite(gradient, "gradients should be finite")


@check("LayerNormalization", hidden=True, points=3, after=test_ln_scales_by_gamma_and_shifts_by_beta)
def test_ln_gradient_flows_through_the_statistics(learner, rng):
    """The gradient with respect to the input goes through mean and variance as well."""
    for shape in ((5, 3), (2, 3, 5)):
        x, upstream = uneven(rng, *shape), rng.normal(size=shape).astype("float32")
        layer, values = prepared(learner.LayerNormalization(epsilon=0.3), x, LAYER_WEIGHTS)
        claim = "the gradient should be that of the whole formula"
        got = arrives(learner.kit.gradient(layer, x, upstream=upstream), claim)
        expect.finite(got, "the gradient should be finite")
        expect.close(got, input_gradient(x, upstream, values["gamma"], -1, 0.3), claim)


@check("LayerNormalization", hidden=True, points=2, after=test_ln_scales_by_gamma_and_shifts_by_beta)
def test_ln_gradients_of_gamma_and_beta(learner, rng):
    """gamma and beta get the right gradients, summed over everything but the features."""
    for shape in ((5, 3), (2, 3, 4, 5)):
        x, upstream = uneven(rng, *shape), rng.normal(size=shape).astype("float32")
        layer, _ = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
        claim = "gamma and beta should get gradients"
        for_gamma, for_beta = pair_of(learner.kit.weight_gradients(layer, x, upstream=upstream), claim)
        axes = tuple(range(len(shape) - 1))
        want = (upstream * over_features(x)).sum(axis=axes)
        expect.close(for_gamma, want, "the gradient of gamma should be right", atol=5e-5)
        want = upstream.astype("float64").sum(axis=axes)
        expect.close(for_beta, want, "the gradient of beta should be right", atol=2e-5)


@check("LayerNormalization", hidden=True, after=test_ln_config_holds_epsilon)
def test_ln_can_be_made_again_from_its_config(learner, rng):
    """A layer made from another's config has the same arguments."""
    x = uneven(rng, 5, 3)
    options = {"epsilon": 0.4, "name": "norm", "dtype": "float64"}
    twin = learner.LayerNormalization.from_config(learner.LayerNormalization(**options).get_config())
    expect.same(twin.name, "norm", "the name should survive")
    y = twin(x)
    expect.dtype(y, "float64", "the dtype should survive")
    expect.close(y, over_features(x, epsilon=0.4), "epsilon should survive", rtol=1e-9, atol=1e-9)


@check("LayerNormalization", hidden=True, points=2, after=test_ln_config_holds_epsilon)
def test_ln_survives_saving(learner, rng):
    """A model with the layer gives the same answers after it was saved and loaded."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.LayerNormalization(epsilon=0.2), x, LAYER_WEIGHTS)
    model = learner.keras.Sequential([learner.keras.Input((3,)), layer])
    again = learner.kit.reloaded(model)
    want = over_features(x, values["gamma"], values["beta"], 0.2)
    expect.close(again(x), want, "the answers should survive")
    for array, name in zip(again.get_weights(), LAYER_WEIGHTS, strict=False):
        expect.close(array, values[name], f"{name} should survive, in the order gamma, beta")


@check("LayerNormalization", hidden=True, after=test_ln_scales_by_gamma_and_shifts_by_beta)
def test_ln_inside_a_graph(learner, rng):
    """Inside a tf.function, and for lengths not known beforehand, the layer computes as it does outside."""
    x, longer = uneven(rng, 2, 4, 3), uneven(rng, 5, 7, 3)
    layer, values = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
    graph = learner.kit.compiled(layer)
    inputs = learner.keras.Input((None, 3))
    outputs = layer(inputs)
    expect.same(outputs.shape, (None, None, 3), "the shape should be known as far as it can be")
    expect.same(outputs.dtype, "float32", "the dtype should be known")
    model = learner.keras.Model(inputs, outputs)
    for batch in (x, longer):
        want = over_features(batch, values["gamma"], values["beta"])
        expect.close(graph(batch), want, "the output should be right in a graph")
        expect.close(model(batch), want, "the output should be right for every length")


@check("LayerNormalization", hidden=True, after=test_ln_inside_a_graph)
def test_ln_inside_fit(learner, rng):
    """model.fit trains gamma and beta."""
    x = uneven(rng, 6, 3)
    layer = learner.LayerNormalization()
    model = learner.keras.Sequential([layer])
    model.compile(optimizer="sgd", loss="mean_squared_error", run_eagerly=True)
    model.fit(x, rng.normal(size=(6, 3)).astype("float32"), batch_size=6, epochs=2, verbose=0)
    expect.different(np.asarray(layer.gamma), np.ones(3), "gamma should have been trained")
    expect.different(np.asarray(layer.beta), np.zeros(3), "beta should have been trained")
    values = {name: np.asarray(getattr(layer, name)).astype("float64") for name in LAYER_WEIGHTS}
    want = over_features(x, values["gamma"], values["beta"])
    expect.close(layer(x), want, "the layer should use what it has learned")


@check("LayerNormalization", hidden=True, after=test_ln_makes_its_two_weights)
def test_ln_layers_share_nothing(learner, rng):
    """Two layers have weights of their own, and take different numbers of features."""
    x, wide = uneven(rng, 4, 3), uneven(rng, 4, 6)
    first, second = learner.LayerNormalization(), learner.LayerNormalization()
    first(x)
    second(x)
    first.gamma.assign(np.array([7.0, 8.0, 9.0], "float32"))
    expect.close(np.asarray(second.gamma), np.ones(3), "gamma of the second should stay")
    expect.close(second(x), over_features(x), "the second should keep its own weights")
    third = learner.LayerNormalization()
    expect.close(third(wide), over_features(wide), "a third should take another number of features")


@check("LayerNormalization", hidden=True, points=2, after=test_ln_scales_by_gamma_and_shifts_by_beta)
def test_ln_dtype_policies(learner, rng):
    """Output and weights have the dtypes of the policy, with values as good as those can hold."""
    for policy in DTYPES:
        x = uneven(rng, 5, 4).astype(RESULT[policy])
        layer, values = prepared(learner.LayerNormalization(dtype=policy), x, LAYER_WEIGHTS)
        variable = "float32" if policy == "mixed_float16" else policy
        for name in LAYER_WEIGHTS:
            claim = f"{name} should be {variable} under the policy {policy}"
            expect.dtype(np.asarray(getattr(layer, name)), variable, claim)
        y = layer(x)
        expect.dtype(y, RESULT[policy], f"the policy {policy} should give {RESULT[policy]}")
        want = over_features(x, values["gamma"], values["beta"])
        expect.close(y, want, f"the values should be right under the policy {policy}", **TOLERANCE[policy])


@check("LayerNormalization", hidden=True, points=2, after=test_ln_dtype_policies)
def test_ln_statistics_beyond_float16(learner, rng):
    """Rows whose variance float16 cannot hold, and weights it cannot hold, are no problem."""
    x = np.round(uneven(rng, 6, 4) * 150).astype("float16")  # variances around 1e5
    layer, values = prepared(learner.LayerNormalization(dtype="mixed_float16"), x, LAYER_WEIGHTS)
    y = layer(x)
    expect.finite(y, "the output should be finite")
    want = over_features(x.astype("float64"), values["gamma"], values["beta"])
    expect.close(y, want, "the statistics should be computed in float32", **TOLERANCE["float16"])
    x = np.array([[1.0, 2.0, 3.0, 10.0]], "float16")
    layer.gamma.assign(np.full(4, 1e5, "float32"))
    layer.beta.assign(np.array([9e4, 7e4, 4e4, -1.5e5], "float32"))
    y = layer(x)
    want = over_features(x.astype("float64"), 1e5, np.array([9e4, 7e4, 4e4, -1.5e5]))
    expect.finite(y, "weights that float16 cannot hold should do no harm")
    claim = "everything but the output should be computed in float32"
    expect.close(y, want, claim, **TOLERANCE["float16"])


@check("LayerNormalization", hidden=True, after=test_ln_normalizes_each_example)
def test_ln_takes_integers_and_float64_arrays(learner, rng):
    """Integer and float64 arrays are computed in the layer's dtype."""
    whole = rng.integers(-9, 9, size=(5, 4))
    for x in (whole, whole.astype("int32"), uneven(rng, 5, 4).astype("float64")):
        y = learner.LayerNormalization()(x)
        expect.dtype(y, "float32", "the output should have the layer's compute dtype")
        expect.close(y, over_features(x), "the values should be right")


# fold_batch_norm -------------------------------------------------------------------------------


def constants(rng, outputs, dtype="float32"):
    """gamma, beta, mean and variance of a normalization, uneven, some gammas negative."""
    gamma = rng.normal(size=outputs) + np.where(np.arange(outputs) % 2, -1.5, 1.5)
    values = gamma, rng.normal(size=outputs), 2 * rng.normal(size=outputs), rng.uniform(0.2, 3, outputs)
    return tuple(value.astype(dtype) for value in values)


def folded(kernel, bias, gamma, beta, mean, variance, epsilon):
    """What folding should give, in float64."""
    gamma, beta, mean, variance = (np.asarray(v, "float64") for v in (gamma, beta, mean, variance))
    scale = gamma / np.sqrt(variance + epsilon)
    old = 0.0 if bias is None else np.asarray(bias, "float64")
    return np.asarray(kernel, "float64") * scale, beta + (old - mean) * scale


def a_pair(result, kernel_shape):
    """Two arrays of the right shapes."""
    pair = isinstance(result, (tuple, list)) and len(result) == 2
    expect.true(pair, "the result should be a pair (kernel, bias)", f"it is a {type(result).__name__}")
    kernel, bias = result
    expect.shape(kernel, kernel_shape, "the new kernel should have the shape of the old one")
    expect.true(bias is not None, "there should be a bias, also where there was none", "it is None")
    expect.shape(bias, kernel_shape[-1:], "the new bias should have one number per output")
    return kernel, bias


@check("fold_batch_norm")
def test_fold_dense(learner, rng):
    """A folded dense layer computes what the layer and the normalization compute one after the other."""
    kernel = rng.normal(size=(4, 3)).astype("float32")
    bias = rng.normal(size=3).astype("float32")
    gamma, beta, mean, variance = constants(rng, 3)
    result = learner.fold_batch_norm(kernel, bias, gamma, beta, mean, variance, 0.01)
    new_kernel, new_bias = a_pair(result, (4, 3))
    x = rng.normal(size=(6, 4))
    want = gamma * (x @ kernel + bias - mean) / np.sqrt(variance + 0.01) + beta
    claim = "x @ kernel + bias with the new ones should equal the normalized output of the old ones"
    expect.close(x @ new_kernel + new_bias, want, claim)


@check("fold_batch_norm")
def test_fold_without_a_bias(learner, rng):
    """A layer without a bias gets one."""
    kernel = rng.normal(size=(2, 3)).astype("float32")
    values = constants(rng, 3)
    new_kernel, new_bias = a_pair(learner.fold_batch_norm(kernel, None, *values, 0.01), (2, 3))
    want_kernel, want_bias = folded(kernel, None, *values, 0.01)
    expect.close(new_kernel, want_kernel, "the new kernel should be right")
    expect.close(new_bias, want_bias, "the new bias should be beta - mean * gamma / sqrt(variance + epsilon)")


@check("fold_batch_norm", after=test_fold_dense)
def test_fold_convolution(learner, rng):
    """A folded convolution has each of its output channels scaled."""
    kernel = rng.normal(size=(2, 3, 4, 5)).astype("float32")
    bias, values = rng.normal(size=5).astype("float32"), constants(rng, 5)
    new_kernel, new_bias = a_pair(learner.fold_batch_norm(kernel, bias, *values, 0.01), kernel.shape)
    want_kernel, want_bias = folded(kernel, bias, *values, 0.01)
    expect.close(new_kernel, want_kernel, "each output channel of the kernel should be scaled")
    expect.close(new_bias, want_bias, "the new bias should be right")


@check("fold_batch_norm", hidden=True, points=2, after=test_fold_dense)
def test_fold_square_kernels(learner, rng):
    """The outputs are scaled also where the kernel has as many inputs as outputs, for every rank."""
    for shape in ((4, 4), (3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2, 2)):
        kernel = rng.normal(size=shape).astype("float32")
        bias, values = rng.normal(size=shape[-1]).astype("float32"), constants(rng, shape[-1])
        new_kernel, new_bias = a_pair(learner.fold_batch_norm(kernel, bias, *values, 0.02), shape)
        want_kernel, want_bias = folded(kernel, bias, *values, 0.02)
        expect.close(new_kernel, want_kernel, "the last axis of the kernel should be scaled")
        expect.close(new_bias, want_bias, "the new bias should be right")


@check("fold_batch_norm", hidden=True, points=2, after=test_fold_dense)
def test_fold_epsilon(learner, rng):
    """epsilon is added to the variance under the root: it matters where variances are small."""
    kernel, bias = rng.normal(size=(4, 3)).astype("float32"), rng.normal(size=3).astype("float32")
    gamma, beta, mean, _ = constants(rng, 3)
    variance = np.array([0.0, 0.002, 1.5], "float32")
    for epsilon in (1e-3, 0.5):
        values = (gamma, beta, mean, variance, epsilon)
        new_kernel, new_bias = a_pair(learner.fold_batch_norm(kernel, bias, *values), (4, 3))
        want_kernel, want_bias = folded(kernel, bias, *values)
        expect.finite(new_kernel, "the new kernel should be finite")
        expect.close(new_kernel, want_kernel, "the new kernel should be right for small variances")
        expect.close(new_bias, want_bias, "the new bias should be right for small variances")


@check("fold_batch_norm", hidden=True, points=2, after=test_fold_dense)
def test_fold_agrees_with_keras_layers(learner, rng):
    """Keras' own Dense and Conv2D, folded with their normalization, give the same outputs without it."""
    layers = learner.keras.layers
    cases = (
        (lambda **options: layers.Dense(3, **options), (5, 4)),
        (lambda **options: layers.Conv2D(3, (2, 3), **options), (2, 5, 6, 4)),
    )
    for make, shape in cases:
        for use_bias in (True, False):
            x = rng.normal(size=shape).astype("float32")
            layer, plain = make(use_bias=use_bias), make()
            norm = layers.BatchNormalization(momentum=0.5)
            if use_bias:
                layer(x)
                layer.bias.assign(np.array([1.0, -2.0, 3.0], "float32"))
            norm(layer(x), training=True)
            norm.gamma.assign(np.array([1.5, -0.5, 2.0], "float32"))
            norm.beta.assign(np.array([0.3, 0.1, -0.7], "float32"))
            want = norm(layer(x), training=False)
            kernel, *bias = layer.get_weights()
            kernel, bias = learner.fold_batch_norm(
                kernel, bias[0] if use_bias else None, *norm.get_weights(), norm.epsilon
            )
            plain(x)
            plain.kernel.assign(kernel)
            plain.bias.assign(bias)
            expect.close(plain(x), want, "one layer should do the work of two", atol=2e-5)


@check("fold_batch_norm", hidden=True, points=2, after=test_fold_dense)
def test_fold_dtypes(learner, rng):
    """float16 and float64 are kept, for kernel and bias, with values as good as the dtype holds."""
    for dtype in ("float16", "float32", "float64"):
        kernel = rng.normal(size=(4, 3)).astype(dtype)
        bias = (5 + rng.normal(size=3)).astype(dtype)
        values = constants(rng, 3, dtype)
        for old in (bias, None):
            new_kernel, new_bias = a_pair(learner.fold_batch_norm(kernel, old, *values, 0.01), (4, 3))
            expect.dtype(new_kernel, dtype, f"the kernel of a {dtype} layer should stay {dtype}")
            expect.dtype(new_bias, dtype, f"the bias of a {dtype} layer should be {dtype}")
            want_kernel, want_bias = folded(kernel, old, *values, 0.01)
            tolerance = {
                "float16": {"rtol": 1e-2, "atol": 5e-2},
                "float32": {},
                "float64": {"rtol": 1e-7, "atol": 1e-7},  # epsilon may have been rounded to float32
            }[dtype]
            expect.close(new_kernel, want_kernel, f"the kernel should be right in {dtype}", **tolerance)
            expect.close(new_bias, want_bias, f"the bias should be right in {dtype}", **tolerance)


@check("fold_batch_norm", hidden=True, after=test_fold_dense)
def test_fold_takes_lists_and_integers(learner):
    """Nested lists are fine, and integers count as float32."""
    arguments = [[1, 2], [3, 4], [5, 6]], [1, -2], [2, 3], [0, 1], [1, 5], [4, 8]
    for bias in (arguments[1], None):
        given = (arguments[0], bias, *arguments[2:], 0.25)
        kernel, new_bias = a_pair(learner.fold_batch_norm(*given), (3, 2))
        expect.dtype(kernel, "float32", "integers should count as float32")
        expect.dtype(new_bias, "float32", "integers should count as float32")
        want_kernel, want_bias = folded(*given)
        expect.close(kernel, want_kernel, "the new kernel should be right")
        expect.close(new_bias, want_bias, "the new bias should be right")
    decimals = [[1.5, 2.5]], [0.5, -0.5], [2.0, 3.0], [0.0, 1.0], [1.0, 5.0], [4.0, 8.0]
    kernel, new_bias = a_pair(learner.fold_batch_norm(*decimals, 0.25), (1, 2))
    want_kernel, want_bias = folded(*decimals, 0.25)
    expect.close(kernel, want_kernel, "lists of floats should be right")
    expect.close(new_bias, want_bias, "lists of floats should be right")


# predictions -----------------------------------------------------------------------------------


def one_of(learner, key, *allowed):
    """The prediction is filled in with one of the allowed answers."""
    given = learner.prediction(key)
    shown = " or ".join(f'"{word}"' for word in allowed)
    expect.true(given in allowed, f'PREDICTIONS["{key}"] should be one of {shown}', f"it is {given!r}")


@check("predictions", points=0.25)
def test_bias_plus_five_is_filled_in(learner):
    """The prediction about a bias before batch normalization is one of the allowed answers."""
    one_of(learner, "bias_plus_five", "grows by 5", "grows by 5 * gamma", "stays the same")


@check("predictions", points=0.25)
def test_biases_to_leave_out_is_filled_in(learner):
    """The prediction about biases to leave out is an integer."""
    given = learner.prediction("biases_to_leave_out")
    whole = isinstance(given, int) and not isinstance(given, bool)
    claim = 'PREDICTIONS["biases_to_leave_out"] should be an integer'
    expect.true(whole, claim, f"it is {given!r}")


@check("predictions", points=0.25)
def test_batch_of_one_is_filled_in(learner):
    """The prediction about a batch of one is one of the allowed answers."""
    one_of(learner, "batch_of_one", "0", "beta", "gamma", "nan")


@check("predictions", points=0.25)
def test_frozen_layer_is_filled_in(learner):
    """The prediction about a frozen layer is one of the allowed answers."""
    one_of(learner, "frozen_layer", "of the batch", "stored")


@check("predictions", hidden=True, after=test_bias_plus_five_is_filled_in)
def test_bias_plus_five(learner):
    """The prediction about a bias before batch normalization is right."""
    expect.prediction(learner, "bias_plus_five", "stays the same")


@check("predictions", hidden=True, after=test_biases_to_leave_out_is_filled_in)
def test_biases_to_leave_out(learner):
    """The prediction about biases to leave out is right."""
    expect.prediction(learner, "biases_to_leave_out", 96)


@check("predictions", hidden=True, after=test_batch_of_one_is_filled_in)
def test_batch_of_one(learner):
    """The prediction about a batch of one is right."""
    expect.prediction(learner, "batch_of_one", "beta")


@check("predictions", hidden=True, after=test_frozen_layer_is_filled_in)
def test_frozen_layer(learner):
    """The prediction about a frozen layer is right."""
    expect.prediction(learner, "frozen_layer", "stored")
