"""Checks of the topic `normalization`.

Expected values come from the formulas in NumPy float64, gradients from their closed form. Batches have
uneven sizes and scales, no two dimensions are the same, and epsilon, momentum, gamma and beta differ from
their defaults, so that nothing is right by accident.
"""

import numpy as np

from nnlearn.checking import check, expect, laws, oracles

EPSILON = 1e-3  # the default
BATCH_WEIGHTS = ("gamma", "beta", "moving_mean", "moving_variance")
# Tighter than anywhere else: what was computed in float16, or in float32 under float64, has to show.
BY_DTYPE = {"float16": {"rtol": 2e-3, "atol": 2e-3}, "float64": {"rtol": 1e-9, "atol": 1e-9}}
UNMIXED = ("float16", "float64")  # what goes beyond float16 is checked under "mixed_float16"
ROUNDED = {"atol": 2e-5}  # the gamma and beta of `weights_for` enlarge what float32 rounds
SUMMED = {"atol": 5e-5}  # and so do sums over a batch


def uneven(rng, *shape):
    """Numbers whose last-axis features differ in mean and in scale; exact in float16."""
    features = np.arange(1, shape[-1] + 1)
    x = rng.normal(size=shape) * features - 2.0 * features + 3.0
    return x.astype("float16").astype("float32")


def far_from_zero(rng, *shape):
    """Features around 4096 whose spread is about 1: float32 holds them exactly, and not their squares."""
    return (4096 + np.round(64 * rng.normal(size=shape)) / 64).astype("float32")


def is_right_far_from_zero(learner, y, want):
    """The output is right; by how much it is not depends on the order in which somebody has added."""
    near = {"rtol": 0, "atol": 2e-3}  # a mean of 4096 is rounded too
    y = np.asarray(y)
    is_right = y.shape == want.shape and np.allclose(y, want, **near)
    learner.observed({"shape": list(y.shape), "dtype": y.dtype.name, "right": is_right})
    expect.right_and_finite(y, want, "features far from zero should be right", **near)


def whole_numbers(rng, *shape):
    """Integers of two dtypes, one of which cannot hold what is below 0."""
    return rng.integers(-9, 9, size=shape), rng.integers(0, 255, size=shape).astype("uint8")


def with_upstream(rng, shape):
    """An input, and what arrives from above."""
    return uneven(rng, *shape), rng.normal(size=shape).astype("float32")


def weights_for(features):
    """Values for the weights, all different, none of them a default; exact in float16."""
    steps = np.arange(features, dtype="float64")
    return {
        "gamma": 1.5 - 0.75 * steps,
        "beta": 0.25 * steps - 1.0,
        "moving_mean": 2.0 - steps,
        "moving_variance": 0.5 + 1.5 * steps,
    }


def prepared(layer, x, names):
    """The layer, built for inputs like `x`, with values of ours in its weights; and the values."""
    layer.build((None, *x.shape[1:]))
    values = {name: weights_for(x.shape[-1])[name] for name in names}
    set_weights(layer, values)
    return layer, values


def set_weights(layer, values):
    """Put values into the layer's weights."""
    for name, value in values.items():
        getattr(layer, name).assign(value.astype("float32"))


def stored(layer, names=BATCH_WEIGHTS):
    """A copy of the layer's weights."""
    return {name: np.array(getattr(layer, name)) for name in names}


def statistics_are(layer, mean, variance, claim="{} should be right", **tolerance):
    """Both moving statistics are these."""
    for name, want in (("moving_mean", mean), ("moving_variance", variance)):
        expect.close(np.asarray(getattr(layer, name)), want, claim.format(name), **tolerance)


def of_batch(x):
    """Mean and biased variance of each feature, in float64."""
    mean, variance = oracles.moments(x, tuple(range(x.ndim - 1)))
    return mean.ravel(), variance.ravel()


def blended(momentum, old, x):
    """The moving statistics `old`, a pair, after one more batch."""
    return tuple(
        momentum * before + (1 - momentum) * now for before, now in zip(old, of_batch(x), strict=True)
    )


def over_batch(x, gamma=1.0, beta=0.0, epsilon=EPSILON):
    """Batch normalization in training mode."""
    return gamma * oracles.standardized(x, *of_batch(x), epsilon) + beta


def over_features(x, gamma=1.0, beta=0.0, epsilon=EPSILON):
    """Layer normalization over the last axis."""
    return gamma * oracles.standardized(x, *oracles.moments(x, -1), epsilon) + beta


def from_stored(x, values, epsilon=EPSILON):
    """Batch normalization in inference mode."""
    normal = oracles.standardized(x, values["moving_mean"], values["moving_variance"], epsilon)
    return values["gamma"] * normal + values["beta"]


def input_gradient(x, upstream, gamma, axes, epsilon=EPSILON):
    """The gradient through a normalization whose statistics are those of `x` over `axes`."""
    mean, variance = oracles.moments(x, axes)
    normal, push = oracles.standardized(x, mean, variance, epsilon), upstream.astype("float64") * gamma
    pull = push.mean(axis=axes, keepdims=True) + normal * (push * normal).mean(axis=axes, keepdims=True)
    return (push - pull) / np.sqrt(variance + epsilon)


def gradients_of_weights(normalized, upstream):
    """The gradients of gamma and beta, where `normalized` is what they scale and shift."""
    pooled = tuple(range(upstream.ndim - 1))
    upstream = upstream.astype("float64")
    return {"gamma": (upstream * normalized).sum(axis=pooled), "beta": upstream.sum(axis=pooled)}


def starts_as(layer, starts):
    """The weights are there, one number per feature, and no others."""
    for name, start in starts.items():
        claim = f"{name} should start as {start:g} for every feature"
        expect.close(np.asarray(getattr(layer, name)), np.full(3, start), claim, rtol=0, atol=0)
    weights = layer.weights
    with expect.about(weights):
        expect.same(len(weights), len(starts), f"the layer should have {len(starts)} weights")


def trained_in_a_model(learner, layer, x, y):
    """The layer, after two steps like those of `fit`, in which gamma and beta have moved."""
    model = learner.keras.Sequential([layer])
    model.compile(optimizer="sgd", loss="mean_squared_error", run_eagerly=True)
    for _ in range(2):
        model.train_on_batch(x, y)  # a step of `fit`, without what that prepares and reports
    for name, start in (("gamma", np.ones(3)), ("beta", np.zeros(3))):
        expect.different(np.asarray(getattr(layer, name)), start, f"{name} should have been trained")


# BatchNormalization ----------------------------------------------------------------------------


@check("BatchNormalization")
def test_bn_makes_its_four_weights(learner, rng):
    """gamma, beta, moving_mean and moving_variance are there after the first call, one number per feature."""
    layer = learner.BatchNormalization()
    layer(uneven(rng, 4, 3), training=False)
    starts_as(layer, dict(zip(BATCH_WEIGHTS, (1.0, 0.0, 0.0, 1.0), strict=True)))


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
    with expect.about(y):
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
    expect.close(y, want, "the output should be gamma * normalized + beta", **ROUNDED)


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_updates_the_moving_statistics(learner, rng):
    """One training batch moves both moving statistics by momentum * old + (1 - momentum) * batch."""
    x = uneven(rng, 4, 3)
    layer = learner.BatchNormalization(momentum=0.8)
    layer(x, training=True)
    mean, variance = blended(0.8, (0, 1), x)
    got_mean, got_variance = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance)
    expect.close(got_mean, mean, "moving_mean should be 0.8 * 0 + 0.2 * the batch mean")
    claim = "moving_variance should be 0.8 * 1 + 0.2 * the biased batch variance"
    expect.close(got_variance, variance, claim)


@check("BatchNormalization", after=test_bn_updates_the_moving_statistics)
def test_bn_updates_its_weights(learner, rng):
    """What a training batch changes are the layer's weights: get_weights has it, and saving keeps it."""
    x = uneven(rng, 4, 3)
    layer, values = prepared(learner.BatchNormalization(momentum=0.8), x, BATCH_WEIGHTS)
    layer(x, training=True)
    weights = expect.items(layer.get_weights(), 4, "there should be four weights")
    wanted = blended(0.8, (values["moving_mean"], values["moving_variance"]), x)
    for name, got, want in zip(BATCH_WEIGHTS[2:], weights[2:], wanted, strict=True):
        expect.close(got, want, f"{name} in get_weights should have moved")


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
    expect.unchanged(stored(layer), before, "inference should change no weight")


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_frozen_layer_runs_in_inference_mode(learner, rng):
    """With trainable = False the layer uses and keeps its stored statistics, even with training=True."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    layer.trainable = False
    before = stored(layer)
    y, after = layer(x, training=True), stored(layer)
    expect.close(y, from_stored(x, values), "a frozen layer should use its stored statistics")
    expect.unchanged(after, before, "a frozen layer should change no weight")


@check("BatchNormalization", after=test_bn_normalizes_each_feature_over_the_batch)
def test_bn_features_far_from_zero(learner, rng):
    """Features around 4096 with a spread of 1 are right, too."""
    x = far_from_zero(rng, 6, 3)
    is_right_far_from_zero(learner, learner.BatchNormalization()(x, training=True), over_batch(x))


@check("BatchNormalization")
def test_bn_config_holds_its_arguments(learner):
    """get_config holds momentum and epsilon."""
    settings = {"momentum": 0.7, "epsilon": 0.02, "name": "norm"}
    laws.config_holds(learner.BatchNormalization(**settings), **settings)


@check("BatchNormalization", hidden=True, after=test_bn_makes_its_four_weights)
def test_bn_keeps_the_order_of_weights(learner, rng):
    """get_weights returns gamma, beta, moving_mean and moving_variance, in this order."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    claim = "get_weights should return gamma, beta, moving_mean and moving_variance, in this order"
    expect.all_close(layer.get_weights(), list(values.values()), claim)


@check("BatchNormalization", hidden=True, after=test_bn_updates_the_moving_statistics)
def test_bn_moving_statistics_over_uneven_batches(learner, rng):
    """The moving statistics are right after several training batches of different sizes."""
    batches = [uneven(rng, size, 3) + shift for size, shift in ((4, 0), (7, 5), (2, -3))]
    for options, momentum in (({}, 0.99), ({"momentum": 0.25}, 0.25), ({"momentum": 0.0}, 0.0)):
        layer, values = prepared(learner.BatchNormalization(**options), batches[0], BATCH_WEIGHTS)
        wanted = values["moving_mean"], values["moving_variance"]
        for x in batches:
            layer(x, training=True)
            wanted = blended(momentum, wanted, x)
        statistics_are(layer, *wanted, "{} should follow every batch")


@check("BatchNormalization", hidden=True, after=test_bn_makes_its_four_weights)
def test_bn_training_ignores_the_stored_statistics(learner, rng):
    """In training mode the output does not depend on the moving statistics."""
    x = uneven(rng, 4, 3)
    layer, values = prepared(learner.BatchNormalization(momentum=0.5), x, BATCH_WEIGHTS)
    want = over_batch(x, values["gamma"], values["beta"])
    for _ in range(3):
        y = layer(x, training=True)
        expect.close(y, want, "the output should use the statistics of the batch alone", **ROUNDED)


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_training_left_out_means_inference(learner, rng):
    """Without the training argument, and with training=None, the layer runs in inference mode."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    before = stored(layer)
    for options in ({}, {"training": None}):
        y, after = layer(x, **options), stored(layer)
        expect.close(y, from_stored(x, values), "the stored statistics should be used")
        expect.unchanged(after, before, "inference should change no weight")


@check("BatchNormalization", hidden=True, after=test_bn_updates_the_moving_statistics)
def test_bn_inference_after_training(learner, rng):
    """After training, inference uses what was stored, and the rest of the batch makes no difference."""
    x, other = uneven(rng, 6, 3), uneven(rng, 2, 3) + 50
    layer = learner.BatchNormalization(momentum=0.3)
    layer(x, training=True)
    want = oracles.standardized(x, *blended(0.3, (0, 1), x))
    expect.close(layer(x, training=False), want, "inference should use the updated statistics")
    together = layer(np.concatenate([x[:2], other]), training=False)
    expect.close(together[:2], want[:2], "an example should not depend on the rest of its batch")
    expect.close(layer(x[:1], training=False), want[:1], "a batch of one should be right too")


@check("BatchNormalization", points=2, after=test_bn_normalizes_each_feature_over_the_batch)
def test_bn_pools_all_positions_of_an_image(learner, rng):
    """For a rank 4 input each channel has one mean and one variance, in the output and in the statistics."""
    x = uneven(rng, 2, 3, 4, 5)
    x += np.linspace(-2, 2, 3, dtype="float32")[:, None, None]  # rows of an image differ in mean
    layer, values = prepared(learner.BatchNormalization(momentum=0.6), x, BATCH_WEIGHTS)
    y = layer(x, training=True)
    expect.shape(y, x.shape, "the output should have the shape of the input")
    want = over_batch(x, values["gamma"], values["beta"])
    expect.close(y, want, "batch, height and width should share one mean and variance", **ROUNDED)
    wanted = blended(0.6, (values["moving_mean"], values["moving_variance"]), x)
    statistics_are(layer, *wanted, "{} should be one per channel")


@check("BatchNormalization", hidden=True, after=test_bn_inference_uses_the_stored_statistics)
def test_bn_inference_on_images(learner, rng):
    """For a rank 4 input inference normalizes each channel by its stored statistics."""
    x = uneven(rng, 2, 3, 4, 5)
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    y = layer(x, training=False)
    expect.close(y, from_stored(x, values), "each channel should have its own statistics")


@check("BatchNormalization", hidden=True, after=test_bn_normalizes_each_feature_over_the_batch)
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
        want = over_batch(x, values["gamma"], values["beta"])
        expect.right_and_finite(y, want, "the output should be right", **ROUNDED)
        claim = "where there is no spread, the output should be beta"
        expect.close(y[:, columns], want[:, columns], claim, **ROUNDED)
        gradient = learner.kit.gradient(layer, x, training=True)
        expect.finite(expect.arrives(gradient, "gradients should arrive"), "gradients should be finite")
        expect.finite(np.asarray(layer.moving_variance), "the moving statistics should stay finite")


@check("BatchNormalization", points=3, after=test_bn_scales_by_gamma_and_shifts_by_beta)
def test_bn_gradient_flows_through_the_statistics(learner, rng):
    """In training mode the gradient with respect to the input goes through mean and variance as well."""
    x, upstream = with_upstream(rng, (2, 3, 4, 5))
    layer, values = prepared(learner.BatchNormalization(epsilon=0.3), x, BATCH_WEIGHTS)
    want = input_gradient(x, upstream, values["gamma"], (0, 1, 2), 0.3)
    claim = "the gradient should be that of the whole formula"
    laws.gradient_is(learner, layer, want, x, claim=claim, upstream=upstream, training=True)


@check("BatchNormalization", hidden=True, after=test_bn_inference_uses_the_stored_statistics)
def test_bn_gradient_in_inference(learner, rng):
    """In inference mode the gradient is the upstream gradient times one factor per feature."""
    x, upstream = with_upstream(rng, (5, 3))
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    want = upstream * values["gamma"] / np.sqrt(values["moving_variance"] + EPSILON)
    claim = "the gradient should be upstream * gamma / sqrt(moving_variance + epsilon)"
    laws.gradient_is(learner, layer, want, x, claim=claim, upstream=upstream, training=False)


@check("BatchNormalization", hidden=True, points=2, after=test_bn_scales_by_gamma_and_shifts_by_beta)
def test_bn_gradients_of_gamma_and_beta(learner, rng):
    """gamma and beta get the right gradients in training mode, for rank 2 and rank 4."""
    for shape in ((5, 3), (2, 3, 4, 5)):
        x, upstream = with_upstream(rng, shape)
        layer, _ = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
        want = gradients_of_weights(over_batch(x), upstream)
        laws.weight_gradients_are(learner, layer, want, x, upstream=upstream, tolerance=SUMMED, training=True)


@check("BatchNormalization", hidden=True, after=test_bn_inference_uses_the_stored_statistics)
def test_bn_cancels_a_bias_before_it(learner, rng):
    """A constant added to a feature changes nothing in training mode, and does in inference mode."""
    x, bias = uneven(rng, 5, 3), np.array([3.0, -2.0, 0.5], "float32")
    layer, values = prepared(learner.BatchNormalization(), x, BATCH_WEIGHTS)
    claim = "a constant in every example should be subtracted with the mean"
    want = over_batch(x, values["gamma"], values["beta"])
    expect.close(layer(x + bias, training=True), want, claim, **SUMMED)
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
    expect.close(y, want, "a layer that was thawed should use the batch again", **ROUNDED)
    moved = 0.5 * values["moving_mean"] + 0.5 * x.mean(axis=0)
    expect.close(np.asarray(layer.moving_mean), moved, "and update its moving statistics again")
    layer = learner.BatchNormalization(trainable=False)
    y = layer(x, training=True)
    want = oracles.standardized(x, 0.0, 1.0)
    expect.close(y, want, "a layer made with trainable=False should be frozen from the start")


@check("BatchNormalization", hidden=True, after=test_bn_config_holds_its_arguments)
def test_bn_can_be_made_again_from_its_config(learner, rng):
    """A layer made from another's config has the same arguments and weights of its own."""
    x = uneven(rng, 5, 3)
    made = learner.BatchNormalization(momentum=0.7, epsilon=0.4, name="norm", dtype="float64")
    twin = laws.survives_config(
        learner.BatchNormalization,
        made,
        does=lambda twin: twin(x, training=True),
        expected=over_batch(x, epsilon=0.4),
        claim="epsilon and the dtype should survive",
        tolerance=BY_DTYPE["float64"],
        name="norm",
    )
    got, want = np.asarray(twin.moving_mean), 0.3 * of_batch(x)[0]
    expect.close(got, want, "momentum should survive", **oracles.tolerance("float64"))


@check("BatchNormalization", hidden=True, points=2, after=test_bn_config_holds_its_arguments)
def test_bn_survives_saving(learner, rng):
    """A model with the layer gives the same answers after it was saved and loaded."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.BatchNormalization(momentum=0.6, epsilon=0.2), x, BATCH_WEIGHTS)
    model = learner.keras.Sequential([learner.keras.Input((3,)), layer])
    want = from_stored(x, values, 0.2)
    again = laws.survives_saving(learner, model, does=lambda again: again(x), expected=want)
    expect.all_close(again.get_weights(), list(values.values()), "the weights should survive")
    again(x, training=True)
    want = 0.6 * values["moving_mean"] + 0.4 * x.mean(axis=0)
    expect.close(again.get_weights()[2], want, "the loaded layer should go on with the same momentum")


@check("BatchNormalization", hidden=True, points=2, after=test_bn_updates_the_moving_statistics)
def test_bn_inside_a_graph(learner, rng):
    """Inside a tf.function the layer computes, updates and remembers as it does outside."""
    batches = uneven(rng, 4, 3), uneven(rng, 6, 3)
    layer, values = prepared(learner.BatchNormalization(momentum=0.5), batches[0], BATCH_WEIGHTS)
    graph, wanted = learner.kit.compiled(layer), (values["moving_mean"], values["moving_variance"])
    for x in (*batches, batches[1]):
        y, wanted = graph(x, training=True), blended(0.5, wanted, x)
        want = over_batch(x, values["gamma"], values["beta"])
        expect.close(y, want, "the output should be right in a graph", **ROUNDED)
    statistics_are(layer, *wanted, "each call of the graph should update {}")
    now = values | dict(zip(("moving_mean", "moving_variance"), wanted, strict=True))
    y = graph(batches[0], training=False)
    expect.close(y, from_stored(batches[0], now), "inference should be right in a graph", **SUMMED)


@check("BatchNormalization", hidden=True, points=2, after=test_bn_inside_a_graph)
def test_bn_inside_training(learner, rng):
    """Training a model trains gamma and beta and moves the moving statistics with every batch."""
    x, y = with_upstream(rng, (6, 3))
    layer = learner.BatchNormalization(momentum=0.75)
    trained_in_a_model(learner, layer, x, y)
    wanted = blended(0.75, blended(0.75, (0, 1), x), x)
    statistics_are(layer, *wanted, "{} should follow the batches of the training")


@check("BatchNormalization", after=test_bn_makes_its_four_weights)
def test_bn_knows_its_output_shape(learner, rng):
    """The layer can be put into a model before there is data, for any size of batch, in both modes."""
    symbolic = laws.infers_shape(learner, learner.BatchNormalization(), (3,))
    model = learner.keras.Model(*symbolic)
    for size in (2, 7):
        x = uneven(rng, size, 3)
        expect.close(model(x, training=True), over_batch(x), "any size of batch should be right")
    laws.infers_shape(learner, learner.BatchNormalization(), (3, 4, 5), training=True)


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


@check("BatchNormalization", points=2, after=test_bn_scales_by_gamma_and_shifts_by_beta)
def test_bn_dtype_policies(learner, rng):
    """Output and weights have the dtypes of the policy, with values as good as those can hold."""
    x, values = uneven(rng, 5, 3), weights_for(3)

    def make(policy):
        return prepared(learner.BatchNormalization(dtype=policy), x, BATCH_WEIGHTS)[0]

    in_inference = (lambda x: from_stored(x, values), {"training": False})
    in_training = (lambda x: over_batch(x, values["gamma"], values["beta"]), {"training": True})
    layers = laws.follows_policy(
        make, x, in_inference, in_training, weights=BATCH_WEIGHTS, policies=UNMIXED, **BY_DTYPE
    )
    _, moved = blended(0.99, (values["moving_mean"], values["moving_variance"]), x)
    for policy, layer in layers.items():
        claim = f"moving_variance should be right under the policy {policy}"
        expect.close(np.asarray(layer.moving_variance), moved, claim, **BY_DTYPE[policy])


@check("BatchNormalization", points=2, after=test_bn_dtype_policies)
def test_bn_statistics_beyond_float16(learner, rng):
    """Statistics and weights larger or finer than float16 can hold are no problem for float16 inputs."""
    x = np.round(uneven(rng, 6, 3) * 150).astype("float16")  # variances around 1e5
    layer, values = prepared(
        learner.BatchNormalization(momentum=0.7, dtype="mixed_float16"), x, BATCH_WEIGHTS
    )
    y = layer(x, training=True)
    expect.dtype(y, "float16", "the policy mixed_float16 should give float16")
    want = over_batch(x, values["gamma"], values["beta"])
    claim = "the statistics should be computed in float32"
    expect.right_and_finite(y, want, claim, **BY_DTYPE["float16"])
    wanted = blended(0.7, (values["moving_mean"], values["moving_variance"]), x)
    statistics_are(layer, *wanted, "{} should not pass through float16")
    layer(x, training=True)
    statistics_are(layer, *blended(0.7, wanted, x), "the second update of {} should be as precise")
    large = {
        "gamma": np.full(3, 1e5),
        "beta": np.full(3, -9e4),
        "moving_mean": of_batch(x)[0] - 1e5,
        "moving_variance": np.full(3, 1e10),
    }
    set_weights(layer, large)
    y = layer(x, training=False)
    want = from_stored(x, large | {"moving_mean": large["moving_mean"].astype("float32")})
    claim = "everything but the output should be computed in float32"
    expect.right_and_finite(y, want, claim, **BY_DTYPE["float16"])


@check("BatchNormalization", after=test_bn_normalizes_each_feature_over_the_batch)
def test_bn_takes_integers_and_float64_arrays(learner, rng):
    """Integer and float64 arrays are computed in the layer's dtype."""
    layer, moved = learner.BatchNormalization(momentum=0.5), (0, 1)
    for x in (*whole_numbers(rng, 5, 3), uneven(rng, 5, 3).astype("float64")):
        y, moved = layer(x, training=True), blended(0.5, moved, x)
        expect.dtype(y, "float32", f"{x.dtype} should give the layer's compute dtype")
        expect.close(y, over_batch(x), f"the values should be right for {x.dtype}")
        expect.dtype(layer(x, training=False), "float32", "inference should give it too")
        expect.close(np.asarray(layer.moving_mean), moved[0], "the statistics should be right")


# LayerNormalization ----------------------------------------------------------------------------

LAYER_WEIGHTS = ("gamma", "beta")


@check("LayerNormalization")
def test_ln_makes_its_two_weights(learner, rng):
    """gamma and beta are there after the first call, trainable, one number per feature."""
    layer = learner.LayerNormalization()
    layer(uneven(rng, 2, 5, 3))
    starts_as(layer, dict(zip(LAYER_WEIGHTS, (1.0, 0.0), strict=True)))
    for name in LAYER_WEIGHTS:
        expect.same(getattr(layer, name).trainable, True, f"{name} should be trainable")


@check("LayerNormalization")
def test_ln_normalizes_each_example(learner, rng):
    """Every row gets mean 0 and spread 1 over its features."""
    x = uneven(rng, 4, 3)
    y = learner.LayerNormalization()(x)
    expect.shape(y, (4, 3), "the output should have the shape of the input")
    expect.dtype(y, "float32", "the output should be float32")
    expect.finite(y, "the output should be finite")
    claim = "each row should have mean 0"
    with expect.about(y):
        expect.close(y.mean(axis=-1), np.zeros(4), claim, but="row {0} has mean {got}")
    claim = "each row should be divided by the root of its biased variance + epsilon"
    expect.close(y, over_features(x), claim)


@check("LayerNormalization", after=test_ln_makes_its_two_weights)
def test_ln_scales_by_gamma_and_shifts_by_beta(learner, rng):
    """The normalized features are multiplied by gamma and shifted by beta, in training and in inference."""
    x = uneven(rng, 5, 4)
    layer, values = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
    want = over_features(x, **values)
    for training in (True, False):
        claim = f"the output should be gamma * normalized + beta with training={training}"
        expect.close(layer(x, training=training), want, claim)
    set_before = {name: value.astype("float32") for name, value in values.items()}
    expect.unchanged(stored(layer, LAYER_WEIGHTS), set_before, "a call should change no weight")


@check("LayerNormalization", after=test_ln_normalizes_each_example)
def test_ln_features_far_from_zero(learner, rng):
    """Rows around 4096 with a spread of 1 are right, too."""
    x = far_from_zero(rng, 3, 6)
    is_right_far_from_zero(learner, learner.LayerNormalization()(x), over_features(x))


@check("LayerNormalization")
def test_ln_config_holds_epsilon(learner):
    """get_config holds epsilon."""
    settings = {"epsilon": 0.02, "name": "norm"}
    laws.config_holds(learner.LayerNormalization(**settings), **settings)


@check("LayerNormalization", points=2, after=test_ln_normalizes_each_example)
def test_ln_pools_the_last_axis_alone(learner, rng):
    """For a rank 4 input each vector along the last axis has a mean and a variance of its own."""
    x = uneven(rng, 2, 3, 4, 5)
    layer, values = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
    y = layer(x)
    expect.shape(y, x.shape, "the output should have the shape of the input")
    expect.close(y, over_features(x, **values), "only the last axis should be pooled", **ROUNDED)


@check("LayerNormalization", hidden=True, after=test_ln_normalizes_each_example)
def test_ln_examples_are_independent(learner, rng):
    """An example gives the same output whatever else is in the batch, alone included."""
    x, layer = uneven(rng, 4, 5), learner.LayerNormalization()
    want = over_features(x)
    expect.close(layer(x[:1]), want[:1], "a batch of one should be right")
    crowd = np.concatenate([x[:2], 100 + 30 * uneven(rng, 5, 5)])
    expect.close(layer(crowd)[:2], want[:2], "other examples should make no difference")


@check("LayerNormalization", hidden=True, after=test_ln_normalizes_each_example)
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
    expect.right_and_finite(layer(x), over_features(x, **values), "the output should be right")
    gradient = expect.arrives(learner.kit.gradient(layer, x), "gradients should arrive")
    expect.finite(gradient, "gradients should be finite")


@check("LayerNormalization", points=3, after=test_ln_scales_by_gamma_and_shifts_by_beta)
def test_ln_gradient_flows_through_the_statistics(learner, rng):
    """The gradient with respect to the input goes through mean and variance as well."""
    x, upstream = with_upstream(rng, (2, 3, 5))
    layer, values = prepared(learner.LayerNormalization(epsilon=0.3), x, LAYER_WEIGHTS)
    want = input_gradient(x, upstream, values["gamma"], -1, 0.3)
    claim = "the gradient should be that of the whole formula"
    laws.gradient_is(learner, layer, want, x, claim=claim, upstream=upstream)


@check("LayerNormalization", hidden=True, points=2, after=test_ln_scales_by_gamma_and_shifts_by_beta)
def test_ln_gradients_of_gamma_and_beta(learner, rng):
    """gamma and beta get the right gradients, summed over everything but the features."""
    for shape in ((5, 3), (2, 3, 4, 5)):
        x, upstream = with_upstream(rng, shape)
        layer, _ = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
        want = gradients_of_weights(over_features(x), upstream)
        laws.weight_gradients_are(learner, layer, want, x, upstream=upstream, tolerance=SUMMED)


@check("LayerNormalization", hidden=True, after=test_ln_config_holds_epsilon)
def test_ln_can_be_made_again_from_its_config(learner, rng):
    """A layer made from another's config has the same arguments."""
    x = uneven(rng, 5, 3)
    laws.survives_config(
        learner.LayerNormalization,
        learner.LayerNormalization(epsilon=0.4, name="norm", dtype="float64"),
        does=lambda twin: twin(x),
        expected=over_features(x, epsilon=0.4),
        claim="epsilon and the dtype should survive",
        tolerance=BY_DTYPE["float64"],
        name="norm",
    )


@check("LayerNormalization", hidden=True, points=2, after=test_ln_config_holds_epsilon)
def test_ln_survives_saving(learner, rng):
    """A model with the layer gives the same answers after it was saved and loaded."""
    x = uneven(rng, 5, 3)
    layer, values = prepared(learner.LayerNormalization(epsilon=0.2), x, LAYER_WEIGHTS)
    model = learner.keras.Sequential([learner.keras.Input((3,)), layer])
    want = over_features(x, **values, epsilon=0.2)
    again = laws.survives_saving(learner, model, does=lambda again: again(x), expected=want)
    claim = "the weights should survive, in the order gamma, beta"
    expect.all_close(again.get_weights(), list(values.values()), claim)


@check("LayerNormalization", after=test_ln_normalizes_each_example)
def test_ln_knows_its_output_shape(learner, rng):
    """The layer can be put into a model before there is data, for any size of batch and any length."""
    layer = learner.LayerNormalization()
    laws.infers_shape(learner, layer, (None, 4))  # traces a graph, at a third of what a tf.function costs
    x = uneven(rng, 4, 4, 4)
    expect.close(layer(x), over_features(x), "only the last axis of a rank 3 input should be pooled")


@check("LayerNormalization", hidden=True, after=test_ln_knows_its_output_shape)
def test_ln_inside_a_graph(learner, rng):
    """Inside a tf.function, and for lengths not known beforehand, the layer computes as it does outside."""
    x, longer = uneven(rng, 2, 4, 3), uneven(rng, 5, 7, 3)
    layer, values = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
    cases = [((batch,), over_features(batch, **values)) for batch in (x, longer)]
    laws.same_when_traced(learner, layer, *cases)


@check("LayerNormalization", hidden=True, after=test_ln_inside_a_graph)
def test_ln_inside_training(learner, rng):
    """Training a model trains gamma and beta."""
    x, y = with_upstream(rng, (6, 3))
    layer = learner.LayerNormalization()
    trained_in_a_model(learner, layer, x, y)
    values = {name: value.astype("float64") for name, value in stored(layer, LAYER_WEIGHTS).items()}
    expect.close(layer(x), over_features(x, **values), "the layer should use what it has learned")


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


@check("LayerNormalization", points=2, after=test_ln_scales_by_gamma_and_shifts_by_beta)
def test_ln_dtype_policies(learner, rng):
    """Output and weights have the dtypes of the policy, with values as good as those can hold."""
    x, values = uneven(rng, 5, 4), weights_for(4)

    def make(policy):
        return prepared(learner.LayerNormalization(dtype=policy), x, LAYER_WEIGHTS)[0]

    call = (lambda x: over_features(x, values["gamma"], values["beta"]), {})
    laws.follows_policy(make, x, call, weights=LAYER_WEIGHTS, policies=UNMIXED, **BY_DTYPE)


@check("LayerNormalization", points=2, after=test_ln_dtype_policies)
def test_ln_statistics_beyond_float16(learner, rng):
    """Rows whose variance float16 cannot hold, and weights it cannot hold, are no problem."""
    x = np.round(uneven(rng, 6, 4) * 150).astype("float16")  # variances around 1e5
    layer, values = prepared(learner.LayerNormalization(dtype="mixed_float16"), x, LAYER_WEIGHTS)
    y = layer(x)
    expect.dtype(y, "float16", "the policy mixed_float16 should give float16")
    claim = "the statistics should be computed in float32"
    expect.right_and_finite(y, over_features(x, **values), claim, **BY_DTYPE["float16"])
    x = np.array([[1.0, 2.0, 3.0, 10.0]], "float16")
    large = {"gamma": np.full(4, 1e5), "beta": np.array([9e4, 7e4, 4e4, -1.5e5])}
    set_weights(layer, large)
    claim = "everything but the output should be computed in float32"
    expect.right_and_finite(layer(x), over_features(x, **large), claim, **BY_DTYPE["float16"])


@check("LayerNormalization", after=test_ln_normalizes_each_example)
def test_ln_takes_integers_and_float64_arrays(learner, rng):
    """Integer and float64 arrays are computed in the layer's dtype."""
    layer = learner.LayerNormalization()
    for x in (*whole_numbers(rng, 5, 4), uneven(rng, 5, 4).astype("float64")):
        y = layer(x)
        expect.dtype(y, "float32", f"{x.dtype} should give the layer's compute dtype")
        expect.close(y, over_features(x), f"the values should be right for {x.dtype}")


# fold_batch_norm -------------------------------------------------------------------------------


def constants(rng, outputs):
    """gamma, beta, mean and variance of a normalization, uneven, some gammas negative."""
    gamma = rng.normal(size=outputs) + np.where(np.arange(outputs) % 2, -1.5, 1.5)
    values = gamma, rng.normal(size=outputs), 2 * rng.normal(size=outputs), rng.uniform(0.2, 3, outputs)
    return tuple(value.astype("float32") for value in values)


def dense(rng, *shape):
    """A kernel of this shape, and a bias."""
    return rng.normal(size=shape).astype("float32"), rng.normal(size=shape[-1]).astype("float32")


def folded(kernel, bias, gamma, beta, mean, variance, epsilon):
    """What folding should give, in float64."""
    gamma, beta, mean, variance = (np.asarray(v, "float64") for v in (gamma, beta, mean, variance))
    scale = gamma / np.sqrt(variance + epsilon)
    old = 0.0 if bias is None else np.asarray(bias, "float64")
    return np.asarray(kernel, "float64") * scale, beta + (old - mean) * scale


def folds(learner, *arguments, about=""):
    """The new kernel and bias, of the right shapes and with the right numbers."""
    kernel, bias = expect.items(
        learner.fold_batch_norm(*arguments), 2, "the result should be a pair (kernel, bias)"
    )
    want_kernel, want_bias = folded(*arguments)
    expect.shape(kernel, want_kernel.shape, "the new kernel should have the shape of the old one")
    expect.true(bias is not None, "there should be a bias, also where there was none", "it is None")
    expect.shape(bias, want_bias.shape, "the new bias should have one number per output")
    expect.right_and_finite(kernel, want_kernel, f"the new kernel should be right{about}")
    expect.right_and_finite(bias, want_bias, f"the new bias should be right{about}")
    return kernel, bias


@check("fold_batch_norm")
def test_fold_dense(learner, rng):
    """A folded dense layer computes what the layer and the normalization compute one after the other."""
    kernel, bias = dense(rng, 4, 3)
    gamma, beta, mean, variance = constants(rng, 3)
    new_kernel, new_bias = folds(learner, kernel, bias, gamma, beta, mean, variance, 0.01)
    x = rng.normal(size=(6, 4))
    want = gamma * (x @ kernel + bias - mean) / np.sqrt(variance + 0.01) + beta
    claim = "x @ kernel + bias with the new ones should equal the normalized output of the old ones"
    expect.close(x @ new_kernel + new_bias, want, claim)


@check("fold_batch_norm")
def test_fold_without_a_bias(learner, rng):
    """A layer without a bias gets one."""
    kernel, _ = dense(rng, 2, 3)
    folds(learner, kernel, None, *constants(rng, 3), 0.01, about=" where there was no bias")


@check("fold_batch_norm", after=test_fold_dense)
def test_fold_convolution(learner, rng):
    """A folded convolution has each of its output channels scaled."""
    about = ", with one factor for each output channel"
    folds(learner, *dense(rng, 2, 3, 4, 5), *constants(rng, 5), 0.01, about=about)


@check("fold_batch_norm", hidden=True, points=2, after=test_fold_dense)
def test_fold_square_kernels(learner, rng):
    """The outputs are scaled also where the kernel has as many inputs as outputs, for every rank."""
    for shape in ((4, 4), (3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2, 2)):
        folds(learner, *dense(rng, *shape), *constants(rng, shape[-1]), 0.02)


@check("fold_batch_norm", hidden=True, points=2, after=test_fold_dense)
def test_fold_epsilon(learner, rng):
    """epsilon is added to the variance under the root: it matters where variances are small."""
    (kernel, bias), (gamma, beta, mean, _) = dense(rng, 4, 3), constants(rng, 3)
    variance = np.array([0.0, 0.002, 1.5], "float32")
    for epsilon in (1e-3, 0.5):
        values = (gamma, beta, mean, variance, epsilon)
        folds(learner, kernel, bias, *values, about=" for small variances")


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
            expect.close(plain(x), want, "one layer should do the work of two", **ROUNDED)


@check("fold_batch_norm", points=2, after=test_fold_dense)
def test_fold_dtypes(learner, rng):
    """float16 and float64 are kept, for kernel and bias, with values as good as the dtype holds."""
    (kernel, bias), values = dense(rng, 4, 3), constants(rng, 3)
    tolerances = {
        "float16": {"atol": 5e-2},  # a bias of 5 and more, from which as much is subtracted
        "float64": {"rtol": 1e-8, "atol": 1e-8},  # epsilon may have been rounded to float32
    }
    for old in (5 + bias, None):
        laws.keeps_dtypes(learner.fold_batch_norm, folded, kernel, old, *values, 0.01, **tolerances)


@check("fold_batch_norm", after=test_fold_dense)
def test_fold_takes_lists_and_integers(learner):
    """Nested lists are fine, and integers of any dtype count as float32."""
    kernel, bias, *values = [[1, 2], [3, 4], [5, 6]], [1, -2], [2, 3], [0, 1], [1, 5], [4, 8]
    cases = [(kernel, old, *values, 0.25) for old in (bias, None)]
    laws.takes_integers(learner.fold_batch_norm, folded, *cases)
    unsigned = [np.array(each, "uint8") for each in (kernel, [1, 2], *values[:2], [2, 9], [4, 8])]
    laws.takes_integers(learner.fold_batch_norm, folded, (*unsigned, 0.25))  # 1 - 2 is no uint8
    decimals = [[1.5, 2.5]], [0.5, -0.5], [2.0, 3.0], [0.0, 1.0], [1.0, 5.0], [4.0, 8.0]
    folds(learner, *decimals, 0.25, about=" for lists of floats")
