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

from nnlearn.checking import check, expect, laws, oracles
from nnlearn.learner.errors import LearnerRaised
from nnlearn.learner.session import Remote


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
    """An affine model with two penalties: 0.05 times its kernel's squares, and 0.2 times its bias's."""
    of_kernel, of_bias = (learner.keras.regularizers.L2(factor) for factor in (0.05, 0.2))
    return affine(learner, kernel, bias, kernel_regularizer=of_kernel, bias_regularizer=of_bias)


def deep(learner, rng, **kwargs):
    """A model of three layers with weights from `rng`; `kwargs` are for each layer."""
    keras = learner.keras
    dense = functools.partial(keras.layers.Dense, **kwargs)
    model = keras.Sequential([keras.Input((5,)), dense(6, "tanh"), dense(7, "tanh"), dense(4)])
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


def penalty(kernel, bias):
    """What `ridge` adds to the loss, and the gradients of that with respect to kernel and bias."""
    pairs = [(0.05, kernel.astype(float)), (0.2, bias.astype(float))]
    return sum(factor * (w**2).sum() for factor, w in pairs), [2 * factor * w for factor, w in pairs]


def right_answers(x, labels, kernel, bias):
    """Loss and accuracy of an affine classifier, in float64."""
    z = predicted(x, kernel, bias)
    return oracles.crossentropy(labels, z).mean(), float((z.argmax(axis=1) == labels).mean())


def pieces(x, y, sizes):
    """The data in batches of these sizes."""
    ends = np.cumsum(sizes)
    return [(x[end - size : end], y[end - size : end]) for end, size in zip(ends, sizes, strict=True)]


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

    def true(condition, claim, but=""):
        if not condition:  # which examples come is drawn, that this does not hold is not
            learner.observed({"not so": claim, "but": but})
        expect.true(condition, claim, but)

    given = learner.minibatches(x, y, *args, **kwargs)
    true(isinstance(given, (Remote, list, tuple)), claim, f"it returns {type(given).__name__}")
    pairs = []
    for pair in given:
        true(len(pairs) <= 2 * len(x), "one call should be one epoch, and then end")
        batch_x, batch_y = expect.items(pair, 2, claim)
        true(expect.is_array(batch_x) and expect.is_array(batch_y), claim, "they are not NumPy arrays")
        true(batch_x.ndim == x.ndim and batch_y.ndim == y.ndim, claim, "they have another rank")
        true(len(batch_x) == len(batch_y), "both halves of a batch should have as many examples")
        pairs.append((batch_x, batch_y))
    true(bool(pairs), "minibatches should yield at least one batch")
    return pairs


def order_of(pairs, width=3):
    """The numbers of the examples in the order in which they came."""
    return np.concatenate([batch_x[:, 0] for batch_x, _ in pairs]).astype(int) // width


def is_sorted(order):
    return bool((np.diff(order) > 0).all())


def follows_seed(learner, order_from):
    """The same seed gives the same order, also where it is 0, and another seed another order."""
    first = order_from(0)
    again, repeated = order_from(0), learner.so_far()
    other, differing = order_from(5), learner.so_far()
    repeats = expect.equal(first, again)
    other_repeats = repeats or expect.equal(other, order_from(5))  # a seed of 0 may count as none
    differ = not expect.equal(first, other)
    learner.observed({"repeats": repeats, "other repeats": other_repeats, "seeds differ": differ})
    with expect.about(repeated):
        expect.same(again, np.asarray(first), "the same seed, 0, should give the same order again")
    with expect.about(differing):
        expect.different(first, other, "different seeds should give different orders")


def facts_of(pairs, examples):
    """What does not depend on the order that was drawn."""
    order, targets = order_of(pairs), np.concatenate([batch_y for _, batch_y in pairs])
    return {
        "sizes": [len(batch_x) for batch_x, _ in pairs],
        "each once": sorted(order.tolist()) == list(range(examples)),
        "paired": np.array_equal(1000 - order, targets),
        "rows whole": all(bool((np.diff(batch_x, axis=1) == 1).all()) for batch_x, _ in pairs),
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
    with expect.about(pairs):
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
        return order_of(batches_of(learner, *numbered(40), 7, seed))

    in_order = {seed: learner.so_far() for seed in (0, 5) if is_sorted(order_from(seed))}
    learner.observed({"in order": list(in_order)})
    claim = "the order should be shuffled, unless told otherwise"
    for seed, moment in in_order.items():
        with expect.about(moment):
            expect.true(False, claim, f"with seed {seed} it is that of the arrays")
    follows_seed(learner, order_from)


@check("minibatches")
def test_batches_in_order(learner):
    """With shuffle=False the examples come in the order of the arrays."""
    order = order_of(batches_of(learner, *numbered(23), 5, 6, shuffle=False))
    learner.observed({"sorted": order.tolist() == sorted(order.tolist()), "count": len(order)})
    claim = "with shuffle=False the order should be that of the arrays"
    expect.true(is_sorted(order), claim, f"it begins {order[:5].tolist()}")


@check("minibatches")
def test_batches_of_other_sizes(learner):
    """Sizes that divide evenly, of one example, and larger than the data come out right."""
    wanted = {(12, 4): [4, 4, 4], (12, 12): [12], (7, 20): [7], (3, 1): [1, 1, 1], (21, 20): [20, 1]}
    found = []
    for (examples, size), sizes in wanted.items():
        for shuffle in (True, False):
            facts = facts_of(batches_of(learner, *numbered(examples), size, 7, shuffle=shuffle), examples)
            what = f"{examples} examples in batches of {size}"
            found.append((what, sizes, facts["sizes"], learner.so_far()))
            learner.observed(facts["sizes"])
    for what, sizes, come, moment in found:
        with expect.about(moment):
            expect.true(come == sizes, f"{what} should come as {sizes}", f"they come as {come}")


@check("minibatches", after=test_batches_have_every_example_once)
def test_batches_leave_the_arrays_alone(learner):
    """The arrays that were given are as before."""
    laws.changes_no_argument(learner, learner.minibatches, *numbered(23), 5, 9)


@check("minibatches", after=test_batches_have_every_example_once)
def test_batches_can_be_kept(learner):
    """Batches are NumPy arrays, and a later one does not overwrite those before it."""
    items, kinds = learner.kit.kept(learner.minibatches, *numbered(23), 5, 12)
    facts = facts_of(items, 23)
    learner.observed({"kinds": kinds, **facts})
    expect.true(kinds == ["ndarray"], "batches should be NumPy arrays", f"they are {', '.join(kinds)}")
    claim = "batches that are kept should still hold every example once, each with its target, at the end"
    expect.true(facts["each once"] and facts["paired"], claim, "later batches overwrite earlier ones")


@check("minibatches", after=test_batches_in_order)
def test_batches_can_be_written_into(learner):
    """Whatever is written into a batch, the arrays that were given stay as they are."""
    claim = "batches should be arrays of their own: what is written into them stays there"
    given = (*numbered(23), 5, 9)
    after = expect.items(learner.kit.written_over(learner.minibatches, *given, shuffle=False), 4, claim)
    same = [expect.equal(array, before) for array, before in zip(after[:2], given[:2], strict=True)]
    learner.observed({"arguments as before": same})
    expect.unchanged(after[:2], given[:2], claim)


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
        expect.true(expect.is_array(loss), "the loss should be a tensor", "it is a number of Python's")
        expect.dtype(loss, "float32", "the loss should be float32")


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
    """The loss contains the sum of model.losses, what is returned and what the gradient is taken of."""
    x, y, kernel, bias = regression_data(rng, 7)
    model, optimizer = ridge(learner, kernel, bias), learner.keras.optimizers.SGD(0.3)
    loss = learner.train_step(model, optimizer, learner.keras.losses.mean_squared_error, x, y)
    mean, slopes = squared_error(x, y, kernel, bias)
    extra, of_extra = penalty(kernel, bias)
    expect.close(loss, mean + extra, "the loss should contain the sum of model.losses")
    want = [w - 0.3 * (g + h) for w, g, h in zip((kernel, bias), slopes, of_extra, strict=True)]
    expect.all_close(model.get_weights(), want, "the gradient should be that of the loss with model.losses")
    takes_steps(optimizer, 1)


def takes_steps(optimizer, count):
    """The optimizer has taken so many steps, one for each batch."""
    taken = int(np.asarray(optimizer.iterations))
    expect.true(
        taken == count, "the optimizer should take one step for each batch", f"{count} became {taken}"
    )


@check("train_step", after=test_step_goes_down_the_gradient)
def test_step_is_the_optimizers(learner, rng):
    """The optimizer takes the step, with all that it remembers of those before."""
    x, y, kernel, bias = regression_data(rng, 7)
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.2, momentum=0.5)
    weights, velocities = [kernel, bias], [0.0, 0.0]
    for _ in range(3):
        learner.train_step(model, optimizer, learner.keras.losses.mean_squared_error, x, y)
        slopes = squared_error(x, y, *weights)[1]
        velocities = [0.5 * v - 0.2 * g for v, g in zip(velocities, slopes, strict=True)]
        weights = [w + v for w, v in zip(weights, velocities, strict=True)]
    claim = "with momentum, three steps should lead where the optimizer's own memory leads"
    expect.all_close(model.get_weights(), weights, claim)
    takes_steps(optimizer, 3)


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


def steps(learner, model, optimizer, loss_fn, batches):
    """The losses that train_step returns for these batches."""
    losses = [learner.train_step(model, optimizer, loss_fn, x, y) for x, y in batches]
    return [expect.number(loss, "train_step should return one number, the loss") for loss in losses]


# evaluate --------------------------------------------------------------------------------------


def fields(learner, result):
    """What evaluate returned, known to be a dictionary with a loss and an accuracy."""
    claim = 'evaluate should return a dictionary with exactly "loss" and "accuracy"'
    right = isinstance(result, dict) and set(result) == {"loss", "accuracy"}
    if isinstance(result, dict) and not right:  # whatever is in it
        learner.observed({"the keys": False})
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
    """evaluate gives these numbers, also after it was asked about half of the data only."""
    some = len(x) // 2
    learner.evaluate(model, loss_fn, x[:some], labels[:some], size)
    found = fields(learner, learner.evaluate(model, loss_fn, x, labels, size))
    if not np.allclose(found, want, 1e-5, 1e-5):
        again = fields(learner, learner.evaluate(model, loss_fn, x, labels, size))
        remembers = not np.allclose(found, again, 1e-6, 1e-6)
        if remembers:  # what it says then depends on all that was asked before
            learner.observed({"remembers": True})
        claim_of_calls = "a call of evaluate should not depend on those before it"
        expect.true(not remembers, claim_of_calls, "the same call gives something else the second time")
    expect.close(found[0], want[0], f"the loss should be {claim}")
    expect.close(found[1], want[1], f"the accuracy should be {claim}")


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
    """During evaluate the model runs with training=False, on every example once, batch by batch."""
    x, labels, kernel, bias = classification_data(rng, 11)
    recorder = learner.kit.recorder()
    model = affine(learner, kernel, bias, recorder)
    learner.evaluate(model, crossentropy(learner), x, labels, 4)
    modes, batches = recorder.modes, recorder.batches
    most = max(map(len, batches), default=0)
    learner.observed({"training": sorted(set(modes)), "examples": sum(map(len, batches)), "most": most})
    runs_with(modes, training=False)
    expect.true(most <= 4, "no more than batch_size examples should be run at once", f"{most} are, not 4")
    claim = "every example should be measured once"
    with expect.about(batches):
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
        learner.evaluate(model, loss_fn, x[:3], labels[:3], 4)
        return [fields(learner, learner.evaluate(model, loss_fn, x, labels, 4)) for _ in range(2)]

    first, second = laws.changes_no_weight(learner, model, measured_twice)
    learner.observed({"repeats": first == second})
    expect.true(first == second, "a second call should say the same")


@check("evaluate", after=test_evaluate_measures)
def test_evaluate_adds_the_losses_of_layers_once(learner, rng):
    """The loss contains the sum of model.losses once, however many batches there are."""
    x, labels, kernel, bias = classification_data(rng, 22)
    loss, accuracy = right_answers(x, labels, kernel, bias)
    want, claim = (loss + penalty(kernel, bias)[0], accuracy), "the mean loss plus sum(model.losses), once"
    model, loss_fn = ridge(learner, kernel, bias), crossentropy(learner)
    for size in (22, 11):
        evaluates_right(learner, model, loss_fn, x, labels, size, want, claim)


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
        loss, (of_kernel, of_bias) = loss_and_slopes(x, labels, kernel, bias)
        losses.append(loss)
        kernel, bias = kernel - rate * of_kernel, bias - rate * of_bias
        weights.append((kernel, bias))
    return losses, weights


def loss_and_slopes(x, labels, kernel, bias):
    """The mean cross-entropy of an affine classifier, and its gradients with respect to kernel and bias."""
    z = predicted(x, kernel, bias)
    slope = oracles.crossentropy_gradient(labels, z) / len(x)
    return oracles.crossentropy(labels, z).mean(), [x.T @ slope, slope.sum(axis=0)]


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
    learner.fit(model, optimizer, crossentropy(learner), *pieces(x, labels, (10, 3)), epochs, 6, seed)
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
        claim = "10 examples should come as 6 and 4 in each epoch"
        expect.true(sizes == [6, 4] * 2, claim, f"they are {sizes}")
        expect.true(all(facts["each once"]), "each epoch should have every training example once")
        expect.true(facts["shuffled"], "the examples should be shuffled")
        expect.true(facts["epochs differ"], "each epoch should have an order of its own")
        return np.array(order)

    follows_seed(learner, order_from)


def batches_in_training(runs, x):
    """Which of the examples `x` each run of the model was about; runs about others are left out.

    Args:
        runs: The inputs of each run of the model.
        x: The examples to be trained on, no two with the same first feature.
    """
    number = {float(row[0]): place for place, row in enumerate(x)}
    found = [[number.get(float(row[0])) for row in run] for run in runs]
    return [batch for batch in found if None not in batch]


def what_is_told(told, losses, batches, size):
    """Which number of an epoch this is, in words, or an empty string.

    Args:
        told: What is told as the loss of the epoch.
        losses: The loss of each example.
        batches: The numbers of the examples in each batch.
        size: How large a batch may be.
    """
    means = [losses[batch].mean() for batch in batches]
    numbers = {
        "mean over examples": losses.mean(),
        "mean of batch means": np.mean(means),
        "sum of batch means": np.sum(means),
        "sum over examples": losses.sum(),
        "last batch": means[-1],
        "first batch": means[0],
        "every batch as if it were full": size * np.sum(means) / len(losses),
    }
    return next((words for words, number in numbers.items() if abs(told - number) < 1e-4 * number), "")


@check("fit", after=test_fit_trains_and_keeps_the_books)
def test_fit_loss_is_a_mean_over_examples(learner, rng):
    """The loss of an epoch is a mean over its examples, also when the last batch is short."""
    x, labels, kernel, bias = classification_data(rng, 16)
    kernel[:] *= 4  # losses that differ much from example to example
    recorder = learner.kit.recorder()
    model, optimizer = affine(learner, kernel, bias, recorder), learner.keras.optimizers.SGD(0.0)
    train, validation = pieces(x, labels, (11, 5))
    result = learner.fit(model, optimizer, crossentropy(learner), train, validation, 2, 5, seed=2)
    told = history_of(result, 2)["loss"]
    losses = oracles.crossentropy(train[1], predicted(train[0], kernel, bias))
    seen = batches_in_training(recorder.batches, train[0])
    epochs = seen[: len(seen) // 2], seen[len(seen) // 2 :]
    words = [what_is_told(number, losses, batches, 5) for number, batches in zip(told, epochs, strict=True)]
    learner.observed({"told": words})
    claim = "with a learning rate of 0, the loss should be the mean over all 11 examples in each epoch"
    expect.close(told, [losses.mean()] * 2, claim)


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


def stops_after(learner, values, ran, ended, claim, scale=1.0, **kwargs):
    """With a validation loss that follows `scale` times d, fit runs so many epochs and ends with this d."""
    model, optimizer = path_of(learner, values)
    ones, labels = np.ones((3, 1), "float32"), np.zeros(3, "int32")
    train, validation = (ones, labels), (-scale * ones[:2], labels[:2])
    loss_fn = crossentropy(learner)
    result = learner.fit(model, optimizer, loss_fn, train, validation, len(values), 3, 1, **kwargs)
    weights = model.get_weights()
    first, second = weights[0][0].astype(float)
    d, epochs = float(first - second), epochs_in(result)
    learner.observed({"ran": epochs, "ended": round(d, 2)})
    history = history_of(result, epochs or 0)
    losses = np.logaddexp(0, np.multiply(scale, values))
    shown = [float(f"{loss:.4g}") for loss in losses[: max(ran, epochs or 0)]]
    expect.true(epochs == ran, claim, f"the validation losses are {shown}; it runs {epochs} epochs")
    expect.close(history["val_loss"], losses[:ran], "val_loss should be measured after each epoch")
    with expect.about(weights):
        expect.close(d, ended, "the model should end with the weights of the right epoch", rtol=0, atol=1e-5)


@check("fit", after=test_fit_trains_and_keeps_the_books)
def test_fit_stops_early(learner):
    """With a patience of 2, fit stops after two epochs that were no better, and goes back to the best."""
    claim = "with a patience of 2, the second epoch in a row that is no better should be the last"
    stops_after(learner, [0.5, 0.7, 0.2, 0.6, 0.9, 1.2, 1.5], 5, 0.2, claim, patience=2)


def says_not_finite(learner, claim, optimizer, steps, model, *arguments):
    """fit raises an error that says that the loss is not finite, within the `steps` of the first epoch."""
    fate, epochs = "nothing is raised", None
    try:
        epochs = epochs_in(learner.fit(model, optimizer, *arguments), "loss")
    except LearnerRaised as error:
        words = error.message.lower()
        said = any(word in words for word in ("nan", "inf", "finite"))
        fate = "says so" if said else f"{error.type_name} is raised, and its message does not say so"
    late = int(np.asarray(optimizer.iterations)) > steps
    learner.observed({"fate": fate, "epochs": epochs, "late": late})
    expect.true(fate == "says so", f"{claim} should raise an error that says so", fate)
    expect.true(
        not late, f"{claim} should raise an error in the epoch in which it comes up", "later ones run"
    )


def fits_with(learner, x, labels, sizes, size, patience=None):
    """An affine classifier and what `fit` is called with, training data first; two epochs."""
    _, _, kernel, bias = classification_data(np.random.default_rng(8), 1)
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.1)
    return (
        optimizer,
        sizes[0] // size,
        model,
        crossentropy(learner),
        *pieces(x, labels, sizes),
        2,
        size,
        1,
        patience,
    )


@check("fit")
def test_fit_stops_at_nan(learner, rng):
    """A training loss that is NaN raises an error that says so, in its epoch."""
    x, labels, *_ = classification_data(rng, 12)
    x[7, 2] = np.nan
    says_not_finite(learner, "a training loss that is NaN", *fits_with(learner, x, labels, (8, 4), 4))


@check("fit", after=test_fit_stops_at_nan)
def test_fit_stops_at_a_validation_loss_of_nan(learner, rng):
    """A validation loss that is NaN raises an error that says so, too."""
    x, labels, *_ = classification_data(rng, 12)
    x[10, 2] = np.nan
    says_not_finite(learner, "a validation loss that is NaN", *fits_with(learner, x, labels, (8, 4), 8))


@check("fit", after=test_fit_stops_at_nan)
def test_fit_stops_at_infinity(learner, rng):
    """A loss that is infinite raises an error that says so, while no weight is NaN yet."""
    x, labels, *_ = classification_data(rng, 12)
    extra = learner.keras.regularizers.L2(1.5e38)  # times 20, the squares of the kernel
    ones, zeros = np.ones((5, 4), "float32"), np.zeros(4, "float32")
    model = affine(learner, ones, zeros, kernel_regularizer=extra)
    optimizer, loss_fn = learner.keras.optimizers.SGD(0.0), crossentropy(learner)
    arguments = (*pieces(x, labels, (8, 4)), 2, 8, 1)
    says_not_finite(learner, "a loss that is infinite", optimizer, 1, model, loss_fn, *arguments)


@check("fit", after=test_fit_stops_early)
def test_fit_with_a_patience_of_one(learner):
    """With a patience of 1, the first epoch that is no better is the last."""
    claim = "with a patience of 1, the first epoch that is no better should be the last"
    stops_after(learner, [1.0, 0.6, 0.8, 0.3, 0.2], 3, 0.6, claim, patience=1)


@check("fit", after=test_fit_stops_early)
def test_fit_takes_equal_for_no_better(learner):
    """An epoch whose validation loss equals the best is no better."""
    claim = "a validation loss equal to the best should count as no better"
    stops_after(learner, [1.0, 0.5, 0.5, 0.5, 0.2], 4, 0.5, claim, patience=2)


@check("fit", after=test_fit_trains_and_keeps_the_books)
def test_fit_goes_back_when_epochs_run_out(learner):
    """With patience, the best weights are restored also when training was not cut short."""
    claim = "a patience that is not used up should not end the training"
    stops_after(learner, [1.0, -0.3, 0.7, 0.9], 4, -0.3, claim, patience=5)


@check("fit", after=test_fit_trains_and_keeps_the_books)
def test_fit_keeps_the_last_without_patience(learner):
    """Without patience, all epochs are run and the last weights are kept, better or not."""
    claim = "without patience all epochs should be run"
    stops_after(learner, [1.0, 0.3, 0.7], 3, 0.7, claim)
    stops_after(learner, [1.0, 0.3, 0.7], 3, 0.7, claim, patience=None)


@check("fit", after=test_fit_stops_early)
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
    moving_mean = np.asarray(norm.moving_mean)
    moving, ran = float(moving_mean[0]), epochs_in(result)
    learner.observed({"ran": ran, "moving mean": round(moving, 2)})
    expect.true(ran == 5, "training should stop two epochs after the best", f"it runs {ran} epochs")
    with expect.about(moving_mean):
        expect.close(moving, 0.0, "the moving mean should be that of the best epoch", atol=1e-4)


@check("fit", after=test_fit_trains_and_keeps_the_books)
def test_fit_without_validation(learner, rng):
    """With validation=None the history has no validation entries, and training is the same."""
    x, labels, kernel, bias = classification_data(rng, 18)
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.5)
    loss_fn = crossentropy(learner, reduction=None)
    result = learner.fit(model, optimizer, loss_fn, (x, labels), None, epochs=3, batch_size=18, seed=2)
    history, weights = history_of(result, 3, ("loss",)), model.get_weights()
    extra = sorted({"val_loss", "val_accuracy"} & set(result))
    learner.observed({"history": history, "extra": extra, "weights": weights})
    claim = "the history should have no validation entries"
    expect.true(not extra, claim, f"it has {', '.join(extra)}")
    losses, path = descents(x, labels, kernel, bias, 0.5, 3)
    claim = "the loss of an epoch should be that of its steps, before their updates"
    expect.close(history["loss"], losses, claim)
    expect.all_close(weights, path[-1], "the model should end with the weights after the last step")


@check("fit", after=test_fit_trains_and_keeps_the_books)
def test_fit_measures_all_validation_examples_alike(learner, rng):
    """val_loss and val_accuracy are means over examples, also when the last batch is short."""
    x, labels, kernel, bias = classification_data(rng, 19)
    kernel[:] *= 4
    best = predicted(x, kernel, bias).argmax(axis=1)
    labels[6:12], labels[18] = (
        best[6:12],
        (best[18] + 1) % 4,
    )  # all of one batch right, the last example wrong
    model, optimizer = affine(learner, kernel, bias), learner.keras.optimizers.SGD(0.0)
    train, validation = pieces(x, labels, (6, 13))
    result = learner.fit(model, optimizer, crossentropy(learner), train, validation, 2, 6, seed=2)
    history = history_of(result, 2, ("val_loss", "val_accuracy"))
    learner.observed(history)
    want = right_answers(*validation, kernel, bias)
    for (key, found), right in zip(history.items(), want, strict=True):
        expect.close(found, [right] * 2, f"{key} should be the mean over all 13 examples")


@check("fit", after=test_fit_trains_and_keeps_the_books)
def test_fit_adds_the_losses_of_layers(learner, rng):
    """The sum of model.losses is part of what is trained on, of loss and of val_loss, once."""
    x, labels, kernel, bias = classification_data(rng, 24)
    train, validation = pieces(x, labels, (8, 16))
    model, optimizer = ridge(learner, kernel, bias), learner.keras.optimizers.SGD(0.3, momentum=0.5)
    result = learner.fit(model, optimizer, crossentropy(learner), train, validation, 3, 8, seed=2)
    history, ended = history_of(result, 3), model.get_weights()
    learner.observed({"history": history, "weights": ended})
    losses, val_losses, weights, velocities = [], [], [kernel, bias], [0.0, 0.0]
    for _ in range(3):
        loss, slopes = loss_and_slopes(*train, *weights)
        extra, of_extra = penalty(*weights)
        losses.append(loss + extra)
        slopes = [g + h for g, h in zip(slopes, of_extra, strict=True)]
        velocities = [0.5 * v - 0.3 * g for v, g in zip(velocities, slopes, strict=True)]
        weights = [w + v for w, v in zip(weights, velocities, strict=True)]
        val_losses.append(right_answers(*validation, *weights)[0] + penalty(*weights)[0])
    claim = "the gradients should be those of the loss with the sum of model.losses"
    expect.all_close(ended, weights, claim, atol=1e-4)
    expect.close(history["loss"], losses, "loss should contain the sum of model.losses, once", atol=1e-4)
    claim = "val_loss should contain the sum of model.losses, once"
    expect.close(history["val_loss"], val_losses, claim, atol=1e-4)


# accumulate_gradients --------------------------------------------------------------------------


def gradient_list(learner, gradients, count):
    """What the learner returned, known to be a list of this length."""
    if isinstance(gradients, (list, tuple)) and len(gradients) != count:  # whatever is in it
        learner.observed({"entries": len(gradients)})
    return expect.items(gradients, count, f"the result should be a list with one entry for each of {count}")


def accumulates(learner, model, batches, want, claim, loss_fn=None):
    if loss_fn is None:
        loss_fn = learner.keras.losses.mean_squared_error
    found = gradient_list(learner, learner.accumulate_gradients(model, loss_fn, batches), len(want))
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
    for gradient, shape in zip(gradient_list(learner, found, 4), shapes, strict=True):
        expect.shape(gradient, shape, f"the gradients should have the shapes {shapes}, in this order")
    expect.unchanged(model.get_weights(), weights, "no weight should move")


@check("accumulate_gradients", after=test_accumulated_batches_of_one_size)
def test_accumulates_the_losses_of_layers_once(learner, rng):
    """The sum of model.losses is part of the loss, once, however many batches there are."""
    x, y, kernel, bias = regression_data(rng, 12)
    slopes = squared_error(x, y, kernel, bias)[1]
    want = [g + h for g, h in zip(slopes, penalty(kernel, bias)[1], strict=True)]
    model, batches = ridge(learner, kernel, bias), pieces(x, y, (4, 4, 4))
    accumulates(learner, model, batches, want, "that of the mean loss plus sum(model.losses), once")


@check("accumulate_gradients", after=test_accumulated_batches_of_one_size)
def test_accumulates_from_any_iterable(learner, rng):
    """The batches may come from an iterator that can be walked through once."""
    x, y, kernel, bias = regression_data(rng, 12)
    _, want = squared_error(x, y, kernel, bias)
    model, once = affine(learner, kernel, bias), learner.kit.walked_once(pieces(x, y, (4, 4, 4)))
    try:
        found = learner.accumulate_gradients(model, learner.keras.losses.mean_squared_error, once)
    except LearnerRaised:  # which exception is raised depends on what comes first
        learner.observed({"raised": True})
        raise
    if not (isinstance(found, (list, tuple)) and any(expect.is_array(g) and g.any() for g in found)):
        learner.observed({"nothing": True})
        expect.true(False, "an iterator should give the gradients of its batches", "it gives none")
    expect.all_close(found, want, "each gradient should be right from an iterator too")


@check("accumulate_gradients", after=test_accumulated_batches_of_one_size)
def test_accumulates_past_unconnected_variables(learner, rng):
    """Where the loss does not depend on a variable, its entry is None or zeros, and the others are right."""
    keras = learner.keras
    x, y, kernel, bias = regression_data(rng, 8)
    inputs = keras.Input((4,))
    dense = keras.layers.Dense(3)
    aside = keras.ops.stop_gradient(keras.layers.Dense(3)(inputs))
    outputs = keras.layers.Add()([dense(inputs), keras.ops.multiply(aside, 0.0)])
    model = keras.Model(inputs, outputs)
    dense.set_weights([kernel, bias])
    loss_fn = keras.losses.mean_squared_error
    try:
        gradients = learner.accumulate_gradients(model, loss_fn, pieces(x, y, (4, 4)))
    except LearnerRaised:  # which exception is raised depends on what is done to None first
        learner.observed({"raised": True})
        raise
    found = gradient_list(learner, gradients, 4)
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
    return gradient_list(learner, found, len(gradients))


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
    try:
        found = clip(learner, [None, first, second, None, third], 2.0)
    except LearnerRaised:  # which exception is raised depends on what is done to None first
        learner.observed({"raised": True})
        raise
    for place in (0, 3):
        expect.true(found[place] is None, "None should stay None, in its place", "it is something else")
    for place, given in ((1, first), (2, second), (4, third)):
        expect.close(found[place], given / 4, "the others should be clipped as if None were not there")


@check("clip_by_global_norm")
def test_clip_of_zeros(learner):
    """Gradients that are all zero stay zero, not NaN."""
    zeros = [np.zeros((2, 3), "float32"), None, np.zeros(4, "float32")]
    for found, given in zip(clip(learner, zeros, 1.0), zeros, strict=True):
        if given is not None:
            expect.right_and_finite(found, given, "gradients that are all zero should stay zero")


@check("clip_by_global_norm", after=test_clip_shortens_all_together)
def test_clip_of_tiny_gradients(learner, rng):
    """Tiny gradients are multiplied by max_norm / norm like others where max_norm is tinier still."""
    gradients = gradients_of_norm(rng, 4e-6)
    found = clip(learner, gradients, 1e-6)
    if all(expect.is_array(array) and array.dtype.kind == "f" for array in found):
        # by how much they are off is up to what is added to the norm
        norm = math.sqrt(sum((array.astype(float) ** 2).sum() for array in found))
        learner.observed({"too short": norm < 0.9999e-6, "too long": norm > 1.0001e-6})
    claim = "with a norm of 4e-6 and max_norm 1e-6, each gradient should be a quarter"
    expect.all_close(found, [gradient / 4 for gradient in gradients], claim, rtol=1e-4, atol=1e-12)


@check("clip_by_global_norm", after=test_clip_shortens_all_together)
def test_clip_leaves_its_input_alone(learner, rng):
    """The list that was given, and what is in it, is as before."""
    gradients = [*gradients_of_norm(rng, 10.0), None]
    laws.changes_no_argument(learner, learner.clip_by_global_norm, gradients, 2.5)
