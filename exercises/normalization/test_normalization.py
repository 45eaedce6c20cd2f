"""Checks of the topic `normalization`.

Expected values come from the formulas in NumPy float64, gradients from their closed form. Batches have
uneven sizes and scales, no two dimensions are the same, and epsilon, momentum, gamma and beta differ from
their defaults, so that nothing is right by accident.
"""

import numpy as np

from nnlearn.checking import check, expect

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


def unchanged(after, before, claim):
    """Two copies of the weights are equal."""
    for name, value in before.items():
        expect.same(after[name], value, f"{claim}, and {name} did")


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
