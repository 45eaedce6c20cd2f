"""Checks of the topic `training_loop`.

Models are made next to the learner's code and set to known weights, so that losses, gradients and updates
can be worked out in NumPy float64. Shuffled orders are the learner's own: what is checked of them is
structure (each example once, rows still together, new each epoch) and statistics within 5 standard
deviations. Training with all data as one batch does not depend on the order, nor does a learning rate of 0.
"""

import functools
import itertools
import math

import numpy as np

from nnlearn import data
from nnlearn.checking import check, expect, laws, oracles
from nnlearn.learner.errors import LearnerRaised
from nnlearn.learner.session import Remote

# A right fit reaches 0.892 to 0.925 on the digits (60 seeds, mean 0.912, standard deviation 0.0075), that of
# Keras 0.903 to 0.928 (40 seeds); the training loss falls to 0.16 to 0.22 of the first epoch's.
# This is 5 standard deviations less.
LEAST_ACCURACY = 0.874


def crossentropy(learner, **kwargs):
    """Keras' loss for integer labels and raw outputs."""
    return learner.keras.losses.SparseCategoricalCrossentropy(from_logits=True, **kwargs)


def affine(learner, kernel, bias, *before, **kwargs):
    """A model that is one dense layer with these weights, after the layers in `before`."""
    keras = learner.keras
    dense = keras.layers.Dense(kernel.shape[1], **kwargs)
    model = keras.Sequential([keras.Input(kernel.shape[:1]), *before, dense])
    dense.set_weights([kernel, bias])
    return model


def ridge(learner, kernel, bias):
    """An affine model with a penalty of 0.05 times the squares of its kernel."""
    return affine(learner, kernel, bias, kernel_regularizer=learner.keras.regularizers.L2(0.05))


def deep(learner, rng):
    """A model of three layers with weights from `rng`."""
    keras = learner.keras
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(6, "tanh"), layers.Dense(7, "tanh"), layers.Dense(4)]
    )
    weights = [rng.normal(size=w.shape).astype("float32") / 2 for w in model.get_weights()]
    model.set_weights(weights)
    return model, weights


def regression_data(rng, examples, inputs=4, outputs=3):
    """Inputs and targets, a kernel and a bias."""
    shapes = ((examples, inputs), (examples, outputs), (inputs, outputs), (outputs,))
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def classification_data(rng, examples, inputs=5, classes=4):
    """Inputs and labels, a kernel and a bias."""
    x = rng.normal(size=(examples, inputs)).astype("float32")
    kernel, bias = rng.normal(size=(inputs, classes)), rng.normal(size=classes)
    labels = rng.integers(0, classes, examples).astype("int32")
    return x, labels, kernel.astype("float32"), bias.astype("float32")


def predicted(x, kernel, bias):
    """What an affine model gives, in float64."""
    return x.astype(float) @ kernel + bias


def squared_error(x, y, kernel, bias):
    """The mean loss of an affine model, and its gradients with respect to kernel and bias."""
    answers = predicted(x, kernel, bias)
    slope = 2 * (answers - y) / y.size
    return oracles.mean_squared_error(y, answers).mean(), [x.T @ slope, slope.sum(axis=0)]


def penalty(kernel):
    """What `ridge` adds to the loss, and the gradient of that."""
    wide = kernel.astype(float)
    return 0.05 * (wide**2).sum(), 2 * 0.05 * wide


def right_answers(x, labels, kernel, bias):
    """Loss and accuracy of an affine classifier, in float64."""
    z = predicted(x, kernel, bias)
    return oracles.crossentropy(labels, z).mean(), float((z.argmax(axis=1) == labels).mean())


def pieces(x, y, sizes):
    """The data in batches of these sizes."""
    ends = np.cumsum(sizes)
    return [(x[end - size : end], y[end - size : end]) for end, size in zip(ends, sizes, strict=True)]


def moved(before, after):
    """Which of the weights are not as before."""
    return [not expect.equal(old, new) for old, new in zip(before, after, strict=True)]


def runs_with(modes, training):
    """A recorder saw the model run, each time in this mode."""
    expect.true(bool(modes), "the model should be run")
    claim, other = f"the model should run with training={training}", "inference" if training else "training"
    expect.true(set(modes) == {training}, claim, f"it runs in {other} mode")


# minibatches -----------------------------------------------------------------------------------


def numbered(examples, width=3):
    """Inputs whose first column counts the examples, and targets that say the same in another way."""
    x = np.arange(examples * width, dtype="float32").reshape(examples, width)
    return x, (1000 - np.arange(examples)).astype("int32")


def batches_of(learner, x, y, *args, **kwargs):
    """What minibatches yields, known to be pairs of arrays of one length."""
    claim = "minibatches should yield pairs (batch_x, batch_y)"
    given = learner.minibatches(x, y, *args, **kwargs)
    expect.true(isinstance(given, (Remote, list, tuple)), claim, f"it returns {type(given).__name__}")
    pairs = []
    for pair in given:
        batch_x, batch_y = expect.items(pair, 2, claim)
        are_arrays = expect.is_array(batch_x) and expect.is_array(batch_y)
        expect.true(are_arrays, claim, "they are not NumPy arrays")
        expect.true(batch_x.ndim == x.ndim and batch_y.ndim == y.ndim, claim, "they have another rank")
        expect.true(len(batch_x) == len(batch_y), "both halves of a batch should have as many examples")
        pairs.append((batch_x, batch_y))
        expect.true(len(pairs) <= 2 * len(x), "one call should be one epoch, and then end")
    expect.true(bool(pairs), "minibatches should yield at least one batch")
    return pairs


def order_of(pairs, width=3):
    """The numbers of the examples in the order in which they came."""
    return np.concatenate([batch_x[:, 0] for batch_x, _ in pairs]).astype(int) // width


def is_sorted(order):
    return bool((np.diff(order) > 0).all())


def facts_of(pairs, examples):
    """What does not depend on the order that was drawn."""
    order, targets = order_of(pairs), np.concatenate([batch_y for _, batch_y in pairs])
    return {
        "sizes": [len(batch_x) for batch_x, _ in pairs],
        "each once": sorted(order.tolist()) == list(range(examples)),
        "paired": np.array_equal(1000 - order, targets),
        "inputs sorted": is_sorted(order),
        "targets sorted": is_sorted(targets[::-1]),
        "dtypes": sorted({f"{a.dtype} {b.dtype}" for a, b in pairs}),
    }


@check("minibatches")
def test_batches_have_every_example_once(learner):
    """One call of minibatches yields every example exactly once."""
    pairs = batches_of(learner, *numbered(23), 5, 1)
    learner.observed(facts_of(pairs, 23))
    seen = np.bincount(np.clip(order_of(pairs), 0, 22), minlength=23)
    expect.same(seen, np.ones(23, seen.dtype), "every example should come exactly once")


@check("minibatches")
def test_batches_keep_rows_together(learner):
    """Row i of a batch of targets belongs to row i of the inputs."""
    x, y = numbered(23)
    pairs = batches_of(learner, x, y, 5, 2)
    learner.observed(facts_of(pairs, 23))
    for batch_x, batch_y in pairs:
        number = (batch_x[:, 0] // 3).astype(int)
        expect.true(bool((batch_x == x[number]).all()), "a batch should hold whole rows of x")
        expect.same(batch_y, y[number], "each target should come with its own input")


@check("minibatches")
def test_batches_have_their_size(learner):
    """Every batch has batch_size examples, and the last one what is left."""
    facts = facts_of(batches_of(learner, *numbered(23), 5, 3), 23)
    learner.observed(facts)
    sizes = facts["sizes"]
    expect.true(sizes == [5, 5, 5, 5, 3], "23 examples should come as 5, 5, 5, 5 and 3", f"they are {sizes}")


@check("minibatches")
def test_batches_follow_the_seed(learner):
    """The same seed gives the same order, and another seed another order."""

    def order_from(seed):
        order = order_of(batches_of(learner, *numbered(40), 7, seed))
        learner.observed({"sorted": is_sorted(order)})
        expect.true(not is_sorted(order), "the order should be shuffled, unless told otherwise")
        return order

    laws.follows_seed(learner, order_from, drawn="orders")


@check("minibatches")
def test_batches_in_order(learner):
    """With shuffle=False the examples come in the order of the arrays."""
    order = order_of(batches_of(learner, *numbered(23), 5, 6, shuffle=False))
    learner.observed({"sorted": order.tolist() == sorted(order.tolist()), "count": len(order)})
    claim = "with shuffle=False the order should be that of the arrays"
    expect.true(is_sorted(order), claim, f"it begins {order[:5].tolist()}")


@check("minibatches", hidden=True, after=test_batches_have_their_size)
def test_batches_of_other_sizes(learner):
    """Sizes that divide evenly, of one example, and larger than the data come out right."""
    wanted = {(12, 4): [4, 4, 4], (12, 12): [12], (7, 20): [7], (3, 1): [1, 1, 1], (21, 20): [20, 1]}
    for (examples, size), sizes in wanted.items():
        for shuffle in (True, False):
            facts = facts_of(batches_of(learner, *numbered(examples), size, 7, shuffle=shuffle), examples)
            learner.observed({"sizes": facts["sizes"]})
            right = facts["sizes"] == sizes and facts["each once"] and facts["paired"]
            expect.true(right, f"{examples} examples in batches of {size} should come as {sizes}")


@check("minibatches", hidden=True, after=test_batches_keep_rows_together)
def test_batches_keep_dtypes(learner, rng):
    """The arrays keep their dtypes and the shapes of their rows."""
    for x_dtype, y_dtype in (("float64", "int64"), ("uint8", "float32"), ("float16", "int8")):
        x = rng.integers(0, 99, (11, 2, 3, 4)).astype(x_dtype)
        y = rng.integers(0, 99, (11, 5)).astype(y_dtype)
        pairs = batches_of(learner, x, y, 4, 8)
        kinds = sorted({f"{a.dtype} {b.dtype} {a.shape[1:]} {b.shape[1:]}" for a, b in pairs})
        learner.observed({"kinds": kinds})
        for batch_x, batch_y in pairs:
            expect.dtype(batch_x, x_dtype, f"{x_dtype} inputs should stay {x_dtype}")
            expect.dtype(batch_y, y_dtype, f"{y_dtype} targets should stay {y_dtype}")
            rows = batch_x.shape[1:] == (2, 3, 4) and batch_y.shape[1:] == (5,)
            expect.true(rows, "rows should keep their shape")


@check("minibatches", hidden=True, after=test_batches_follow_the_seed)
def test_batches_are_well_mixed(learner):
    """Any order is as likely as any other: examples move far, and neighbours part."""
    n, seeds = 120, range(20, 28)
    orders = [order_of(batches_of(learner, *numbered(n), 16, seed)) for seed in seeds]
    counts = [len(order) for order in orders]
    learner.observed({"counts": counts})
    expect.true(set(counts) == {n}, f"{n} examples should come in an epoch", f"it has {counts[0]}")
    together = float(np.mean([(np.diff(order) == 1).mean() for order in orders]))
    moved = float(np.mean([np.abs(order - np.arange(n)).mean() for order in orders]))
    firsts = len({int(order[0]) for order in orders})
    learner.observed({"together": round(together, 1), "moved": round(moved / 10), "firsts": min(firsts, 3)})
    # Neighbours stay neighbours with probability 1/n; examples move by (n^2 - 1) / 3n on average,
    # with a variance of about 2n/45 per order.
    deviation = math.sqrt(1 / n / (n - 1) / len(orders))
    expect.likely(together, 1 / n, deviation, "examples that are neighbours should not stay together")
    middle, deviation = (n**2 - 1) / (3 * n), math.sqrt(2 * n / 45 / len(orders))
    expect.likely(moved, middle, deviation, "examples should move as far as in a random order")
    expect.true(firsts > 1, "the example that comes first should differ from seed to seed")


@check("minibatches", hidden=True, after=test_batches_have_every_example_once)
def test_batches_leave_the_arrays_alone(learner):
    """The arrays that were given are as before."""
    laws.changes_no_argument(learner, learner.minibatches, *numbered(23), 5, 9)


# train_step ------------------------------------------------------------------------------------


def step(learner, model, x, y):
    """The loss of one step of SGD down the squared error, with a learning rate of 0.3."""
    optimizer = learner.keras.optimizers.SGD(0.3)
    return learner.train_step(model, optimizer, learner.keras.losses.mean_squared_error, x, y)


@check("train_step")
def test_step_returns_the_loss(learner, rng):
    """train_step returns the mean loss of the batch, as it was before the update."""
    x, y, kernel, bias = regression_data(rng, 7)
    want, _ = squared_error(x, y, kernel, bias)
    losses = learner.keras.losses
    for loss_fn in (losses.mean_squared_error, losses.MeanSquaredError()):
        model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.3)
        loss = learner.train_step(model, optimizer, loss_fn, x, y)
        expect.number(loss, "train_step should return one number, the loss")
        expect.close(loss, want, "the loss should be the mean over the batch, before the update")


@check("train_step")
def test_step_goes_down_the_gradient(learner, rng):
    """One step of SGD subtracts the learning rate times the gradient of the mean loss."""
    x, y, kernel, bias = regression_data(rng, 7)
    model = affine(learner, kernel, bias)
    step(learner, model, x, y)
    new_kernel, new_bias = model.get_weights()
    _, (of_kernel, of_bias) = squared_error(x, y, kernel, bias)
    expect.different(new_kernel, kernel, "the step should move the weights")
    claim = "the new {} should be the old one minus learning rate times gradient"
    expect.close(new_kernel, kernel - 0.3 * of_kernel, claim.format("kernel"))
    expect.close(new_bias, bias - 0.3 * of_bias, claim.format("bias"))


@check("train_step")
def test_step_runs_in_training_mode(learner, rng):
    """During train_step the model runs with training=True, once."""
    x, y, kernel, bias = regression_data(rng, 7)
    recorder = learner.kit.recorder()
    step(learner, affine(learner, kernel, bias, recorder), x, y)
    modes = recorder.modes
    learner.observed({"modes": modes})
    runs_with(modes, training=True)
    expect.true(len(modes) == 1, "one step should run the model once", f"it runs {len(modes)} times")


@check("train_step", after=test_step_goes_down_the_gradient)
def test_step_adds_the_losses_of_layers(learner, rng):
    """The loss contains model.losses, what is returned and what the gradient is taken of."""
    x, y, kernel, bias = regression_data(rng, 7)
    model = ridge(learner, kernel, bias)
    loss = step(learner, model, x, y)
    mean, (of_kernel, _) = squared_error(x, y, kernel, bias)
    extra, of_extra = penalty(kernel)
    expect.close(loss, mean + extra, "the loss should contain the sum of model.losses")
    want = kernel - 0.3 * (of_kernel + of_extra)
    claim = "the gradient should be that of the loss with model.losses"
    expect.close(model.get_weights()[0], want, claim)


@check("train_step", after=test_step_goes_down_the_gradient)
def test_step_leaves_frozen_layers_alone(learner, rng):
    """Layers frozen from the beginning or between two steps keep their weights, and the others learn."""
    x, labels, *_ = classification_data(rng, 9)
    model, _ = deep(learner, rng)
    first, middle, last = model.layers
    loss_fn, optimizer = crossentropy(learner), learner.keras.optimizers.SGD(0.2)
    for layer, claim in (
        (middle, "a frozen layer should keep its weights"),
        (first, "a layer that is frozen after the first step should keep its weights from then on"),
    ):
        layer.trainable = False
        frozen, moving = layer.get_weights(), last.get_weights()
        learner.train_step(model, optimizer, loss_fn, x, labels)
        expect.unchanged(layer.get_weights(), frozen, claim)
        expect.different(last.get_weights()[0], moving[0], "layers that are not frozen should learn")


def twin_after(learner, weights, make_optimizer, loss_fn, batches, frozen=()):
    """The weights and losses of the same model after Keras' own steps."""
    twin, _ = deep(learner, np.random.default_rng(0))
    twin.set_weights(weights)
    for number in frozen:
        twin.layers[number].trainable = False
    twin.compile(make_optimizer(), loss_fn, run_eagerly=True)
    losses = [float(twin.train_on_batch(x, y)) for x, y in batches]
    return twin.get_weights(), losses


def steps(learner, model, optimizer, loss_fn, batches):
    return [np.asarray(learner.train_step(model, optimizer, loss_fn, x, y)) for x, y in batches]


@check("train_step", hidden=True, points=2, after=test_step_goes_down_the_gradient)
def test_steps_agree_with_keras(learner, rng):
    """Several steps on batches of different sizes, with optimizers that remember, end where Keras' own do."""
    x, labels, *_ = classification_data(rng, 20)
    batches, loss_fn = pieces(x, labels, (9, 2, 9)), crossentropy(learner)
    optimizers = learner.keras.optimizers
    for make in (
        functools.partial(optimizers.SGD, 0.1, momentum=0.8),
        functools.partial(optimizers.Adam, 0.05),
    ):
        model, weights = deep(learner, rng)
        want, losses = twin_after(learner, weights, make, loss_fn, batches)
        optimizer = make()
        found = steps(learner, model, optimizer, loss_fn, batches)
        expect.close(found, losses, "each step's loss should be right")
        claim = "the weights should be where Keras' own steps lead"
        expect.all_close(model.get_weights(), want, claim, atol=2e-5)
        count = int(np.asarray(optimizer.iterations))
        expect.same(count, 3, "the optimizer should have taken one step for each call")


@check("train_step", hidden=True, points=2, after=test_step_leaves_frozen_layers_alone)
def test_steps_go_on_after_changes(learner, rng):
    """Steps stay right when layers are frozen, with a second optimizer, and with a second model."""
    x, labels, *_ = classification_data(rng, 9)
    loss_fn, batch = crossentropy(learner), [(x, labels)]
    sgd = functools.partial(learner.keras.optimizers.SGD, 0.2, momentum=0.5)
    model, weights = deep(learner, rng)
    old = sgd()
    steps(learner, model, old, loss_fn, batch)
    weights, _ = twin_after(learner, weights, sgd, loss_fn, batch)

    model.layers[0].trainable = False
    steps(learner, model, sgd(), loss_fn, batch)
    weights, _ = twin_after(learner, weights, sgd, loss_fn, batch, frozen=[0])
    claim = "a frozen layer and a second optimizer should work"
    expect.all_close(model.get_weights(), weights, claim, atol=2e-5)

    second, weights = deep(learner, rng)
    steps(learner, second, sgd(), loss_fn, batch)
    weights, _ = twin_after(learner, weights, sgd, loss_fn, batch)
    expect.all_close(second.get_weights(), weights, "a second model should work", atol=2e-5)

    before = model.get_weights()
    learner.train_step(model, old, loss_fn, x, labels)  # the first optimizer once more
    claim = "going back to the first optimizer should move the layers that are not frozen, and only them"
    expect.true(moved(before, model.get_weights()) == [False, False, True, True, True, True], claim)


@check("train_step", hidden=True, after=test_step_runs_in_training_mode)
def test_step_moves_moving_statistics(learner, rng):
    """A step updates moving statistics once, and the loss is that of the normalized batch."""
    x, y, kernel, bias = regression_data(rng, 7)
    norm = learner.keras.layers.BatchNormalization(momentum=0.6)
    model, optimizer = affine(learner, kernel, bias, norm), learner.keras.optimizers.SGD(0.1)
    loss = learner.train_step(model, optimizer, learner.keras.losses.MeanSquaredError(), x, y)
    mean, variance = oracles.moments(x, 0)
    want, _ = squared_error(oracles.standardized(x, mean, variance), y, kernel, bias)
    expect.close(loss, want, "the loss should be that of training mode")
    moving = np.asarray(norm.moving_mean)
    expect.close(moving, 0.4 * mean[0], "the moving mean should move once in a step")


@check("train_step", hidden=True, after=test_step_returns_the_loss)
def test_step_calls_the_loss_with_targets_first(learner, rng):
    """loss_fn is called with the targets first, whatever it returns, and large losses count as well."""
    x, y, kernel, bias = regression_data(rng, 7)
    y = np.abs(y) + 1
    shares = 100 * (predicted(x, kernel, bias) - y) / y
    loss_fn = learner.keras.losses.mean_absolute_percentage_error
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(1e-4)
    loss = learner.train_step(model, optimizer, loss_fn, x, y)
    claim = "loss_fn should be called as loss_fn(y, predictions)"
    expect.close(loss, np.abs(shares).mean(), claim, rtol=1e-4)
    want = kernel - 1e-4 * (x.T @ (100 * np.sign(shares) / y / y.size))
    expect.close(model.get_weights()[0], want, "a large loss should move the weights as well")


# evaluate --------------------------------------------------------------------------------------


def fields(result):
    """What evaluate returned, known to be a dictionary with a loss and an accuracy."""
    claim = 'evaluate should return a dictionary with exactly "loss" and "accuracy"'
    right = isinstance(result, dict) and set(result) == {"loss", "accuracy"}
    keys = sorted(result, key=str) if isinstance(result, dict) else type(result).__name__
    expect.true(right, claim, f"it gives {keys}")
    for name in ("loss", "accuracy"):
        value = result[name]
        # A NumPy float64 is a Python float too, and crosses as an array.
        is_float64 = expect.is_array(value) and value.shape == () and value.dtype == "float64"
        claim = f'"{name}" should be a Python float'
        expect.true(type(value) is float or is_float64, claim, "it is something else")
    return float(result["loss"]), float(result["accuracy"])


def evaluates_right(learner, model, loss_fn, x, labels, size, want, claim):
    loss, accuracy = fields(learner.evaluate(model, loss_fn, x, labels, size))
    expect.close(loss, want[0], f"the loss should be {claim}")
    expect.close(accuracy, want[1], f"the accuracy should be {claim}")


@check("evaluate")
def test_evaluate_measures(learner, rng):
    """evaluate returns the mean loss and the accuracy, as Python floats."""
    x, labels, kernel, bias = classification_data(rng, 20)
    want = right_answers(x, labels, kernel, bias)
    model, loss_fn = affine(learner, kernel, bias), crossentropy(learner)
    evaluates_right(learner, model, loss_fn, x, labels, 20, want, "right for one batch")
    loss_fn = crossentropy(learner, reduction=None)
    evaluates_right(learner, model, loss_fn, x, labels, 10, want, "right for two batches")


@check("evaluate", after=test_evaluate_measures)
def test_evaluate_does_not_depend_on_the_batch_size(learner, rng):
    """Loss and accuracy are means over examples, also when the last batch is short."""
    x, labels, kernel, bias = classification_data(rng, 22)
    want = right_answers(x, labels, kernel, bias)
    model, loss_fn = affine(learner, kernel, bias), crossentropy(learner)
    for size in (5, 8, 21):
        claim = f"a mean over 22 examples with batches of {size}, too"
        evaluates_right(learner, model, loss_fn, x, labels, size, want, claim)


@check("evaluate")
def test_evaluate_runs_in_inference_mode(learner, rng):
    """During evaluate the model runs with training=False, on every example once."""
    x, labels, kernel, bias = classification_data(rng, 11)
    recorder = learner.kit.recorder()
    model = affine(learner, kernel, bias, recorder)
    learner.evaluate(model, crossentropy(learner), x, labels, 4)
    modes, batches = recorder.modes, recorder.batches
    learner.observed({"training": sorted(set(modes)), "examples": sum(map(len, batches))})
    runs_with(modes, training=False)
    claim = "every example should be measured once"
    expect.close(np.sort(np.concatenate(batches), axis=0), np.sort(x, axis=0), claim)


def with_statistics(learner, rng, kernel, bias, *more):
    """An affine model behind batch normalization whose statistics and weights are not the initial ones."""
    norm = learner.keras.layers.BatchNormalization()
    model = affine(learner, kernel, bias, norm, *more)
    norm.set_weights([rng.uniform(0.5, 1.5, w.shape).astype("float32") for w in norm.get_weights()])
    return model


@check("evaluate", after=test_evaluate_measures)
def test_evaluate_changes_nothing(learner, rng):
    """evaluate leaves weights and moving statistics as they are, and says the same each time."""
    x, labels, kernel, bias = classification_data(rng, 11)
    dropout = learner.keras.layers.Dropout(0.4, seed=1)
    model, loss_fn = with_statistics(learner, rng, kernel, bias, dropout), crossentropy(learner)

    def measured_twice():
        return [fields(learner.evaluate(model, loss_fn, x, labels, 4)) for _ in range(2)]

    first, second = laws.changes_no_weight(learner, model, measured_twice)
    learner.observed({"repeats": first == second})
    expect.true(first == second, "a second call should say the same")


@check("evaluate", hidden=True, after=test_evaluate_measures)
def test_evaluate_adds_the_losses_of_layers_once(learner, rng):
    """The loss contains model.losses once, however many batches there are."""
    x, labels, kernel, bias = classification_data(rng, 22)
    loss, accuracy = right_answers(x, labels, kernel, bias)
    want, claim = (loss + penalty(kernel)[0], accuracy), "the mean loss plus model.losses, once"
    model, loss_fn = ridge(learner, kernel, bias), crossentropy(learner)
    for size in (22, 11, 5):
        evaluates_right(learner, model, loss_fn, x, labels, size, want, claim)


@check("evaluate", hidden=True, after=test_evaluate_measures)
def test_evaluate_again_on_other_data(learner, rng):
    """Calls do not depend on each other: other data, other models, other sizes."""
    loss_fn, claim = crossentropy(learner), "that of this call's data alone"
    for examples, inputs, classes, size in ((22, 5, 4, 6), (9, 3, 10, 1), (13, 7, 2, 50)):
        x, labels, kernel, bias = classification_data(rng, examples, inputs, classes)
        model = affine(learner, kernel, bias)
        for some_x, some_labels in ((x[:6], labels[:6]), (x[6:], labels[6:])):
            want = right_answers(some_x, some_labels, kernel, bias)
            evaluates_right(learner, model, loss_fn, some_x, some_labels, size, want, claim)


@check("evaluate", hidden=True, after=test_evaluate_does_not_depend_on_the_batch_size)
def test_evaluate_of_unusual_outputs(learner, rng):
    """Accuracy goes by the largest output, also where all outputs are negative or far apart."""
    x, labels, kernel, bias = classification_data(rng, 31, classes=6)
    loss_fn = crossentropy(learner, reduction=None)
    for shift, scale in ((-50.0, 1.0), (0.0, 20.0), (3.0, 0.01)):
        weights = scale * kernel, scale * bias + np.float32(shift)
        want = right_answers(x, labels, *weights)
        model, claim = affine(learner, *weights), "right for such outputs"
        evaluates_right(learner, model, loss_fn, x, labels, 7, want, claim)


@check("evaluate", hidden=True, after=test_evaluate_changes_nothing)
def test_evaluate_uses_stored_statistics(learner, rng):
    """With batch normalization, evaluate uses the stored statistics."""
    x, labels, kernel, bias = classification_data(rng, 11)
    model = with_statistics(learner, rng, kernel, bias)
    gamma, beta, mean, variance = model.layers[0].get_weights()
    normal = oracles.standardized(x, mean, variance) * gamma + beta
    want = right_answers(normal, labels, kernel, bias)
    evaluates_right(learner, model, crossentropy(learner), x, labels, 4, want, "that of inference mode")


# fit -------------------------------------------------------------------------------------------


def history_of(result, epochs, keys=("loss", "val_loss", "val_accuracy")):
    """The wanted lists of what fit returned, each known to hold `epochs` numbers."""
    expect.true(isinstance(result, dict), "fit should return a dictionary of lists")
    missing = [key for key in keys if key not in result]
    expect.true(not missing, f"the history should have {', '.join(keys)}", f"it lacks {', '.join(missing)}")
    for key in keys:
        claim = f'"{key}" should be a list with one entry per epoch run, {epochs}'
        for value in expect.items(result[key], epochs, claim):
            expect.number(value, f'"{key}" should be a list of floats')
    return {key: np.asarray(result[key], float) for key in keys}


def epochs_in(result, key="val_loss"):
    """How many epochs the history says were run, or None if it does not say."""
    values = result.get(key) if isinstance(result, dict) else None
    return len(values) if isinstance(values, (list, tuple)) else None


def descents(x, labels, kernel, bias, rate, epochs):
    """Gradient descent with all examples as one batch: the losses before each step, all weights after."""
    losses, weights = [], []
    for _ in range(epochs):
        z = predicted(x, kernel, bias)
        losses.append(oracles.crossentropy(labels, z).mean())
        slope = oracles.crossentropy_gradient(labels, z) / len(x)
        kernel, bias = kernel - rate * (x.T @ slope), bias - rate * slope.sum(axis=0)
        weights.append((kernel, bias))
    return losses, weights


@check("fit")
def test_fit_trains_and_keeps_the_books(learner, rng):
    """fit takes the steps, and keeps their losses and what it measures after each epoch."""
    x, labels, kernel, bias = classification_data(rng, 30)
    train, validation = pieces(x, labels, (18, 12))
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.5)
    loss_fn = crossentropy(learner)
    result = learner.fit(model, optimizer, loss_fn, train, validation, epochs=4, batch_size=18, seed=1)
    history, weights = history_of(result, 4), model.get_weights()
    learner.observed({"history": history, "weights": weights})
    losses, path = descents(*train, kernel, bias, 0.5, 4)
    claim = "the loss of an epoch should be that of its steps, before their updates"
    expect.close(history["loss"], losses, claim)
    val_losses, shares = zip(*(right_answers(*validation, *after) for after in path), strict=True)
    expect.close(history["val_loss"], val_losses, "val_loss should be measured after the epoch")
    expect.close(history["val_accuracy"], shares, "val_accuracy should be right")
    expect.all_close(weights, path[-1], "the model should end with the weights after the last step")


def recorded_fit(learner, seed, epochs=2):
    """What a model sees in fit: the sizes of the batches in training, and the numbers of the examples
    in training and in inference mode. Examples 1 to 10 are to be trained on, 11 to 13 are not."""
    x, labels = np.arange(1, 14, dtype="float32")[:, None], np.arange(13, dtype="int32") % 3
    recorder = learner.kit.recorder()
    model = affine(learner, np.zeros((1, 3), "float32"), np.zeros(3, "float32"), recorder)
    optimizer = learner.keras.optimizers.SGD(0.0)
    learner.fit(model, optimizer, crossentropy(learner), *pieces(x, labels, (10, 3)), epochs, 4, seed)
    runs = list(zip(recorder.modes, recorder.batches, strict=True))
    trained, measured = (
        [batch[:, 0].astype(int).tolist() for ran, batch in runs if ran is mode] for mode in (True, False)
    )
    sizes = [len(batch) for batch in trained]
    return sizes, list(itertools.chain(*trained)), list(itertools.chain(*measured))


@check("fit")
def test_fit_uses_the_right_modes(learner):
    """fit trains with training=True, and measures the validation data with training=False."""
    _, trained, measured = recorded_fit(learner, seed=3, epochs=1)
    learner.observed({"in training": sorted(set(trained)), "measured": sorted(set(measured))})
    expect.true(bool(trained), "the steps should run the model with training=True")
    expect.true(max(trained) <= 10, "validation data should not be run in training mode")
    claim = "validation data should be run with training=False"
    expect.true({11, 12, 13} <= set(measured), claim)


@check("fit", after=test_fit_uses_the_right_modes)
def test_fit_sees_every_example_in_a_new_order(learner):
    """Each epoch sees every training example once, in an order of its own that follows the seed."""

    def order_from(seed):
        sizes, order, _ = recorded_fit(learner, seed)
        epochs = [order[i : i + 10] for i in range(0, len(order), 10)]
        facts = {
            "sizes": sizes,
            "each once": [sorted(epoch) == list(range(1, 11)) for epoch in epochs],
            "shuffled": epochs[0] != sorted(epochs[0]),
            "epochs differ": len(set(map(tuple, epochs))) == len(epochs),
        }
        learner.observed(facts)
        claim = "10 examples should come as 4, 4 and 2 in each epoch"
        expect.true(sizes == [4, 4, 2] * 2, claim, f"they are {sizes}")
        expect.true(all(facts["each once"]), "each epoch should have every training example once")
        expect.true(facts["shuffled"], "the examples should be shuffled")
        expect.true(facts["epochs differ"], "each epoch should have an order of its own")
        return np.array(order)

    laws.follows_seed(learner, order_from, drawn="orders")


@check("fit", after=test_fit_trains_and_keeps_the_books)
def test_fit_loss_is_a_mean_over_examples(learner, rng):
    """The loss of an epoch is a mean over its examples, also when the last batch is short."""
    x, labels, kernel, bias = classification_data(rng, 11)
    kernel[:] *= 4  # losses that differ much from example to example
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.0)
    train, validation = (x, labels), (x[:4], labels[:4])
    result = learner.fit(model, optimizer, crossentropy(learner), train, validation, 2, 5, seed=2)
    losses = history_of(result, 2)["loss"]
    want, _ = right_answers(*train, kernel, bias)
    close = [bool(abs(loss - want) < 1e-4) for loss in losses]
    learner.observed({"right": close, "times": [round(float(loss / want), 1) for loss in losses]})
    claim = "with a learning rate of 0, the loss should be the mean over all 11 examples in each epoch"
    expect.close(losses, [want] * 2, claim)


def path_of(learner, values):
    """A classifier with one degree of freedom, d, and an optimizer that leads it through these values of d.

    For the input u its two outputs differ by d u. At the input 1 with label 0 the loss is log(1 + exp(-d)),
    and a step of SGD adds 2 rate / (1 + exp(d)) to d: with a rate for each step, d can be led anywhere.
    At the input -1 the loss is log(1 + exp(d)): what is good for the one is bad for the other.
    """
    keras = learner.keras
    path = np.array([2.0, *values])
    rates = (np.diff(path) / 2 * (1 + np.exp(path[:-1]))).tolist()
    rate = keras.optimizers.schedules.PiecewiseConstantDecay(list(range(len(rates) - 1)), rates)
    layer = keras.layers.Dense(2, use_bias=False)
    model = keras.Sequential([keras.Input((1,)), layer])
    model.set_weights([np.array([[1.0, -1.0]], "float32")])
    return model, keras.optimizers.SGD(rate)


def stops_after(learner, values, ran, ended, claim, **kwargs):
    """With a validation loss that rises and falls with d, fit runs so many epochs and ends with this d."""
    model, optimizer = path_of(learner, values)
    ones, labels = np.ones((3, 1), "float32"), np.zeros(3, "int32")
    train, validation = (ones, labels), (-ones[:2], labels[:2])
    loss_fn = crossentropy(learner)
    result = learner.fit(model, optimizer, loss_fn, train, validation, len(values), 3, 1, **kwargs)
    first, second = model.get_weights()[0][0].astype(float)
    d, epochs = float(first - second), epochs_in(result)
    learner.observed({"ran": epochs, "ended": round(d, 2)})
    history = history_of(result, epochs or 0)
    losses = np.logaddexp(0, values)
    shown = [float(f"{loss:.4g}") for loss in losses[: max(ran, epochs or 0)]]
    expect.true(epochs == ran, claim, f"the validation losses are {shown}; it runs {epochs} epochs")
    expect.close(history["val_loss"], losses[:ran], "val_loss should be measured after each epoch")
    expect.close(d, ended, "the model should end with the right weights", atol=1e-3)


@check("fit", after=test_fit_trains_and_keeps_the_books)
def test_fit_stops_early(learner):
    """With a patience of 2, fit stops after two epochs that were no better, and goes back to the best."""
    claim = "with a patience of 2, the second epoch in a row that is no better should be the last"
    stops_after(learner, [0.5, 0.7, 0.2, 0.6, 0.9, 1.2, 1.5], 5, 0.2, claim, patience=2)


def says_not_finite(learner, claim, *arguments):
    """fit raises an error that says that the loss is not finite."""
    fate, epochs = "nothing is raised", None
    try:
        epochs = epochs_in(learner.fit(*arguments), "loss")
    except LearnerRaised as error:
        words = error.message.lower()
        said = any(word in words for word in ("nan", "inf", "finite"))
        fate = "says so" if said else f"{error.type_name} is raised, and its message does not say so"
    learner.observed({"fate": fate, "epochs": epochs})
    expect.true(fate == "says so", f"{claim} should raise an error that says so", fate)


@check("fit")
def test_fit_stops_at_nan(learner, rng):
    """A training loss that is NaN raises an error that says so."""
    x, labels, kernel, bias = classification_data(rng, 12)
    x[7, 2] = np.nan
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.1)
    arguments = (model, optimizer, crossentropy(learner), *pieces(x, labels, (8, 4)), 2, 4, 1)
    says_not_finite(learner, "a training loss that is NaN", *arguments)


@check("fit", hidden=True, after=test_fit_stops_at_nan)
def test_fit_stops_at_any_loss_that_is_not_finite(learner, rng):
    """A validation loss that is NaN raises an error that says so, with patience and without."""
    x, labels, kernel, bias = classification_data(rng, 12)
    x[10, 2] = np.nan
    for patience in (None, 3):
        model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.1)
        arguments = (model, optimizer, crossentropy(learner), *pieces(x, labels, (8, 4)), 2, 8, 1, patience)
        says_not_finite(learner, "a validation loss that is NaN", *arguments)


@check("fit", hidden=True, after=test_fit_stops_at_nan)
def test_fit_stops_at_infinity(learner, rng):
    """A loss that is infinite raises an error that says so."""
    x, labels, kernel, bias = classification_data(rng, 8)
    extra = learner.keras.regularizers.L2(3e38)
    model = affine(learner, 10 * kernel, bias, kernel_regularizer=extra)
    optimizer = learner.keras.optimizers.SGD(0.0)
    arguments = (model, optimizer, crossentropy(learner), (x, labels), None, 1, 8, 1)
    says_not_finite(learner, "a training loss that is infinite", *arguments)


@check("fit", hidden=True, points=2, after=test_fit_stops_early)
def test_fit_counts_its_patience(learner):
    """Patience counts epochs in a row, from the best so far, for other lengths and at both ends."""
    zigzag = [1.0, 1.2, 0.5, 0.7, 0.4, 0.6, 0.9, 1.2, 0.1]
    claim = "only epochs in a row should count, and an improvement should start the count anew"
    stops_after(learner, zigzag, 7, 0.4, claim, patience=2)
    claim = "with a patience of 1, the first epoch that is no better should be the last"
    stops_after(learner, [1.0, 0.6, 0.8, 0.3, 0.2], 3, 0.6, claim, patience=1)
    claim = "with a patience of 3, the third epoch in a row that is no better should be the last"
    stops_after(learner, [0.9, 0.4, 0.6, 0.5, 0.8, 0.1], 5, 0.4, claim, patience=3)
    claim = "where the first epoch is the best, the model should go back to it"
    stops_after(learner, [0.2, 0.5, 0.8, 0.1], 3, 0.2, claim, patience=2)


@check("fit", hidden=True, after=test_fit_stops_early)
def test_fit_takes_equal_for_no_better(learner):
    """An epoch whose validation loss equals the best is no better."""
    claim = "a validation loss equal to the best should count as no better"
    stops_after(learner, [1.0, 0.5, 0.5, 0.5, 0.2], 4, 0.5, claim, patience=2)


@check("fit", hidden=True, after=test_fit_stops_early)
def test_fit_goes_back_when_epochs_run_out(learner):
    """With patience, the best weights are restored also when training was not cut short."""
    claim = "a patience that is not used up should not end the training"
    stops_after(learner, [1.0, 0.3, 0.7, 0.9], 4, 0.3, claim, patience=5)


@check("fit", hidden=True, after=test_fit_trains_and_keeps_the_books)
def test_fit_keeps_the_last_without_patience(learner):
    """Without patience, all epochs are run and the last weights are kept, better or not."""
    claim = "without patience all epochs should be run"
    stops_after(learner, [1.0, 0.3, 0.7], 3, 0.7, claim)
    stops_after(learner, [1.0, 0.3, 0.7], 3, 0.7, claim, patience=None)


@check("fit", hidden=True, after=test_fit_stops_early)
def test_fit_restores_moving_statistics(learner):
    """The best epoch's moving statistics are restored too."""
    keras = learner.keras
    # The batch has mean 1; the moving mean goes from -7 by halves: -3, -1, 0, 0.5, 0.75.
    x = np.array([[0.0], [2.0], [-1.0], [3.0]], "float32")
    labels = np.array([0, 1, 0, 1], "int32")
    norm = keras.layers.BatchNormalization(momentum=0.5, center=False, scale=False)
    kernel = np.array([[1.0, -1.0]], "float32")
    model = affine(learner, kernel, np.zeros(2, "float32"), norm)
    norm.set_weights([np.array([-7.0], "float32"), np.array([2.5], "float32")])
    # Both labels at 0: the loss is least where the moving mean is 0, after the third epoch.
    validation = (np.zeros((2, 1), "float32"), np.array([0, 1], "int32"))
    optimizer = keras.optimizers.SGD(0.0)
    result = learner.fit(model, optimizer, crossentropy(learner), (x, labels), validation, 9, 4, 1, 2)
    moving = float(np.asarray(norm.moving_mean)[0])
    ran = epochs_in(result)
    learner.observed({"ran": ran, "moving mean": round(moving, 2)})
    expect.true(ran == 5, "training should stop two epochs after the best", f"it runs {ran} epochs")
    expect.close(moving, 0.0, "the moving mean should be that of the best epoch", atol=1e-4)


@check("fit", hidden=True, after=test_fit_trains_and_keeps_the_books)
def test_fit_leaves_frozen_layers_alone(learner, rng):
    """Frozen layers keep their weights while the others learn."""
    x, labels, *_ = classification_data(rng, 9)
    model, weights = deep(learner, rng)
    model.layers[1].trainable = False
    optimizer = learner.keras.optimizers.SGD(0.2)
    learner.fit(model, optimizer, crossentropy(learner), (x, labels), None, 1, 5, 1)
    changed = moved(weights, model.get_weights())
    learner.observed({"changed": changed})
    claim = "a frozen layer should keep its weights, and the others should learn"
    expect.true(changed == [True, True, False, False, True, True], claim)


@check("fit", hidden=True, after=test_fit_trains_and_keeps_the_books)
def test_fit_without_validation(learner, rng):
    """With validation=None the history has no validation entries, and training is the same."""
    x, labels, kernel, bias = classification_data(rng, 18)
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.5)
    loss_fn = crossentropy(learner, reduction=None)
    result = learner.fit(model, optimizer, loss_fn, (x, labels), None, epochs=3, batch_size=40, seed=2)
    history, weights = history_of(result, 3, ("loss",)), model.get_weights()
    extra = sorted({"val_loss", "val_accuracy"} & set(result))
    learner.observed({"history": history, "extra": extra, "weights": weights})
    claim = "the history should have no validation entries"
    expect.true(not extra, claim, f"it has {', '.join(extra)}")
    losses, path = descents(x, labels, kernel, bias, 0.5, 3)
    claim = "the loss of an epoch should be that of its steps, before their updates"
    expect.close(history["loss"], losses, claim)
    expect.all_close(weights, path[-1], "the model should end with the weights after the last step")


@check("fit", hidden=True, after=test_fit_loss_is_a_mean_over_examples)
def test_fit_measures_all_validation_examples_alike(learner, rng):
    """val_loss and val_accuracy are means over examples, also when the last batch is short."""
    x, labels, kernel, bias = classification_data(rng, 17)
    kernel[:] *= 4
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.0)
    train, validation = pieces(x, labels, (4, 13))
    result = learner.fit(model, optimizer, crossentropy(learner), train, validation, 2, 6, seed=2)
    history = history_of(result, 2, ("val_loss", "val_accuracy"))
    learner.observed(history)
    want = right_answers(*validation, kernel, bias)
    for (key, found), right in zip(history.items(), want, strict=True):
        expect.close(found, [right] * 2, f"{key} should be the mean over all 13 examples")


@check("fit", hidden=True, after=test_fit_trains_and_keeps_the_books)
def test_fit_adds_the_losses_of_layers(learner, rng):
    """model.losses are part of loss and val_loss, once."""
    x, labels, kernel, bias = classification_data(rng, 17)
    model, optimizer = ridge(learner, kernel, bias), learner.keras.optimizers.SGD(0.0)
    both = pieces(x, labels, (8, 9))
    result = learner.fit(model, optimizer, crossentropy(learner), *both, 1, 4, seed=2)
    history = history_of(result, 1, ("loss", "val_loss"))
    learner.observed(history)
    for (key, found), some in zip(history.items(), both, strict=True):
        want = right_answers(*some, kernel, bias)[0] + penalty(kernel)[0]
        expect.close(found, [want], f"{key} should contain the sum of model.losses, once")


@check("fit", hidden=True, after=test_fit_stops_early)
def test_fit_begins_anew(learner):
    """A second call of fit goes on from the model's weights and remembers nothing else of the first."""
    claim = "each call should count its epochs from zero, and have a best epoch of its own"
    stops_after(learner, [0.3, 0.6, 0.9], 3, 0.3, claim, patience=2)
    stops_after(learner, [1.8, 1.5, 1.7, 1.9, 1.2], 4, 1.5, claim, patience=2)


@functools.cache
def digits():
    """Most of the handwritten digits, in two parts."""
    images, labels = data.digits(seed=0)
    return pieces(images, labels, (900, 600))


@check("fit", hidden=True, points=2, after=test_fit_sees_every_example_in_a_new_order)
def test_fit_learns_the_digits(learner):
    """On the handwritten digits, fit reaches the accuracy that Keras' own fit reaches."""
    keras = learner.keras
    layers = [keras.Input((64,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(10)]
    model = keras.Sequential(layers)
    generator = np.random.default_rng(3)
    weights = [(generator.normal(size=w.shape) / 7).astype("float32") for w in model.get_weights()]
    model.set_weights(weights)
    optimizer = keras.optimizers.Adam(0.03)
    result = learner.fit(model, optimizer, crossentropy(learner), *digits(), 5, 300, 1)
    history = history_of(result, 5, ("loss", "val_accuracy"))
    accuracy = float(history["val_accuracy"].max())
    fell = bool(history["loss"][-1] < history["loss"][0] / 3)
    learner.observed({"learns": accuracy > LEAST_ACCURACY, "falls": fell})
    claim = "the accuracy on other digits should be what Keras' own fit reaches"
    expect.between(accuracy, LEAST_ACCURACY, 1, claim)
    expect.true(fell, "the training loss should fall to less than a third")


# accumulate_gradients --------------------------------------------------------------------------


def gradient_list(gradients, count):
    """What the learner returned, known to be a list of this length."""
    return expect.items(gradients, count, f"the result should be a list with one entry for each of {count}")


def accumulates(learner, model, batches, want, claim, loss_fn=None):
    if loss_fn is None:
        loss_fn = learner.keras.losses.mean_squared_error
    found = gradient_list(learner.accumulate_gradients(model, loss_fn, batches), len(want))
    expect.all_close(found, want, f"each gradient should be {claim}")


@check("accumulate_gradients")
def test_accumulated_batches_of_one_size(learner, rng):
    """For batches of one size the result is the gradient of the joined batch."""
    x, y, kernel, bias = regression_data(rng, 12)
    _, want = squared_error(x, y, kernel, bias)
    model, batches = affine(learner, kernel, bias), pieces(x, y, (4, 4, 4))
    accumulates(learner, model, batches, want, "that of the 12 examples together")


@check("accumulate_gradients", after=test_accumulated_batches_of_one_size)
def test_accumulated_batches_of_other_sizes(learner, rng):
    """Batches of different sizes count by their examples."""
    x, y, kernel, bias = regression_data(rng, 11)
    _, want = squared_error(x, y, kernel, bias)
    model, batches = affine(learner, kernel, bias), pieces(x, y, (6, 4, 1))
    loss_fn = learner.keras.losses.MeanSquaredError()
    accumulates(learner, model, batches, want, "that of the 11 examples together", loss_fn)


@check("accumulate_gradients")
def test_accumulates_in_training_mode(learner, rng):
    """Every batch is run with training=True."""
    x, y, kernel, bias = regression_data(rng, 7)
    recorder = learner.kit.recorder()
    model = affine(learner, kernel, bias, recorder)
    learner.accumulate_gradients(model, learner.keras.losses.mean_squared_error, pieces(x, y, (4, 3)))
    modes, examples = recorder.modes, sum(map(len, recorder.batches))
    learner.observed({"modes": sorted(set(modes)), "examples": examples})
    runs_with(modes, training=True)


@check("accumulate_gradients", after=test_accumulated_batches_of_one_size)
def test_accumulates_for_trainable_variables(learner, rng):
    """There is one gradient for each trainable variable, and none for frozen layers; no weight moves."""
    x, labels, *_ = classification_data(rng, 9)
    model, weights = deep(learner, rng)
    model.layers[1].trainable = False
    found = learner.accumulate_gradients(model, crossentropy(learner), pieces(x, labels, (5, 4)))
    shapes = [weights[i].shape for i in (0, 1, 4, 5)]
    for gradient, shape in zip(gradient_list(found, 4), shapes, strict=True):
        expect.shape(gradient, shape, f"the gradients should have the shapes {shapes}, in this order")
    expect.unchanged(model.get_weights(), weights, "no weight should move")


@check("accumulate_gradients", hidden=True, points=2, after=test_accumulated_batches_of_other_sizes)
def test_accumulates_through_layers(learner, rng):
    """The gradients of a deeper model are those of the joined batch."""
    x, y = regression_data(rng, 10, inputs=5, outputs=4)[:2]
    model, _ = deep(learner, rng)
    upstream = 2 * (np.asarray(model(x)) - y) / y.size
    want = learner.kit.weight_gradients(model, x, upstream=upstream)
    for sizes in ((10,), (2, 7, 1), (3, 3, 4)):
        accumulates(learner, model, pieces(x, y, sizes), want, "that of the 10 examples together")


@check("accumulate_gradients", hidden=True, after=test_accumulated_batches_of_other_sizes)
def test_accumulates_the_losses_of_layers_once(learner, rng):
    """model.losses are part of the loss, once, however many batches there are."""
    x, y, kernel, bias = regression_data(rng, 11)
    _, (of_kernel, of_bias) = squared_error(x, y, kernel, bias)
    want = of_kernel + penalty(kernel)[1], of_bias
    model, batches = ridge(learner, kernel, bias), pieces(x, y, (6, 4, 1))
    accumulates(learner, model, batches, want, "that of the mean loss plus model.losses, once")


@check("accumulate_gradients", hidden=True, after=test_accumulated_batches_of_other_sizes)
def test_accumulates_from_any_iterable(learner, rng):
    """The batches may come from an iterator that can be walked through once."""
    x, y, kernel, bias = regression_data(rng, 11)
    _, want = squared_error(x, y, kernel, bias)
    once = learner.kit.walked_once(pieces(x, y, (6, 4, 1)))
    accumulates(learner, affine(learner, kernel, bias), once, want, "right from an iterator too")


@check("accumulate_gradients", hidden=True, after=test_accumulated_batches_of_one_size)
def test_accumulates_past_unconnected_variables(learner, rng):
    """Where the loss does not depend on a variable, its entry is None or zeros, and the others are right."""
    keras = learner.keras
    x, y, kernel, bias = regression_data(rng, 7)
    inputs = keras.Input((4,))
    dense = keras.layers.Dense(3)
    aside = keras.ops.stop_gradient(keras.layers.Dense(3)(inputs))
    outputs = keras.layers.Add()([dense(inputs), keras.ops.multiply(aside, 0.0)])
    model = keras.Model(inputs, outputs)
    dense.set_weights([kernel, bias])
    loss_fn = keras.losses.mean_squared_error
    found = gradient_list(learner.accumulate_gradients(model, loss_fn, pieces(x, y, (4, 3))), 4)
    connected = [gradient for gradient in found if expect.is_array(gradient) and gradient.any()]
    learner.observed({"connected": connected})
    claim = "the two variables that the loss depends on should have gradients, the others not"
    expect.true(len(connected) == 2, claim)
    _, want = squared_error(x, y, kernel, bias)
    expect.all_close(connected, want, "the gradients of connected variables should be right")


# clip_by_global_norm ---------------------------------------------------------------------------


def gradients_of_norm(rng, norm, shapes=((3, 4), (5,), (2, 1, 3))):
    """Arrays whose global norm is `norm`."""
    arrays = [rng.normal(size=shape) for shape in shapes]
    length = math.sqrt(sum((array**2).sum() for array in arrays))
    return [(array * norm / length).astype("float32") for array in arrays]


def clip(learner, gradients, max_norm):
    found = learner.kit.on_tensors(learner.clip_by_global_norm, gradients, max_norm)
    return gradient_list(found, len(gradients))


@check("clip_by_global_norm")
def test_clip_shortens_all_together(learner, rng):
    """Gradients that are too long together are multiplied by max_norm / norm, all by the same number."""
    gradients = gradients_of_norm(rng, 10.0)
    found = clip(learner, gradients, 2.5)
    claim = "with a norm of 10 and max_norm 2.5, each gradient should be a quarter"
    expect.all_close(found, [gradient / 4 for gradient in gradients], claim)
    for gradient in found:
        expect.dtype(gradient, "float32", "gradients should stay float32")


@check("clip_by_global_norm")
def test_clip_leaves_short_gradients(learner, rng):
    """Gradients that are short enough stay as they are."""
    gradients = gradients_of_norm(rng, 1.5)
    claim = "with a norm of 1.5 and max_norm 2.5, gradients should stay as they are"
    expect.all_close(clip(learner, gradients, 2.5), gradients, claim)


@check("clip_by_global_norm")
def test_clip_keeps_none(learner, rng):
    """None stays None, in its place."""
    first, second, third = gradients_of_norm(rng, 8.0)
    found = clip(learner, [None, first, second, None, third], 2.0)
    for place in (0, 3):
        expect.true(found[place] is None, "None should stay None, in its place", "it is something else")
    for place, given in ((1, first), (2, second), (4, third)):
        expect.close(found[place], given / 4, "the others should be clipped as if None were not there")


@check("clip_by_global_norm", hidden=True)
def test_clip_of_zeros(learner):
    """Gradients that are all zero stay zero, not NaN."""
    zeros = [np.zeros((2, 3), "float32"), None, np.zeros(4, "float32")]
    for found, given in zip(clip(learner, zeros, 1.0), zeros, strict=True):
        if given is not None:
            expect.right_and_finite(found, given, "gradients that are all zero should stay zero")


@check("clip_by_global_norm", hidden=True, after=test_clip_shortens_all_together)
def test_clip_leaves_its_input_alone(learner, rng):
    """The list that was given, and what is in it, is as before."""
    gradients = [*gradients_of_norm(rng, 10.0), None]
    laws.changes_no_argument(learner, learner.clip_by_global_norm, gradients, 2.5)


@check("clip_by_global_norm", hidden=True, after=test_clip_shortens_all_together)
def test_clip_of_other_lengths(learner, rng):
    """Long and short, many and one: the norm is never larger than max_norm, the direction stays."""
    for norm, max_norm, shapes in (
        (3.0, 2.999, ((7,), (2, 5))),
        (1e4, 0.01, ((4, 3),)),
        (0.02, 0.01, ((2,), (3,), (4,), (5,))),
        (2.0, 2.001, ((6,), (3, 3))),
        (40.0, 7, ((1,), (9, 2))),
    ):
        gradients = gradients_of_norm(rng, norm, shapes)
        want = [gradient * min(1.0, max_norm / norm) for gradient in gradients]
        claim = "each gradient should be multiplied by min(1, max_norm / norm)"
        expect.all_close(clip(learner, gradients, max_norm), want, claim, rtol=1e-4, atol=1e-7)
