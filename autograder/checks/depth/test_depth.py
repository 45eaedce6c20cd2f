"""Checks of the topic `depth`.

Blocks and networks are set to random weights, and what they should give is worked out in NumPy float64 from
these. No two sizes in a check are the same, unless the shape should stay.
"""

import itertools

import numpy as np

from nnlearn.checking import check, expect, laws, oracles
from nnlearn.learner.session import Remote

NEAR = {"rtol": 1e-4, "atol": 1e-4}


def relu(x):
    return np.maximum(x, 0)


def normal(rng, *shape):
    return rng.normal(size=shape).astype("float32")


def four(rng, size):
    """Values for gamma, beta, moving mean and moving variance, none of them a default."""
    gamma = rng.uniform(0.5, 1.5, size) * rng.choice([-1, 1], size)
    return [gamma, rng.normal(size=size) / 2, rng.normal(size=size), rng.uniform(0.5, 2, size)]


def normalized(x, weights, training, moved=None):
    """Batch normalization with Keras' defaults; `moved` gets the statistics as training leaves them."""
    gamma, beta, mean, variance = (np.asarray(each, "float64") for each in weights)
    if training:
        axes = tuple(range(x.ndim - 1))
        batch = x.mean(axes), x.var(axes)
        if moved is not None:
            moved.append([0.99 * old + 0.01 * new for old, new in zip((mean, variance), batch, strict=True)])
        mean, variance = batch
    return gamma * oracles.standardized(x, mean, variance) + beta


# deepen ----------------------------------------------------------------------------------------


def stack(learner, rng, *layers, inputs=3, **kwargs):
    """A Sequential of Dense layers, each given by its units and its activation, with random weights."""
    keras = learner.keras
    made = [keras.layers.Dense(units, activation, **kwargs) for units, activation in layers]
    model = keras.Sequential([keras.Input((inputs,), dtype=kwargs.get("dtype", "float32")), *made])
    sizes = [inputs, *(units for units, _ in layers)]
    weights = []
    for before, after in itertools.pairwise(sizes):
        weights += [normal(rng, before, after), normal(rng, after)][
            : 2 if kwargs.get("use_bias", True) else 1
        ]
    model.set_weights(weights)
    return model, weights


def through(x, weights, activations):
    """What a Sequential of Dense layers with biases gives."""
    for kernel, bias, activation in zip(weights[::2], weights[1::2], activations, strict=True):
        x = x @ kernel.astype("float64") + bias
        x = relu(x) if activation == "relu" else np.tanh(x) if activation == "tanh" else x
    return x


def a_model(answer):
    """What should be a model, once it is sure that it is an object."""
    expect.true(isinstance(answer, Remote), "a model should come back", f"it is {answer!r:.60}")
    return answer


def computes(model, x, want, claim="the deeper network should compute what the shallow one does"):
    expect.right_and_finite(model(x), want, claim, rtol=1e-6, atol=2e-6)


def described(learner, layers):
    """What Keras writes of layers: for each the name of its class and its configuration."""
    written = []
    for text in learner.keras.saving.serialize_keras_object(list(layers)):
        name, config = (
            (text.get(key) for key in ("class_name", "config")) if isinstance(text, dict) else (None, None)
        )
        written.append((name, config if isinstance(config, dict) else {}))
    return written


@check("deepen")
def test_deeper_computes_the_same(learner, rng):
    """After a layer with relu one is inserted, and the outputs stay."""
    model, weights = stack(learner, rng, (4, "relu"), (5, "relu"), (2, None))
    x = normal(rng, 6, 3)
    deeper = a_model(learner.deepen(model, 0))
    count = len(deeper.layers)
    expect.true(count == 4, "there should be four layers, one more than before", f"there are {count}")
    computes(deeper, x, through(x, weights, ("relu", "relu", None)))


@check("deepen", after=test_deeper_computes_the_same)
def test_deeper_where_it_should_be(learner, rng):
    """The new layer stands right after the one that was named, as wide as that, and with its activation."""
    model, _ = stack(learner, rng, (4, "relu"), (5, None), (6, "relu"), (2, None))
    layers = described(learner, a_model(learner.deepen(model, 2)).layers)
    got = [(config.get("units"), config.get("activation")) for _, config in layers]
    learner.observed(got)  # without the names that Keras gives
    want = [(4, "relu"), (5, "linear"), (6, "relu"), (6, "relu"), (2, "linear")]
    expect.true(got == want, f"position 2 should give layers of {want}", f"they are {got}")


@check("deepen", after=test_deeper_computes_the_same)
def test_deeper_is_independent(learner, rng):
    """What happens to the weights of one model does not touch those of the other."""
    model, weights = stack(learner, rng, (4, "relu"), (2, None))
    x = normal(rng, 6, 3)
    deeper = a_model(learner.deepen(model, 0))
    model.set_weights([np.zeros_like(each) for each in weights])
    computes(
        deeper,
        x,
        through(x, weights, ("relu", None)),
        "the copy should keep its weights when the original changes",
    )
    model.set_weights(weights)
    deeper.set_weights([np.zeros_like(each) for each in deeper.get_weights()])
    computes(
        model,
        x,
        through(x, weights, ("relu", None)),
        "the original should keep its weights when the copy changes",
    )


@check("deepen", after=test_deeper_computes_the_same)
def test_deeper_refuses(learner, rng):
    """After tanh no layer can pass on what it gets, and after the last one there is no place."""
    model, _ = stack(learner, rng, (4, "tanh"), (5, "relu"), (2, None))
    laws.refuses(
        learner.deepen,
        {
            "a layer with tanh": (model, 0),
            "the last layer": (model, 2),
            "a layer that is not there": (model, 3),
            "the position -1": (model, -1),
            "the position -2": (model, -2),
        },
    )


@check("deepen", hidden=True, after=test_deeper_computes_the_same)
def test_deeper_linear(learner, rng):
    """After a linear layer, whose outputs may be below 0, nothing changes; layers without bias have none."""
    model, (first, second) = stack(learner, rng, (4, None), (2, "tanh"), use_bias=False)
    x = normal(rng, 6, 3)
    deeper = a_model(learner.deepen(model, 0))
    computes(
        deeper, x, np.tanh(x.astype("float64") @ first @ second), "after a linear layer nothing should change"
    )
    layers = [config for _, config in described(learner, deeper.layers)]
    found = [layers[place].get("use_bias") for place in (0, 2)]
    kind = layers[1].get("activation")
    learner.observed([found, kind])
    expect.true(found == [False, False], "copies of layers without bias should have none", "one has")
    expect.true(kind == "linear", "after a linear layer the new one should be linear", f"it has {kind}")


@check("deepen", hidden=True, after=test_deeper_computes_the_same)
def test_deeper_again(learner, rng):
    """What came out can be deepened again, whatever names layers have, and the model is as before."""
    keras = learner.keras
    last = int("0" + keras.layers.Dense(1).name.partition("_")[2])  # Keras counts the names that it gives
    names = [f"dense_{last + more}" for more in (1, 2)]  # the next that it would give
    layers = [keras.layers.Dense(4, "relu", name=names[0]), keras.layers.Dense(2, name=names[1])]
    model = keras.Sequential([keras.Input((3,)), *layers])
    weights = [normal(rng, *shape) for shape in ((3, 4), (4,), (4, 2), (2,))]
    model.set_weights(weights)
    x = normal(rng, 6, 3)
    deeper = a_model(learner.deepen(a_model(learner.deepen(model, 0)), 0))
    computes(deeper, x, through(x, weights, ("relu", None)))
    expect.unchanged(model.get_weights(), weights, "the model should be left as it was")
    count = len(model.layers)
    expect.true(count == 2, "the model should be left as it was", f"it has {count} layers")


@check("deepen", hidden=True, after=test_deeper_where_it_should_be)
def test_deeper_keeps_the_configuration(learner, rng):
    """Regularizers, frozen layers and dtypes are copied; the new layer has the dtype of the one before it."""
    penalty = learner.keras.regularizers.L2(0.01)
    model, _ = stack(learner, rng, (4, "relu"), (2, None), kernel_regularizer=penalty, dtype="float64")
    model.layers[1].trainable = False
    deeper = a_model(learner.deepen(model, 0))
    x = rng.normal(size=(6, 3))
    expect.dtype(deeper(x), "float64", "a float64 network should stay one")
    claim = "every weight should be float64, as those of the layer before it"
    expect.true(all(each.dtype == np.float64 for each in deeper.get_weights()), claim)
    weights = [np.asarray(each, "float64") for each in model.get_weights()]
    expect.right_and_finite(
        deeper(x), through(x, weights, ("relu", None)), "float64 should stay exact", rtol=1e-9
    )
    layers = described(learner, deeper.layers)
    penalties = [config.get("kernel_regularizer") or {"config": {"l2": 0.0}} for _, config in layers]
    factors = [penalty["config"]["l2"] for penalty in penalties]
    frozen = layers[2][1].get("trainable") is False
    learner.observed([factors, frozen])
    expect.close([factors[0], factors[2]], [0.01, 0.01], "the copies should keep their regularizers")
    expect.true(frozen, "a frozen layer should stay frozen", "it is trainable")


# build_mlp -------------------------------------------------------------------------------------


def mlp(x, weights, depth, residual=False, normalize=False, training=False, moved=None):
    """What the network should give with these weights, in the order in which they are used."""
    weights = iter([np.asarray(each, "float64") for each in weights])

    def dense(h, *, use_bias):
        y = h @ next(weights)
        return y + next(weights) if use_bias else y

    def before(h):
        return relu(normalized(h, list(itertools.islice(weights, 4)), training, moved) if normalize else h)

    h = dense(x.astype("float64"), use_bias=not normalize)
    for _block in range(depth):
        b = dense(before(h), use_bias=not normalize)
        h = h + b if residual else b
    return dense(before(h), use_bias=True)


def shapes_of(inputs, outputs, units, depth, *, normalize=False):
    """The shapes of all weights, in the order in which they are used."""
    shapes = []
    for before, after in [(inputs, units)] + [(units, units)] * depth + [(units, outputs)]:
        shapes.append((before, after))
        last = len(shapes) > 1 and (before, after) == (units, outputs)
        shapes += [] if normalize and not last else [(after,)]
        shapes += [(after,)] * 4 if normalize and not last else []
    return shapes


def a_network(learner, rng, inputs=5, outputs=2, units=4, depth=2, **how):
    """A network of the learner with random weights, and these."""
    model = a_model(learner.build_mlp(inputs, outputs, units, depth, **how))
    normalize = how.get("normalize", False)
    shapes = shapes_of(inputs, outputs, units, depth, normalize=normalize)
    got = [each.shape for each in model.get_weights()]
    with expect.about(model):
        expect.same(got, shapes, "the weights should have these shapes, in the order in which they are used")
    weights = []
    while len(weights) < len(shapes):
        shape = shapes[len(weights)]
        if len(shape) == 2 or not normalize or len(weights) == len(shapes) - 1:
            weights.append(normal(rng, *shape))
        else:
            weights += four(rng, shape[0])
    model.set_weights(weights)
    return model, weights


@check("build_mlp")
def test_mlp_plain(learner, rng):
    """A plain network is a stem, so many layers of relu and Dense, and the output."""
    model, weights = a_network(learner, rng, depth=3)
    x = normal(rng, 6, 5)
    expect.right_and_finite(model(x), mlp(x, weights, 3), "a plain network should be right", **NEAR)


@check("build_mlp", after=test_mlp_plain)
def test_mlp_residual(learner, rng):
    """With residual, each block is added to what comes into it."""
    model, weights = a_network(learner, rng, depth=2, residual=True)
    x = normal(rng, 6, 5)
    want = mlp(x, weights, 2, residual=True)
    expect.right_and_finite(model(x), want, "a residual network should be right", **NEAR)


@check("build_mlp", after=test_mlp_plain)
def test_mlp_normalized(learner, rng):
    """With normalize, each relu comes after batch normalization, and only the output has a bias."""
    model, weights = a_network(learner, rng, normalize=True)
    x = normal(rng, 6, 5)
    for training in (False, True):
        want = mlp(x, weights, 2, normalize=True, training=training)
        claim = f"a network with normalization should be right with training={training}"
        expect.right_and_finite(model(x, training=training), want, claim, **NEAR)


def kernels_of(model):
    return [each for each in model.get_weights() if each.ndim == 2]


def drawn_as(learner, kernels, scales):
    """Kernels look as He's do, but for a factor of the variance."""
    count = len(kernels)
    expect.true(count == len(scales), f"there should be {len(scales)} kernels", f"there are {count}")
    shares = [float(np.mean(kernel**2) * len(kernel) / 2) for kernel in kernels]
    wanted = np.asarray(scales)
    tails = [float(np.abs(kernel).max() / kernel.std()) for kernel in kernels]
    learner.observed(
        {
            "variances": [round(np.log2(share / scale)) for share, scale in zip(shares, scales, strict=True)],
            "tails": [bool(tail > 1.95) + bool(tail > 2.45) for tail in tails],
        }
    )
    for number, (share, scale, kernel) in enumerate(zip(shares, wanted, kernels, strict=True)):
        deviation = (
            scale * 1.2 / np.sqrt(kernel.size)
        )  # the fourth moment of the truncated normal is below 2.44
        claim = f"kernel {number} should have {scale:.3g} times the variance 2 / fan_in"
        expect.likely(share, scale, deviation, claim)


@check("build_mlp", after=test_mlp_plain)
def test_mlp_variances(learner):
    """Kernels have He's variance, those of residual blocks a share of it, and biases are 0."""
    model = a_model(learner.build_mlp(20, 15, 30, 3, residual=True))
    with expect.about(model):
        drawn_as(learner, kernels_of(model), [1, *[1 / 3] * 3, 1])
    biases = [each for each in model.get_weights() if each.ndim == 1]
    expect.true(not any(each.any() for each in biases), "biases should begin at 0")


@check("build_mlp", after=test_mlp_plain)
def test_mlp_kernels_differ(learner):
    """No two kernels are alike."""
    kernels = kernels_of(a_model(learner.build_mlp(6, 6, 6, 1)))
    alike = [
        float(abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]))
        for one, other in itertools.combinations(kernels, 2)
    ]
    learner.observed({"alike": [share > 0.9 for share in alike]})
    expect.true(max(alike) < 0.9, "no two kernels should be alike", "two of them are, up to a factor")


@check("build_mlp", after=test_mlp_plain)
def test_mlp_follows_its_seed(learner):
    """The same seed gives the same weights whatever the global seed is, and another seed others."""

    def draw(seed, number=[0]):  # noqa: B006 - counts the calls
        number[0] += 1
        learner.keras.utils.set_random_seed(number[0])
        model = a_model(learner.build_mlp(3, 2, 4, 1, seed=seed))
        return np.concatenate([each.ravel() for each in kernels_of(model)])

    laws.follows_seed(learner, draw, drawn="weights")


@check("build_mlp", hidden=True, after=test_mlp_residual)
def test_mlp_other_shapes(learner, rng):
    """One block, or several; one input; shortcuts with normalization, and its statistics."""
    x = normal(rng, 6, 1)
    model, weights = a_network(learner, rng, inputs=1, outputs=1, units=3, depth=1)
    expect.right_and_finite(model(x), mlp(x, weights, 1), "a network of one block should be right", **NEAR)
    model, weights = a_network(
        learner, rng, inputs=1, outputs=3, units=2, depth=2, residual=True, normalize=True
    )
    want = mlp(x, weights, 2, residual=True, normalize=True)
    expect.right_and_finite(model(x), want, "shortcuts with normalization should be right", **NEAR)
    moved = []
    want = mlp(x, weights, 2, residual=True, normalize=True, training=True, moved=moved)
    y, after = model(x, training=True), model.get_weights()
    expect.right_and_finite(y, want, "shortcuts with normalization should be right in training", **NEAR)
    statistics = [after[place] for start in (1, 6, 11) for place in (start + 2, start + 3)]
    expect.all_close(
        statistics, [each for pair in moved for each in pair], "moving statistics should move", **NEAR
    )


@check("build_mlp", hidden=True, after=test_mlp_variances)
def test_mlp_distributions(learner):
    """Kernels are truncated normal, as Keras draws them, with normalization too; the fan counts inputs."""
    kernels = kernels_of(a_model(learner.build_mlp(40, 25, 30, 2, normalize=True, seed=3)))
    drawn_as(learner, kernels, [1] * 4)
    largest = [np.abs(kernel).max() / np.sqrt(2 / len(kernel)) for kernel in kernels]
    claim = "the largest weight should be just below 2.274 standard deviations, as HeNormal has it"
    expect.true(all(2.05 < each < 2.28 for each in largest), claim)
    expect.same({each.dtype.name for each in kernels}, {"float32"}, "weights should be float32")


@check("build_mlp", hidden=True, after=test_mlp_follows_its_seed)
def test_mlp_seeds_of_all_kinds(learner):
    """Every kernel follows the seed alone, in residual networks with normalization too; the default is 0."""
    how = {"residual": True, "normalize": True}
    first = learner.build_mlp(3, 2, 4, 1, **how).get_weights()
    learner.keras.utils.set_random_seed(7)
    again = learner.build_mlp(3, 2, 4, 1, seed=0, **how).get_weights()
    learner.observed({"as before": [expect.equal(one, two) for one, two in zip(first, again, strict=False)]})
    expect.unchanged(again, first, "seed 0, which is the default, should give the same weights again")


# gradient_norms --------------------------------------------------------------------------------


def mse(learner):
    return learner.keras.losses.mean_squared_error


def norms_are(answer, want, claim, **tolerance):
    """A list of floats, and these."""
    got = expect.items(answer, len(want), f"{claim}: one norm for each kernel")
    for each in got:
        expect.true(
            type(each) is float, "norms should be floats of Python", f"one is a {type(each).__name__}"
        )
    expect.right_and_finite(np.asarray(got), want, claim, **({"rtol": 1e-4, "atol": 1e-7} | tolerance))


def two_layers(x, y, weights):
    """The gradients of the mean squared error by both kernels of a network with relu between."""
    first, bias, second, last = (np.asarray(each, "float64") for each in weights)
    h = x.astype("float64") @ first + bias
    slope = 2 * (relu(h) @ second + last - y) / y.size
    return [x.T @ (slope @ second.T * (h > 0)), relu(h).T @ slope]


def length(gradient):
    return float(np.sqrt(np.sum(np.square(gradient))))


@check("gradient_norms")
def test_norms_of_kernels(learner, rng):
    """One L2 norm for each kernel, none for a bias."""
    model, weights = stack(learner, rng, (4, "relu"), (2, None))
    x, y = normal(rng, 6, 3), normal(rng, 6, 2)
    want = [length(each) for each in two_layers(x, y, weights)]
    norms_are(learner.gradient_norms(model, mse(learner), x, y), want, "the norms should be right")


@check("gradient_norms", after=test_norms_of_kernels)
def test_norms_with_penalties(learner, rng):
    """The loss has model.losses in it."""
    penalty = learner.keras.regularizers.L2(0.5)
    model, weights = stack(learner, rng, (4, "relu"), (2, None), kernel_regularizer=penalty)
    x, y = normal(rng, 6, 3), normal(rng, 6, 2)
    kernels = weights[::2]
    want = [length(each + kernel) for each, kernel in zip(two_layers(x, y, weights), kernels, strict=True)]
    claim = "the norms should be those of the loss with its penalties"
    norms_are(learner.gradient_norms(model, mse(learner), x, y), want, claim)


@check("gradient_norms", hidden=True, after=test_norms_with_penalties)
def test_norms_with_penalties_of_outputs(learner, rng):
    """A penalty of what a layer puts out is there once the model was called."""
    penalty = learner.keras.regularizers.L2(0.5)
    model, weights = stack(learner, rng, (2, None), activity_regularizer=penalty)
    x, y = normal(rng, 6, 3), normal(rng, 6, 2)
    kernel, bias = (each.astype("float64") for each in weights)
    out = x.astype("float64") @ kernel + bias
    want = [length(x.T @ (2 * (out - y) / y.size + out / len(x)))]  # Keras divides by the batch size
    claim = "the norm should be that of the loss with the penalty of the outputs"
    norms_are(learner.gradient_norms(model, mse(learner), x, y), want, claim)


def measured(learner, model, x, y):
    """The norms; the weights are as before."""
    weights = model.get_weights()
    answer = learner.gradient_norms(model, mse(learner), x, y)
    after = model.get_weights()
    with expect.about(answer):
        expect.unchanged(after, weights, "weights and moving statistics should be as before")
    return answer


def normalizing(learner, rng):
    """Batch normalization and an affine layer, with random weights."""
    keras = learner.keras
    model = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization(), keras.layers.Dense(2)])
    weights = [each.astype("float32") for each in four(rng, 3)] + [normal(rng, 3, 2), normal(rng, 2)]
    model.set_weights(weights)
    return model, weights


@check("gradient_norms", hidden=True, after=test_norms_of_kernels)
def test_norms_leave_a_nested_model_alone(learner, rng):
    """The moving statistics of a model within the model are as before, too."""
    keras = learner.keras
    inner, _ = normalizing(learner, rng)
    model = keras.Sequential([keras.Input((3,)), inner])
    x, y = normal(rng, 6, 3), normal(rng, 6, 2)
    measured(learner, model, x, y)


@check("gradient_norms", after=test_norms_of_kernels)
def test_norms_leave_the_model_alone(learner, rng):
    """The gradient is that in training mode, and afterwards the moving statistics are as before."""
    model, weights = normalizing(learner, rng)
    x, y = normal(rng, 6, 3), normal(rng, 6, 2)
    answer = measured(learner, model, x, y)
    h = normalized(x.astype("float64"), weights[:4], training=True)
    slope = 2 * (h @ weights[4] + weights[5] - y) / y.size
    norms_are(answer, [length(h.T @ slope)], "the norm should be that with training=True")


@check("gradient_norms", after=test_norms_of_kernels)
def test_norms_of_what_is_not_connected(learner, rng):
    """A kernel that the loss does not depend on has a norm of 0."""
    keras = learner.keras
    inputs = keras.Input((3,))
    stopped = keras.ops.stop_gradient(keras.layers.Dense(4)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2)(stopped))
    weights = [normal(rng, *shape) for shape in ((3, 4), (4,), (4, 2), (2,))]
    model.set_weights(weights)
    x, y = normal(rng, 6, 3), normal(rng, 6, 2)
    first, bias, second, last = (each.astype("float64") for each in weights)
    h = x @ first + bias
    want = [0.0, length(h.T @ (2 * (h @ second + last - y) / y.size))]
    claim = "a kernel behind stop_gradient should have the norm 0"
    answer = learner.gradient_norms(model, mse(learner), x, y)
    with expect.about(answer):
        norms_are(answer, want, claim)


@check("gradient_norms", after=test_norms_of_kernels)
def test_norms_of_any_size(learner, rng):
    """Norms are right where float32 cannot hold the squares; the loss may return one number."""
    x, y = np.abs(normal(rng, 6, 3)) + 0.5, np.full((6, 2), 2, "float32")
    keras = learner.keras
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, use_bias=False)])
    loss = keras.losses.MeanAbsolutePercentageError()  # 100 * mean(abs(y_true - y_pred) / abs(y_true))
    kernel = np.full((3, 2), 1e-3, "float32") * rng.choice([-1, 1], 2).astype("float32")
    model.set_weights([kernel])
    for size in (1e-25, 1e25):
        given = x * np.float32(size)
        wide = given.astype("float64")
        gradient = wide.T @ np.sign(wide @ kernel - 2) * 100 / 2 / y.size
        answer = learner.gradient_norms(model, loss, given, y)
        norms_are(answer, [length(gradient)], f"a gradient of about {size} should have its norm", atol=0)


@check("gradient_norms", hidden=True, after=test_norms_of_kernels)
def test_norms_of_other_layers(learner, rng):
    """A table whose rows are looked up twice has a norm, a convolution has one, and a frozen layer none."""
    keras = learner.keras
    frozen, head = keras.layers.Dense(4), keras.layers.Conv1D(2, 2)
    layers = [keras.layers.Embedding(5, 3), frozen, head, keras.layers.Flatten()]
    model = keras.Sequential([keras.Input((2,), dtype="int32"), *layers])
    weights = [normal(rng, *shape) for shape in ((5, 3), (3, 4), (4,), (2, 4, 2), (2,))]
    model.set_weights(weights)
    frozen.trainable = False
    x, y = np.array([[0, 2], [2, 2], [4, 0]], "int32"), normal(rng, 3, 2)
    table, kernel, bias, last, shift = (each.astype("float64") for each in weights)
    h, last = (table[x] @ kernel + bias).reshape(3, 8), last.reshape(8, 2)
    slope = 2 * (h @ last + shift - y) / y.size
    of_table = np.zeros((5, 3))
    np.add.at(of_table, x.ravel(), (slope @ last.T).reshape(6, 4) @ kernel.T)
    claim = "there should be a norm for the table and one for the kernel of the convolution"
    answer = measured(learner, model, x, y)
    norms_are(answer, [length(of_table), length(h.T @ slope)], claim)


# conv_stack ------------------------------------------------------------------------------------


def in_short(learner, layers):
    """The layers in words: class, and what the pattern decides."""
    words = []
    for name, config in described(learner, layers):
        if name == "Conv2D":
            how = [config[key] for key in ("filters", "kernel_size", "strides", "padding", "activation")]
            size, strides = (tuple(np.broadcast_to(each, 2).tolist()) for each in how[1:3])
            bias = "with" if config["use_bias"] else "without"
            words.append(
                f"conv of {how[0]} filters, {size}, strides {strides}, {how[3]}, {how[4]}, {bias} bias"
            )
        elif name == "BatchNormalization":
            words.append(f"bn, epsilon {config['epsilon']}, momentum {config['momentum']}")
        else:
            words.append(f"{config.get('activation', '')} by {name}")
    return words


def conv(filters, bias, size=3):
    return f"conv of {filters} filters, {(size, size)}, strides (1, 1), same, linear, {bias} bias"


BN, RELU = "bn, epsilon 0.001, momentum 0.99", "relu by Activation"


def stacks_are(learner, claim, *cases):
    """For each pattern, filters and more that were given, the layers in words that there should be."""
    found = []
    for args, want in cases:
        layers = learner.conv_stack(*args)
        moment = learner.so_far()
        is_list = isinstance(layers, list)
        found.append((moment, want, in_short(learner, layers) if is_list else [f"no list: {layers!r}"]))
    learner.observed([got for _, _, got in found])  # without the names that Keras gives
    for moment, want, got in found:
        with expect.about(moment):
            expect.true(len(got) == len(want), claim, f"there are {len(got)} layers instead of {len(want)}")
            for number, (one, other) in enumerate(zip(got, want, strict=True)):
                expect.true(one == other, claim, f"layer {number} is {one} instead of {other}")


@check("conv_stack")
def test_stack_repeats_the_pattern(learner):
    """The pattern is repeated, with as many filters as the list says."""
    want = [conv(4, "with"), RELU, conv(8, "with"), RELU]
    claim = "the pattern should be repeated for each entry of filters"
    stacks_are(learner, claim, (("conv-relu", [4, 8]), want))


@check("conv_stack", points=2, after=test_stack_repeats_the_pattern)
def test_stack_biases(learner):
    """A convolution has no bias if the very next layer of the stack is a normalization, else it has one."""
    claim = "the bias should depend on the next layer of the whole stack"
    across = [BN, RELU, conv(4, "without"), BN, RELU, conv(8, "with")]
    within = [conv(4, "with"), RELU, BN, conv(8, "with"), RELU, BN]
    usual = [conv(4, "without"), BN, RELU, conv(8, "without"), BN, RELU]
    cases = (
        (("bn-relu-conv", [4, 8]), across),
        (("conv-relu-bn", [4, 8]), within),
        (("conv-bn-relu", [4, 8]), usual),
    )
    stacks_are(learner, claim, *cases)


@check("conv_stack", after=test_stack_repeats_the_pattern)
def test_stack_refuses(learner):
    """Other words, and any number of convolutions but one, are refused."""
    patterns = ("conv-bn-gelu", "bn-relu", "conv-relu-conv", "")
    laws.refuses(learner.conv_stack, {f"the pattern {each!r}": (each, [4]) for each in patterns})


@check("conv_stack", hidden=True, after=test_stack_repeats_the_pattern)
def test_stack_of_other_patterns(learner):
    """Words may come again, or not at all, kernels may be of another size, and layers are all new."""
    stacks_are(
        learner,
        "patterns of other words, with a kernel_size of 1, should give their layers",
        (("conv", [4, 2], 1), [conv(4, "with", 1), conv(2, "with", 1)]),
        (("relu-conv-relu", [4, 2], 1), [RELU, conv(4, "with", 1), RELU, RELU, conv(2, "with", 1), RELU]),
        (("bn-conv", [4, 2], 1), [BN, conv(4, "without", 1), BN, conv(2, "with", 1)]),
        (("bn-conv-bn", [4], 1), [BN, conv(4, "without", 1), BN]),
        (("conv-bn", []), []),
    )
    laws.refuses(learner.conv_stack, {"a wrong pattern, with no filters,": ("conv-conv", [])})
    layers = learner.conv_stack("conv-relu-bn", [2, 2])
    model = learner.keras.Sequential([learner.keras.Input((4, 5, 1)), *layers])
    shape, count = model.output_shape, len(model.weights)
    names = [each.name for each in layers]
    learner.observed([shape, count, [names.index(name) for name in names]])
    with expect.about(layers):
        said = "some are the same object"
        expect.true(len(set(names)) == len(names), "each layer should be an object of its own", said)
        expect.true(shape == (None, 4, 5, 2), "the layers should make a network", f"its output is {shape}")
        expect.true(count == 12, "all layers should be new, with 12 weights in all", f"there are {count}")


# ResidualBlock ---------------------------------------------------------------------------------

CONVOLUTIONS, NORMALIZATIONS = ("conv1", "conv2", "projection"), ("norm1", "norm2", "projection_norm")


def convolved(x, kernel, stride=1):
    """A convolution with "same" padding, which puts the odd zero behind."""
    size = kernel.shape[0]
    outputs = [-(-length // stride) for length in x.shape[1:3]]
    missing = [
        max((count - 1) * stride + size - length, 0)
        for count, length in zip(outputs, x.shape[1:3], strict=True)
    ]
    x = np.pad(x, [(0, 0), *((lack // 2, lack - lack // 2) for lack in missing), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nhwcij,ijcf->nhwf", windows, np.asarray(kernel, "float64"))


class Block:
    """A block of the learner with random weights, and what it should give.

    Args:
        learner: The learner.
        rng: Where numbers come from.
        channels: Of the input.
        filters: Of the output.
        dtype: A dtype policy.
        kernel_size: As the block has it.
        stride: As the block has it.
        pre: Whether it is pre-activation.
        settings: What else the block is made with.
    """

    def __init__(
        self, learner, rng, channels, filters, *, kernel_size=3, stride=1, pre=False, layer=None, **settings
    ):
        self.learner, self.stride, self.pre = learner, stride, pre
        self.projects = stride > 1 or channels != filters
        inside, size = channels if pre else filters, kernel_size
        self.weights = {
            "conv1": [normal(rng, size, size, channels, filters) / 3],
            "norm1": four(rng, inside),
            "conv2": [normal(rng, size, size, filters, filters) / 3],
            "norm2": four(rng, filters),
        }
        if self.projects:
            self.weights["projection"] = [normal(rng, 1, 1, channels, filters) / 2]
            if not pre:
                self.weights["projection_norm"] = four(rng, filters)
        self.x = normal(rng, 3, 4, 5, channels)
        if layer is None:
            settings |= {} if kernel_size == 3 else {"kernel_size": kernel_size}
            settings |= ({"stride": stride} if stride > 1 else {}) | ({"pre_activation": True} if pre else {})
            layer = learner.ResidualBlock(filters, **settings)
            self.first = layer(self.x)
        self.layer = layer

    def sublayers(self):
        """The sublayers that there should be, and no others."""
        found = {}
        for name in (*CONVOLUTIONS, *NORMALIZATIONS):
            layer = getattr(self.layer, name)
            if name in self.weights:
                expect.true(isinstance(layer, Remote), f"{name} should be a layer", f"it is {layer!r}")
                found[name] = layer
            else:
                claim = f"{name} should be None: this block does not use it"
                expect.true(layer is None, claim, "it is not")
        return found

    def starts(self):
        """What gammas and kernels begin with. They are random: facts about them stand for what came back."""
        values = {name: layer.get_weights() for name, layer in self.sublayers().items()}
        shapes = {name: [each.shape for each in arrays] for name, arrays in values.items()}
        zero = [name for name, arrays in values.items() if arrays and not arrays[0].any()]
        self.learner.observed({"shapes": shapes, "zero": zero})
        for name, arrays in values.items():
            expect.true(
                len(arrays) > 0, f"{name} should have weights after the first call", "it was never used"
            )
        return values, zero

    def prepared(self):
        """The block with its random weights."""
        found = self.sublayers()
        values, _ = self.starts()
        for name, arrays in self.weights.items():
            words = "a kernel and no bias" if len(arrays) == 1 else "gamma, beta and two statistics"
            shapes = [each.shape for each in values[name]]
            want = [each.shape for each in arrays]
            expect.true(
                shapes == want, f"{name} should have {words}, of the shapes {want}", f"it has {shapes}"
            )
            found[name].set_weights(arrays)
        count, want = len(self.layer.weights), sum(map(len, self.weights.values()))
        expect.true(
            count == want, f"the block should have {want} weights, those of its sublayers", f"it has {count}"
        )
        return self

    def gives(self, x=None, *, training=False, weights=None, moved=None):
        """What the block should give."""
        weights = weights or self.weights
        x = np.asarray(self.x if x is None else x, "float64")

        def norm(name, x):
            statistics = []
            y = normalized(x, weights[name], training, statistics)
            if moved is not None:
                moved[name] = statistics[0]
            return y

        if self.pre:
            a = relu(norm("norm1", x))
            branch = convolved(
                relu(norm("norm2", convolved(a, weights["conv1"][0], self.stride))), weights["conv2"][0]
            )
            return branch + (convolved(a, weights["projection"][0], self.stride) if self.projects else x)
        branch = relu(norm("norm1", convolved(x, weights["conv1"][0], self.stride)))
        branch = norm("norm2", convolved(branch, weights["conv2"][0]))
        if self.projects:
            x = norm("projection_norm", convolved(x, weights["projection"][0], self.stride))
        return relu(branch + x)

    def is_right(self, claim, **tolerance):
        """It gives that, with training off and on, and the statistics move as they should."""
        y = self.layer(self.x, training=False)
        expect.right_and_finite(
            y, self.gives(), f"{claim} should be right with training=False", **(NEAR | tolerance)
        )
        y = self.layer(self.x, training=True)
        moved = {}
        want = self.gives(training=True, moved=moved)
        expect.right_and_finite(y, want, f"{claim} should be right with training=True", **(NEAR | tolerance))
        for name, statistics in moved.items():
            got = getattr(self.layer, name).get_weights()[2:]
            expect.all_close(
                got, statistics, f"{name} should keep its own moving statistics", **(NEAR | tolerance)
            )


@check("ResidualBlock", points=2)
def test_block_post(learner, rng):
    """Post-activation: relu of x plus the branch, if the shape stays."""
    block = Block(learner, rng, 3, 3).prepared()
    y = block.layer(block.x, training=False)
    expect.right_and_finite(
        y, block.gives(), "relu(x + the branch) should be right with training=False", **NEAR
    )


@check("ResidualBlock", points=2)
def test_block_pre(learner, rng):
    """Pre-activation: x plus the branch, and nothing after it, if the shape stays."""
    Block(learner, rng, 3, 3, pre=True).prepared().is_right("x + the branch")


@check("ResidualBlock", after=test_block_post)
def test_block_post_projects(learner, rng):
    """Post-activation with a stride: x is projected, and normalized, in training too."""
    Block(learner, rng, 2, 3, stride=2).prepared().is_right("a block with a stride")


@check("ResidualBlock", after=test_block_pre)
def test_block_pre_projects(learner, rng):
    """Pre-activation with other channels: a = relu(norm1(x)) is projected, and not normalized again."""
    Block(learner, rng, 2, 3, pre=True).prepared().is_right("a pre-activation block with other channels")


@check("ResidualBlock", after=test_block_pre)
def test_block_starts_as_its_shortcut(learner, rng):
    """A new block is relu(x), or x, because norm2's gamma, or conv2's kernel, is zero, and nothing else."""
    for pre in (False, True):
        block = Block(learner, rng, 3, 3, pre=pre)
        want = block.x if pre else relu(block.x)
        _, zero = block.starts()
        expect.right_and_finite(
            block.first, want, f"a new block should give {'x' if pre else 'relu(x)'}", **NEAR
        )
        claim = f"the {'kernel of conv2' if pre else 'gamma of norm2'} should be zero, and nothing else"
        expect.true(
            zero == ["conv2" if pre else "norm2"], claim, f"zero is that of {', '.join(zero) or 'none'}"
        )


@check("ResidualBlock")
def test_block_configuration(learner):
    """get_config has all that the block was made with."""
    settings = {"filters": 4, "kernel_size": 5, "stride": 2, "pre_activation": True, "zero_init": False}
    laws.config_holds(learner.ResidualBlock(**settings, name="mine"), **settings, name="mine")


@check("ResidualBlock", hidden=True, points=2, after=test_block_pre_projects)
def test_block_of_other_shapes(learner, rng):
    """Other kernels, strides and channels, in both forms."""
    block = Block(learner, rng, 2, 3, kernel_size=2).prepared()
    y = block.layer(block.x, training=False)
    expect.right_and_finite(
        y, block.gives(), "other channels, with a kernel_size of 2, should be right", **NEAR
    )
    block = Block(learner, rng, 3, 3, kernel_size=5, stride=2, pre=True).prepared()
    block.is_right("a pre-activation block with a kernel_size of 5 and a stride of 2")


@check("ResidualBlock", hidden=True, after=test_block_pre)
def test_block_starts_otherwise(learner, rng):
    """Without zero_init nothing is zero, and all gammas begin at 1."""
    for pre in (False, True):
        values, zero = Block(learner, rng, 2, 3, pre=pre, zero_init=False).starts()
        expect.true(
            zero == [], "without zero_init nothing should be zero", f"zero is that of {', '.join(zero)}"
        )
        for name, arrays in values.items():
            is_one = len(arrays) == 1 or bool((arrays[0] == 1).all())
            expect.true(is_one, f"the gamma of {name} should begin at 1 without zero_init", "it does not")


@check("ResidualBlock", hidden=True, after=test_block_pre_projects)
def test_block_dtype_policies(learner, rng):
    """The sublayers have the dtype policy of the block; with a projection, it begins at zero as well."""
    for policy, pre in (("float16", False), ("float64", True)):
        block = Block(learner, rng, 2, 3, pre=pre, dtype=policy)
        kind = np.asarray(block.first).dtype.name
        values, zero = block.starts()
        kinds = {name: sorted({each.dtype.name for each in arrays}) for name, arrays in values.items()}
        learner.observed({"dtype": kind, "stored": kinds, "zero": zero})
        expect.true(kind == policy, f"the policy {policy} should give {policy}", f"it gives {kind}")
        for name, found in kinds.items():
            claim = f"the weights of {name} should be {policy} under the policy {policy}"
            expect.true(found == [policy], claim, f"they are {' and '.join(found)}")
        claim = (
            f"only the {'kernel of conv2' if pre else 'gamma of norm2'} should be zero, with a projection too"
        )
        expect.true(
            zero == ["conv2" if pre else "norm2"], claim, f"zero is that of {', '.join(zero) or 'none'}"
        )
        if policy == "float64":  # what float16 rounds in between depends on the order of the steps
            y = block.prepared().layer(block.x, training=False)
            claim = "the values should be right under float64"
            expect.right_and_finite(y, block.gives(), claim, rtol=1e-6, atol=1e-6)
    mixed = Block(learner, rng, 2, 3, dtype="mixed_float16")
    computed = {name: each.compute_dtype for name, each in mixed.sublayers().items()}
    learner.observed({"computed": computed})
    claim = "under mixed_float16 every sublayer should compute in float16"
    for name, kind in computed.items():
        expect.true(kind == "float16", claim, f"{name} computes in {kind}")


@check("ResidualBlock", hidden=True, points=2, after=test_block_pre_projects)
def test_block_in_a_model(learner, rng):
    """In a model its output has a shape, and what is saved and loaded gives what its weights say."""
    keras = learner.keras
    layer = learner.ResidualBlock(3, 2, 2, pre_activation=True, zero_init=False)
    model = keras.Sequential([keras.Input((4, 4, 2)), layer])
    shape = model.output_shape
    expect.true(
        shape == (None, 2, 2, 3), "the shape of the output should be (None, 2, 2, 3)", f"it is {shape}"
    )
    block = Block(learner, rng, 2, 3, kernel_size=2, stride=2, pre=True, layer=layer).prepared()
    loaded = learner.kit.reloaded(model)
    x = normal(rng, 3, 4, 4, 2)
    y = loaded(x, training=True)
    want = block.gives(x, training=True)
    expect.right_and_finite(y, want, "a model should do the same after it was saved and loaded", **NEAR)
