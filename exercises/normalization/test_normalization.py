"""Checks of the topic `normalization`.

Expected values come from the formulas in NumPy float64, gradients from their closed form. Batches have
uneven sizes and scales, no two dimensions are the same, and epsilon, momentum, gamma and beta differ from
their defaults, so that nothing is right by accident.
"""

import numpy as np

from nnlearn.checking import check, expect, laws, oracles

EPSILON = 1e-3  # the default
BATCH_WEIGHTS = ("gamma", "beta", "moving_mean", "moving_variance")
ROUNDED = {"atol": 2e-5}  # the gamma and beta of `weights_for` enlarge what float32 rounds


def uneven(rng, *shape):
    """Numbers whose last-axis features differ in mean and in scale; exact in float16."""
    features = np.arange(1, shape[-1] + 1)
    x = rng.normal(size=shape) * features - 2.0 * features + 3.0
    return x.astype("float16").astype("float32")


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


def starts_as(layer, starts):
    """The weights are there, one number per feature, and no others."""
    for name, start in starts.items():
        claim = f"{name} should start as {start:g} for every feature"
        expect.close(np.asarray(getattr(layer, name)), np.full(3, start), claim, rtol=0, atol=0)
    expect.same(len(layer.weights), len(starts), f"the layer should have {len(starts)} weights")


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


@check("BatchNormalization")
def test_bn_config_holds_its_arguments(learner):
    """get_config holds momentum and epsilon."""
    settings = {"momentum": 0.7, "epsilon": 0.02, "name": "norm"}
    laws.config_holds(learner.BatchNormalization(**settings), **settings)


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
    want = over_features(x, **values)
    expect.close(layer(x), want, "the output should be gamma * normalized + beta")


@check("LayerNormalization", after=test_ln_makes_its_two_weights)
def test_ln_is_the_same_in_both_modes(learner, rng):
    """Training and inference give the same output, and neither changes a weight."""
    x = uneven(rng, 5, 4)
    layer, values = prepared(learner.LayerNormalization(), x, LAYER_WEIGHTS)
    want = over_features(x, **values)
    before = stored(layer, LAYER_WEIGHTS)
    expect.close(layer(x, training=True), want, "the output should be right with training=True")
    expect.close(layer(x, training=False), want, "the output should be right with training=False")
    expect.unchanged(stored(layer, LAYER_WEIGHTS), before, "a call should change no weight")


@check("LayerNormalization")
def test_ln_config_holds_epsilon(learner):
    """get_config holds epsilon."""
    settings = {"epsilon": 0.02, "name": "norm"}
    laws.config_holds(learner.LayerNormalization(**settings), **settings)


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
