"""Mistakes that people really make in the topic `training_loop`, each with what a teacher would say."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.diagnosis import mistake, wrong_prediction


def shuffled(count, seed):
    return np.random.default_rng(seed).permutation(count)


def slices(order, batch_size):
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


# minibatches -----------------------------------------------------------------------------------


@mistake("minibatches")
def shuffles_x_and_y_apart(x, y, batch_size, seed, shuffle=True):
    """Inputs and targets are shuffled with two different orders, so every label belongs to another input
    and nothing but the frequencies of the labels can be learned. Draw one order and use it for both."""
    generator = np.random.default_rng(seed)
    of_x, of_y = (generator.permutation(len(x)) if shuffle else np.arange(len(x)) for _ in range(2))
    for some_x, some_y in zip(slices(of_x, batch_size), slices(of_y, batch_size), strict=True):
        yield x[some_x], y[some_y]


@mistake("minibatches")
def shuffles_the_inputs_alone(x, y, batch_size, seed, shuffle=True):
    """Only the inputs are shuffled; the targets come in their old order. Rows that belong together have
    to move together: x[chosen], y[chosen]."""
    order = shuffled(len(x), seed) if shuffle else np.arange(len(x))
    for start in range(0, len(x), batch_size):
        yield x[order[start : start + batch_size]], y[start : start + batch_size]


@mistake("minibatches")
def forgets_the_rest(x, y, batch_size, seed, shuffle=True):
    """Only whole batches come out, and the examples that are left over are dropped. The last batch is
    smaller, not missing: a slice that goes past the end takes what is there."""
    order = shuffled(len(x), seed) if shuffle else np.arange(len(x))
    for number in range(len(x) // batch_size):
        chosen = order[number * batch_size : (number + 1) * batch_size]
        yield x[chosen], y[chosen]


@mistake("minibatches")
def fills_up_the_last_batch(x, y, batch_size, seed, shuffle=True):
    """The last batch is filled up with examples from the beginning, which come twice in the epoch. Let
    it be shorter."""
    order = shuffled(len(x), seed) if shuffle else np.arange(len(x))
    for chosen in slices(order, batch_size):
        full = np.resize(np.concatenate([chosen, order]), batch_size)
        yield x[full], y[full]


@mistake("minibatches")
def yields_an_empty_batch(x, y, batch_size, seed, shuffle=True):
    """Where the examples divide evenly, one more batch follows that is empty, and its mean loss is NaN.
    The number of batches is len(x) / batch_size rounded up, not down plus one."""
    order = shuffled(len(x), seed) if shuffle else np.arange(len(x))
    for number in range(len(x) // batch_size + 1):
        chosen = order[number * batch_size : (number + 1) * batch_size]
        yield x[chosen], y[chosen]


@mistake("minibatches")
def samples_with_replacement(x, y, batch_size, seed, shuffle=True):
    """Examples are drawn one by one from all of them, so some come several times in an epoch and about
    a third never. Shuffle the numbers of the examples once, and go through them."""
    generator = np.random.default_rng(seed)
    order = generator.integers(0, len(x), len(x)) if shuffle else np.arange(len(x))
    for chosen in slices(order, batch_size):
        yield x[chosen], y[chosen]


@mistake("minibatches")
def never_shuffles(x, y, batch_size, seed, shuffle=True):
    """The examples come in the order of the arrays, whatever is asked for. In data that is sorted by
    label, each batch then holds a single class."""
    del seed, shuffle
    for chosen in slices(np.arange(len(x)), batch_size):
        yield x[chosen], y[chosen]


@mistake("minibatches")
def always_shuffles(x, y, batch_size, seed, shuffle=True):
    """The argument shuffle is not looked at: the order is shuffled with shuffle=False too. Whoever
    evaluates needs the order of the arrays."""
    del shuffle
    for chosen in slices(shuffled(len(x), seed), batch_size):
        yield x[chosen], y[chosen]


@mistake("minibatches")
def one_order_for_every_seed(x, y, batch_size, seed, shuffle=True):
    """The order is shuffled, but it is the same for every seed, and so for every epoch. Pass seed to
    the generator of random numbers."""
    del seed
    order = shuffled(len(x), 0) if shuffle else np.arange(len(x))
    for chosen in slices(order, batch_size):
        yield x[chosen], y[chosen]


@mistake("minibatches")
def no_seed_at_all(x, y, batch_size, seed, shuffle=True):
    """The seed is not used: each call gives another order, and no experiment can be repeated. Make the
    generator with np.random.default_rng(seed)."""
    del seed
    order = shuffled(len(x), None) if shuffle else np.arange(len(x))
    for chosen in slices(order, batch_size):
        yield x[chosen], y[chosen]


@mistake("minibatches")
def shuffles_whole_batches(x, y, batch_size, seed, shuffle=True):
    """The batches come in a random order, but each holds the same neighbours as before. In data that is
    sorted by label they stay sorted. Shuffle the examples, then cut."""
    groups = slices(np.arange(len(x)), batch_size)
    numbers = shuffled(len(groups), seed) if shuffle else np.arange(len(groups))
    for number in numbers:
        yield x[groups[number]], y[groups[number]]


@mistake("minibatches")
def shuffles_inside_batches(x, y, batch_size, seed, shuffle=True):
    """The examples are shuffled inside each batch only, so every epoch has the same batches. Shuffle
    all examples before they are cut into batches."""
    generator = np.random.default_rng(seed)
    for chosen in slices(np.arange(len(x)), batch_size):
        some = generator.permutation(chosen) if shuffle else chosen
        yield x[some], y[some]


@mistake("minibatches")
def begins_somewhere_else(x, y, batch_size, seed, shuffle=True):
    """The examples keep their order; only the place to begin depends on the seed. Neighbours stay
    neighbours in every epoch. A permutation mixes all of them."""
    start = int(np.random.default_rng(seed).integers(1, len(x))) if shuffle and len(x) > 1 else 0
    for chosen in slices(np.roll(np.arange(len(x)), start), batch_size):
        yield x[chosen], y[chosen]


@mistake("minibatches")
def shuffles_in_place(x, y, batch_size, seed, shuffle=True):
    """The arrays themselves are shuffled. They belong to whoever called: after the call, that person's
    own copy of the data is in another order. Shuffle numbers, and index with them."""
    if shuffle:
        order = shuffled(len(x), seed)
        x[:], y[:] = x[order], y[order]
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


@mistake("minibatches")
def turns_into_float32(x, y, batch_size, seed, shuffle=True):
    """Batches come out as float32, whatever went in: labels stop being integers, and float64 loses
    digits. Indexing a NumPy array keeps its dtype."""
    order = shuffled(len(x), seed) if shuffle else np.arange(len(x))
    for chosen in slices(order, batch_size):
        yield x[chosen].astype("float32"), y[chosen].astype("float32")


# train_step ------------------------------------------------------------------------------------


def stepping(
    model,
    optimizer,
    loss_fn,
    x,
    y,
    *,
    training=True,
    penalties=True,
    mean=ops.mean,
    change=None,
    variables=None,
):
    """A right step, but for what a mistake changes."""
    with tf.GradientTape() as tape:
        loss = mean(loss_fn(y, model(x, training=training)))
        loss = loss + sum(model.losses) if penalties else loss
        loss = change(loss) if change else loss
    variables = model.trainable_variables if variables is None else variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


@mistake("train_step")
def forgets_training_true(model, optimizer, loss_fn, x, y):
    """The model is called without training=True, so it runs in inference mode: dropout never drops, and
    batch normalization neither uses the batch nor updates its statistics. A tape does not mean
    training; say it: model(x, training=True)."""
    return stepping(model, optimizer, loss_fn, x, y, training=None)


@mistake("train_step")
def ignores_the_losses_of_layers(model, optimizer, loss_fn, x, y):
    """model.losses is not added, so regularizers are switched off without a word. fit adds it for you;
    in your own loop, add sum(model.losses) to the loss."""
    return stepping(model, optimizer, loss_fn, x, y, penalties=False)


@mistake("train_step")
def adds_the_losses_of_layers_too_late(model, optimizer, loss_fn, x, y):
    """model.losses is part of the number that is returned, but not of the loss that the gradient is
    taken of: the report is regularised and the weights are not. Add it inside the tape's block."""
    return stepping(model, optimizer, loss_fn, x, y, penalties=False) + sum(model.losses)


@mistake("train_step")
def runs_the_model_outside_the_tape(model, optimizer, loss_fn, x, y):
    """The model runs before the tape records, so the tape does not know how the predictions came about
    and every gradient is None. The forward pass has to stand inside the with block."""
    predictions = model(x, training=True)
    with tf.GradientTape() as tape:
        loss = ops.mean(loss_fn(y, predictions))
    variables = model.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


@mistake("train_step")
def sums_over_the_batch(model, optimizer, loss_fn, x, y):
    """The losses of the batch are added up instead of averaged, so the step grows with the batch size,
    and the short last batch gets a short step. Take the mean."""
    return stepping(model, optimizer, loss_fn, x, y, mean=lambda losses: ops.sum(losses))


@mistake("train_step")
def returns_a_loss_per_example(model, optimizer, loss_fn, x, y):
    """What is returned is the loss of each example, not one number: the mean is missing. (The gradient
    of several losses is that of their sum, so the step is too long as well.)"""
    return stepping(model, optimizer, loss_fn, x, y, mean=lambda losses: losses)


@mistake("train_step")
def returns_the_loss_after_the_step(model, optimizer, loss_fn, x, y):
    """The loss is measured again after the update. That costs a second forward pass, counts the batch
    twice in moving statistics, and is not the loss that the gradient was taken of."""
    stepping(model, optimizer, loss_fn, x, y)
    return ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)


@mistake("train_step")
def runs_the_model_twice(model, optimizer, loss_fn, x, y):
    """The model runs twice in a step, once for the gradient and once more for the loss that is
    returned. Moving statistics move twice, dropout draws other masks, and it takes longer. Return the
    loss from the tape's block."""
    before = ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
    stepping(model, optimizer, loss_fn, x, y)
    return before


@mistake("train_step")
def climbs(model, optimizer, loss_fn, x, y):
    """The step goes up the gradient: the loss grows. optimizer.apply subtracts by itself; do not negate
    the loss or the gradients."""
    return -stepping(model, optimizer, loss_fn, x, y, change=lambda loss: -loss)


@mistake("train_step")
def pairs_gradients_with_all_weights(model, optimizer, loss_fn, x, y):
    """The gradients are those of the trainable variables, but they are applied to model.weights, the
    list of all. As soon as a layer is frozen, each gradient meets another variable. Use one list for
    both."""
    with tf.GradientTape() as tape:
        loss = ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    pairs = [(g, w) for g, w in zip(gradients, model.weights, strict=False) if g.shape == w.shape]
    optimizer.apply([g for g, _ in pairs], [w for _, w in pairs])
    return loss


@mistake("train_step")
def trains_frozen_layers(model, optimizer, loss_fn, x, y):
    """The gradient is taken with respect to all weights, so layers learn although they are frozen. Ask
    for model.trainable_variables."""
    frozen = [layer for layer in model.layers if not layer.trainable]
    for layer in frozen:
        layer.trainable = True
    variables = model.trainable_variables
    for layer in frozen:
        layer.trainable = False
    with tf.GradientTape() as tape:
        tape.watch([variable.value for variable in variables])
        loss = ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


@mistake("train_step")
def remembers_the_variables(model, optimizer, loss_fn, x, y):
    """The list of trainable variables is made at the first step and kept. A layer that is frozen later
    goes on learning. Ask for model.trainable_variables at every step."""
    if not hasattr(model, "remembered"):
        model.remembered = {"variables": list(model.trainable_variables)}
    variables = model.remembered["variables"]
    with tf.GradientTape() as tape:
        tape.watch([variable.value for variable in variables])
        loss = ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


@mistake("train_step")
def remembers_the_optimizer(model, optimizer, loss_fn, x, y):
    """The first optimizer that comes with a model is kept, and later ones are not used: their learning
    rate and their memory count for nothing. Use the optimizer of this call."""
    if not hasattr(model, "remembered"):
        model.remembered = {"optimizer": optimizer}
    return stepping(model, model.remembered["optimizer"], loss_fn, x, y)


@mistake("train_step")
def subtracts_by_hand(model, optimizer, loss_fn, x, y):
    """The weights are moved by learning rate times gradient, past the optimizer. For plain SGD that is
    the same; momentum, Adam and schedules are lost. Call optimizer.apply."""
    with tf.GradientTape() as tape:
        loss = ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
    variables = model.trainable_variables
    for gradient, variable in zip(tape.gradient(loss, variables), variables, strict=True):
        variable.assign_sub(optimizer.learning_rate * gradient)
    return loss


@mistake("train_step")
def clips_the_loss(model, optimizer, loss_fn, x, y):
    """The loss is cut off at 5. Above that it is constant, so its gradient is 0, and just the examples
    that are worst teach nothing. Clip gradients, not the loss."""
    return stepping(model, optimizer, loss_fn, x, y, change=lambda loss: ops.minimum(loss, 5.0))


@mistake("train_step")
def puts_predictions_first(model, optimizer, loss_fn, x, y):
    """loss_fn gets the predictions first and the targets second. Keras' losses take the targets first:
    for squared error it makes no difference, for most others it does."""
    with tf.GradientTape() as tape:
        loss = ops.mean(loss_fn(model(x, training=True), y)) + sum(model.losses)
    variables = model.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


# evaluate --------------------------------------------------------------------------------------


def measuring(
    model,
    loss_fn,
    x,
    y,
    batch_size,
    *,
    training=False,
    penalties=1,
    whole_batches=False,
    by_batch=False,
    right=None,
):
    """A right evaluation, but for what a mistake changes: sums of losses and of right answers, and
    their number."""
    right = right or (lambda predictions, labels: predictions.argmax(axis=-1) == labels)
    losses, shares, sizes = [], [], []
    for start in range(0, len(x), batch_size):
        batch_x, batch_y = x[start : start + batch_size], y[start : start + batch_size]
        if whole_batches and len(batch_x) < batch_size and start:
            break
        predictions = model(batch_x, training=training)
        losses.append(float(ops.mean(loss_fn(batch_y, predictions))))
        shares.append(float(np.mean(right(ops.convert_to_numpy(predictions), batch_y))))
        sizes.append(len(batch_x))
    weights = np.ones(len(sizes)) if by_batch else np.array(sizes)
    loss = float(np.average(losses, weights=weights)) + penalties * float(sum(model.losses))
    return {"loss": loss, "accuracy": float(np.average(shares, weights=weights))}


@mistake("evaluate")
def evaluates_in_training_mode(model, loss_fn, x, y, batch_size):
    """The model runs in training mode: dropout drops, batch normalization uses the batch and updates
    its moving statistics. The answer changes from call to call, and so does the model. Call model(x,
    training=False)."""
    return measuring(model, loss_fn, x, y, batch_size, training=True)


@mistake("evaluate")
def mean_of_batch_means(model, loss_fn, x, y, batch_size):
    """The batches' means are averaged, so each example of a short last batch counts more than the
    others, and the result depends on the batch size. Add up over examples, and divide once at the
    end."""
    return measuring(model, loss_fn, x, y, batch_size, by_batch=True)


@mistake("evaluate")
def leaves_out_the_last_batch(model, loss_fn, x, y, batch_size):
    """The last, shorter batch is not measured. Every example counts."""
    return measuring(model, loss_fn, x, y, batch_size, whole_batches=True)


@mistake("evaluate")
def evaluates_without_the_losses_of_layers(model, loss_fn, x, y, batch_size):
    """model.losses is left out, so the loss cannot be compared with that of training. Add
    sum(model.losses), once."""
    return measuring(model, loss_fn, x, y, batch_size, penalties=0)


@mistake("evaluate")
def counts_the_losses_of_layers_for_each_batch(model, loss_fn, x, y, batch_size):
    """model.losses is added for every batch, so it counts the more the smaller the batches are. It
    belongs to the model, not to a batch: add it once, below the loop."""
    return measuring(model, loss_fn, x, y, batch_size, penalties=-(-len(x) // batch_size))


@mistake("evaluate")
def returns_tensors(model, loss_fn, x, y, batch_size):
    """Loss and accuracy are tensors, not Python floats: they cannot be written to a JSON file, and
    lists of them keep memory on the device. Turn them into numbers with float()."""
    result = measuring(model, loss_fn, x, y, batch_size)
    return {key: tf.constant(value, "float32") for key, value in result.items()}


@mistake("evaluate")
def counts_right_answers(model, loss_fn, x, y, batch_size):
    """The accuracy is the number of right answers, not their share. Divide it by the number of
    examples."""
    result = measuring(model, loss_fn, x, y, batch_size)
    return {**result, "accuracy": result["accuracy"] * len(x)}


@mistake("evaluate")
def accuracy_in_percent(model, loss_fn, x, y, batch_size):
    """The accuracy is given in percent. A share lies between 0 and 1."""
    result = measuring(model, loss_fn, x, y, batch_size)
    return {**result, "accuracy": result["accuracy"] * 100}


@mistake("evaluate")
def looks_at_the_last_batch(model, loss_fn, x, y, batch_size):
    """Loss and accuracy are those of the last batch: each batch overwrites what the one before it said.
    Add up."""
    start = (len(x) - 1) // batch_size * batch_size
    return measuring(model, loss_fn, x[start:], y[start:], batch_size)


@mistake("evaluate")
def looks_at_the_first_batch(model, loss_fn, x, y, batch_size):
    """Loss and accuracy are those of the first batch: the return statement stands inside the loop. Move
    it below."""
    return measuring(model, loss_fn, x[:batch_size], y[:batch_size], batch_size)


@mistake("evaluate")
def sums_the_losses(model, loss_fn, x, y, batch_size):
    """The loss is a sum over the examples, so it grows with their number. Divide it by len(x)."""
    result = measuring(model, loss_fn, x, y, batch_size, penalties=0)
    return {**result, "loss": result["loss"] * len(x) + float(sum(model.losses))}


@mistake("evaluate")
def rounds_the_outputs(model, loss_fn, x, y, batch_size):
    """A prediction counts as right where the output of its label is above 0.5. Outputs are not
    probabilities here; the prediction is the class with the largest output: argmax."""

    def right(predictions, labels):
        return predictions[np.arange(len(labels)), labels] > 0.5

    return measuring(model, loss_fn, x, y, batch_size, right=right)


@mistake("evaluate")
def never_resets_its_metrics(model, loss_fn, x, y, batch_size):
    """The metrics are made once and never reset, so each call averages over everything that was ever
    measured. Make new ones in each call, or call reset_state() at its beginning."""
    if not hasattr(model, "measured"):
        model.measured = {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.Mean()}
    result = measuring(model, loss_fn, x, y, batch_size, penalties=0)
    for key, metric in model.measured.items():
        metric.update_state(result[key], sample_weight=len(x))
    found = {key: float(metric.result()) for key, metric in model.measured.items()}
    return {**found, "loss": found["loss"] + float(sum(model.losses))}


# fit -------------------------------------------------------------------------------------------


class Loop:
    """A right fit, but for what a mistake overrides."""

    training, measuring = True, False
    by_batch = whole_batches = False

    def __init__(self, model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
        self.train, self.validation = train, validation
        self.epochs, self.batch_size, self.seed, self.patience = epochs, batch_size, seed, patience
        self.history = {"loss": []}
        if validation is not None:
            self.history |= {"val_loss": [], "val_accuracy": []}
        self.best, self.best_weights, self.waited = float("inf"), None, 0

    def order(self, epoch):
        return shuffled(len(self.train[0]), [self.seed, epoch])

    def targets(self, y, chosen, epoch):
        del epoch
        return y[chosen]

    def step(self, x, y):
        with tf.GradientTape() as tape:
            loss = ops.mean(self.loss_fn(y, self.model(x, training=self.training))) + sum(self.model.losses)
        variables = self.model.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return float(loss)

    def measure(self, x, y):
        found = measuring(self.model, self.loss_fn, x, y, self.batch_size, training=self.measuring)
        return found["loss"], found["accuracy"]

    def check(self, loss):
        if not np.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss}, which is not finite")

    check_validation = check

    def epoch_loss(self, losses, sizes):
        return float(np.average(losses, weights=sizes))

    def keep(self):
        return self.model.get_weights()

    def restore(self, kept):
        self.model.set_weights(kept)

    def better(self, loss):
        return loss < self.best

    def used_up(self):
        return self.waited >= self.patience

    def after_improvement(self):
        self.waited = 0

    def watched(self):
        return self.history["val_loss"][-1]

    def one_epoch(self, epoch):
        x, y = self.train
        losses, sizes = [], []
        for chosen in slices(self.order(epoch), self.batch_size):
            if self.whole_batches and len(chosen) < self.batch_size:
                break
            loss = self.step(x[chosen], self.targets(y, chosen, epoch))
            self.check(loss)
            losses.append(loss)
            sizes.append(len(chosen))
        self.history["loss"].append(self.epoch_loss(losses, sizes))

    def validate(self):
        loss, accuracy = self.measure(*self.validation)
        self.check_validation(loss)
        self.history["val_loss"].append(loss)
        self.history["val_accuracy"].append(accuracy)

    def is_over(self):
        if self.better(self.watched()):
            self.best, self.best_weights = self.watched(), self.keep()
            self.after_improvement()
            return False
        self.waited += 1
        return self.used_up()

    def finish(self, stopped):
        del stopped
        if self.best_weights is not None:
            self.restore(self.best_weights)

    def run(self):
        stopped = False
        for epoch in range(self.epochs):
            self.one_epoch(epoch)
            if self.validation is not None:
                self.validate()
                if self.patience is not None and self.is_over():
                    stopped = True
                    break
        self.finish(stopped)
        return self.history


@mistake("fit")
def one_order_for_all_epochs(*args, **kwargs):
    """Every epoch goes through the examples in the same order: each gets the same seed. Derive a new
    one for each epoch, seed + epoch for example."""

    class Same(Loop):
        def order(self, epoch):
            del epoch
            return super().order(0)

    return Same(*args, **kwargs).run()


@mistake("fit")
def fit_never_shuffles(*args, **kwargs):
    """The examples come in the order of the arrays in every epoch. Shuffle them anew each time."""

    class Unshuffled(Loop):
        def order(self, epoch):
            del epoch
            return np.arange(len(self.train[0]))

    return Unshuffled(*args, **kwargs).run()


@mistake("fit")
def fit_ignores_its_seed(*args, **kwargs):
    """The orders do not follow from seed, so a run cannot be repeated. Derive the seed of each epoch
    from it."""

    class Unseeded(Loop):
        def order(self, epoch):
            del epoch
            return shuffled(len(self.train[0]), None)

    return Unseeded(*args, **kwargs).run()


@mistake("fit")
def fit_uses_one_seed_for_all(*args, **kwargs):
    """The epochs have orders of their own, but they are the same whatever seed is given: it counts
    epochs only. Use both, seed + epoch for example."""

    class OneSeed(Loop):
        def order(self, epoch):
            return shuffled(len(self.train[0]), epoch)

    return OneSeed(*args, **kwargs).run()


@mistake("fit")
def fit_separates_x_and_y(*args, **kwargs):
    """Inputs are shuffled and their labels are not, so the labels belong to other inputs. Index both
    with the same numbers."""

    class Apart(Loop):
        def targets(self, y, chosen, epoch):
            del epoch
            return y[(chosen + 1) % len(y)]

    return Apart(*args, **kwargs).run()


@mistake("fit")
def fit_drops_the_last_batch(*args, **kwargs):
    """The shorter last batch of each epoch is dropped, so in every epoch some examples are not learned
    from."""

    class Whole(Loop):
        whole_batches = True

    return Whole(*args, **kwargs).run()


@mistake("fit")
def fit_averages_batch_means(*args, **kwargs):
    """The loss of an epoch is the mean of its batches' means, in which the examples of a short last
    batch count more than the others. Multiply each batch's loss by its number of examples, add up, and
    divide by all."""

    class ByBatch(Loop):
        def epoch_loss(self, losses, sizes):
            del sizes
            return float(np.mean(losses))

    return ByBatch(*args, **kwargs).run()


@mistake("fit")
def fit_reports_the_last_batch(*args, **kwargs):
    """The loss of an epoch is that of its last batch alone: each step overwrites the one before. Add up
    over the epoch."""

    class LastBatch(Loop):
        def epoch_loss(self, losses, sizes):
            del sizes
            return losses[-1]

    return LastBatch(*args, **kwargs).run()


@mistake("fit")
def fit_adds_up_the_batches(*args, **kwargs):
    """The loss of an epoch is the sum over its batches, so it grows with their number. Divide by the
    number of examples, with each batch counting by its size."""

    class Sum(Loop):
        def epoch_loss(self, losses, sizes):
            del sizes
            return float(np.sum(losses))

    return Sum(*args, **kwargs).run()


@mistake("fit")
def fit_never_resets_its_loss(*args, **kwargs):
    """The running loss is not reset, so an epoch's number is an average over all epochs so far, and the
    curve looks smoother and slower than it is. Start from zero in each epoch."""

    class Running(Loop):
        def epoch_loss(self, losses, sizes):
            self.seen = [*getattr(self, "seen", []), float(np.average(losses, weights=sizes))]
            return float(np.mean(self.seen))

    return Running(*args, **kwargs).run()


@mistake("fit")
def fit_measures_training_afterwards(*args, **kwargs):
    """The training loss is measured again after the epoch, over all examples. That is a fair number,
    but another one, and costs another pass; the history should hold the mean of the losses of the
    steps."""

    class Afterwards(Loop):
        def one_epoch(self, epoch):
            super().one_epoch(epoch)
            self.history["loss"][-1] = self.measure(*self.train)[0]

    return Afterwards(*args, **kwargs).run()


@mistake("fit")
def fit_forgets_training_true(*args, **kwargs):
    """The steps run the model without training=True: no dropout, and moving statistics that never
    move."""

    class NoFlag(Loop):
        training = None

    return NoFlag(*args, **kwargs).run()


@mistake("fit")
def fit_trains_frozen_layers(*args, **kwargs):
    """Layers that are frozen learn as well: the gradients are taken of all weights. Ask for
    model.trainable_variables at each step."""

    class AllWeights(Loop):
        def step(self, x, y):
            with tf.GradientTape() as tape:
                loss = ops.mean(self.loss_fn(y, self.model(x, training=True))) + sum(self.model.losses)
            gradients = tape.gradient(loss, self.model.weights)
            pairs = zip(gradients, self.model.weights, strict=True)
            self.optimizer.apply(*zip(*(pair for pair in pairs if pair[0] is not None), strict=True))
            return float(loss)

    return AllWeights(*args, **kwargs).run()


@mistake("fit")
def fit_measures_in_training_mode(*args, **kwargs):
    """The validation data are run in training mode: dropout is on, and their statistics leak into the
    moving statistics. Measure with training=False."""

    class TrainingMode(Loop):
        measuring = True

    return TrainingMode(*args, **kwargs).run()


@mistake("fit")
def fit_learns_from_the_validation_data(*args, **kwargs):
    """The validation data are trained on as well, so they say nothing about new data any more.
    Validation only looks."""

    class Leak(Loop):
        def validate(self):
            x, y = self.validation
            super().validate()
            self.step(x, y)

    return Leak(*args, **kwargs).run()


@mistake("fit")
def fit_validates_first(*args, **kwargs):
    """The validation data are measured before the epoch instead of after it, so val_loss lags one epoch
    behind, and the weights that are kept are not those that were measured."""

    class First(Loop):
        def one_epoch(self, epoch):
            self.measured = self.measure(*self.validation) if self.validation is not None else None
            super().one_epoch(epoch)

        def validate(self):
            loss, accuracy = self.measured
            self.check_validation(loss)
            self.history["val_loss"].append(loss)
            self.history["val_accuracy"].append(accuracy)

    return First(*args, **kwargs).run()


@mistake("fit")
def best_weights_are_no_copy(*args, **kwargs):
    """The best weights are kept as the variables themselves, which go on changing, and not as a copy of
    their numbers: what is restored at the end are the last weights. Keep model.get_weights()."""

    class Aliased(Loop):
        def keep(self):
            return self.model.weights

        def restore(self, kept):
            for variable, value in zip(self.model.weights, kept, strict=True):
                variable.assign(value)

    return Aliased(*args, **kwargs).run()


@mistake("fit")
def restores_trainable_weights_only(*args, **kwargs):
    """Only trainable variables are kept and restored. Moving statistics stay those of the last epoch,
    and belong to other weights. model.get_weights() has them too."""

    class Trainable(Loop):
        def keep(self):
            return [variable.numpy() for variable in self.model.trainable_variables]

        def restore(self, kept):
            for variable, value in zip(self.model.trainable_variables, kept, strict=True):
                variable.assign(value)

    return Trainable(*args, **kwargs).run()


@mistake("fit")
def restores_only_when_stopped_early(*args, **kwargs):
    """The best weights are restored in the branch that stops early only. When the epochs run out first,
    the model keeps its last weights. Restore them below the loop."""

    class OnlyThen(Loop):
        def finish(self, stopped):
            if stopped:
                super().finish(stopped)

    return OnlyThen(*args, **kwargs).run()


@mistake("fit")
def restores_without_patience(*args, **kwargs):
    """The best weights are restored although no patience was given. Without patience, the last weights
    are kept."""

    class Always(Loop):
        def validate(self):
            super().validate()
            if self.patience is None and self.watched() < self.best:
                self.best, self.best_weights = self.watched(), self.keep()

    return Always(*args, **kwargs).run()


@mistake("fit")
def stops_one_epoch_too_late(*args, **kwargs):
    """Training stops when more epochs than patience were no better: one too late. With a patience of 1,
    the first such epoch is the last: compare with >=."""

    class Late(Loop):
        def used_up(self):
            return self.waited > self.patience

    return Late(*args, **kwargs).run()


@mistake("fit")
def stops_one_epoch_too_early(*args, **kwargs):
    """Training stops one epoch before patience is used up: the count starts at 1, or is compared after
    one more was added."""

    class Early(Loop):
        def used_up(self):
            return self.waited >= max(self.patience - 1, 1)

    return Early(*args, **kwargs).run()


@mistake("fit")
def never_starts_the_count_anew(*args, **kwargs):
    """An improvement does not set the count back to 0, so all epochs that were no better count, not
    those in a row."""

    class Total(Loop):
        def after_improvement(self):
            pass

    return Total(*args, **kwargs).run()


@mistake("fit")
def compares_with_the_epoch_before(*args, **kwargs):
    """Each epoch is compared with the one before it, not with the best so far. After a jump upwards,
    creeping down again counts as progress, and the wrong weights are kept."""

    class Before(Loop):
        def is_over(self):
            over = super().is_over()
            self.best = self.watched()
            return over

    return Before(*args, **kwargs).run()


@mistake("fit")
def takes_equal_for_better(*args, **kwargs):
    """A validation loss equal to the best counts as an improvement. Where training has come to a
    standstill, patience then never ends. Better means strictly smaller."""

    class Equal(Loop):
        def better(self, loss):
            return loss <= self.best

    return Equal(*args, **kwargs).run()


@mistake("fit")
def watches_the_training_loss(*args, **kwargs):
    """Patience watches the training loss, which goes on falling while the network overfits. Watch
    val_loss."""

    class Training(Loop):
        def watched(self):
            return self.history["loss"][-1]

    return Training(*args, **kwargs).run()


@mistake("fit")
def takes_the_largest_loss_for_the_best(*args, **kwargs):
    """The comparison is the wrong way round: a larger validation loss counts as better, as it would for
    an accuracy."""

    class Largest(Loop):
        def better(self, loss):
            return loss > self.best or self.best_weights is None

    return Largest(*args, **kwargs).run()


@mistake("fit")
def goes_on_after_nan(*args, **kwargs):
    """A loss that is not finite goes unnoticed: training goes on, with weights that are all NaN. Look
    at each loss with np.isfinite and raise an error."""

    class Blind(Loop):
        def check(self, loss):
            pass

        check_validation = check

    return Blind(*args, **kwargs).run()


@mistake("fit")
def ends_silently_at_nan(*args, **kwargs):
    """Training ends at a loss that is not finite, but nothing says so: fit returns as if all had gone
    well. Raise an error with a message."""
    loop = Loop(*args, **kwargs)
    try:
        return loop.run()
    except FloatingPointError:
        return loop.history


@mistake("fit")
def raises_without_saying_why(*args, **kwargs):
    """An error is raised when a loss is not finite, but its message does not say so. Whoever meets it
    should read what happened: put the loss and the word into it."""
    try:
        return Loop(*args, **kwargs).run()
    except FloatingPointError:
        raise ValueError("training went wrong") from None


@mistake("fit")
def looks_for_nan_in_training_only(*args, **kwargs):
    """The training loss is checked, and the validation loss is not: a NaN there is never smaller than
    the best, so it only looks like a bad epoch. Check both."""

    class HalfBlind(Loop):
        def check_validation(self, loss):
            pass

    return HalfBlind(*args, **kwargs).run()


@mistake("fit")
def looks_for_nan_but_not_for_infinity(*args, **kwargs):
    """NaN is noticed and infinity is not. A loss becomes infinite first and NaN a step later, if at
    all: np.isfinite covers both."""

    class NanOnly(Loop):
        def check(self, loss):
            if np.isnan(loss):
                super().check(loss)

        check_validation = check

    return NanOnly(*args, **kwargs).run()


@mistake("fit")
def needs_validation_data(*args, **kwargs):
    """validation=None is not provided for: the history has empty lists for what was not measured. Leave
    those keys out."""
    loop = Loop(*args, **kwargs)
    loop.history = {"loss": [], "val_loss": [], "val_accuracy": []}
    return loop.run()


@mistake("fit")
def fit_ignores_the_losses_of_layers(*args, **kwargs):
    """The loss is that of the predictions alone: model.losses is missing in the steps and in what is
    measured. Add sum(model.losses) to both."""

    class NoPenalty(Loop):
        def step(self, x, y):
            return float(stepping(self.model, self.optimizer, self.loss_fn, x, y, penalties=False))

        def measure(self, x, y):
            found = measuring(self.model, self.loss_fn, x, y, self.batch_size, penalties=0)
            return found["loss"], found["accuracy"]

    return NoPenalty(*args, **kwargs).run()


@mistake("fit")
def fit_averages_validation_batches(*args, **kwargs):
    """val_loss and val_accuracy are means of batch means, in which the examples of a short last batch
    count more than the others. Add up over examples, and divide once."""

    class ByBatch(Loop):
        def measure(self, x, y):
            found = measuring(self.model, self.loss_fn, x, y, self.batch_size, by_batch=True)
            return found["loss"], found["accuracy"]

    return ByBatch(*args, **kwargs).run()


# accumulate_gradients --------------------------------------------------------------------------


def one(_):
    return 1


def accumulating(model, loss_fn, batches, *, training=True, penalties="mean", weight=len, divide=sum):
    """A right accumulation, but for what a mistake changes."""
    totals, weights = None, []
    for x, y in batches:
        with tf.GradientTape() as tape:
            loss = ops.mean(loss_fn(y, model(x, training=training)))
            if penalties == "mean":
                loss = loss + sum(model.losses)
            elif penalties == "each":
                loss = loss + sum(model.losses) * 3
        gradients = tape.gradient(loss, model.trainable_variables)
        totals = totals or [None] * len(gradients)
        for i, gradient in enumerate(gradients):
            if gradient is not None:
                totals[i] = gradient * weight(x) if totals[i] is None else totals[i] + gradient * weight(x)
        weights.append(weight(x))
    return [None if total is None else total / divide(weights) for total in totals]


@mistake("accumulate_gradients")
def never_divides(model, loss_fn, batches):
    """The gradients of the batches are added up and not divided: with sixteen batches, the step is
    sixteen times too long. The gradient of a mean is the mean of the gradients."""
    return accumulating(model, loss_fn, batches, weight=one, divide=one)


@mistake("accumulate_gradients")
def divides_by_the_number_of_batches(model, loss_fn, batches):
    """Each batch counts the same, whatever its size, so the examples of a short one count more. Weight
    each batch's gradient by its number of examples, and divide by all of them."""
    return accumulating(model, loss_fn, batches, weight=one)


@mistake("accumulate_gradients")
def sums_over_the_examples(model, loss_fn, batches):
    """The result is the gradient of the sum over all examples: each batch is multiplied by its size,
    and the division by the number of all examples is missing."""
    return accumulating(model, loss_fn, batches, divide=one)


@mistake("accumulate_gradients")
def keeps_the_last_batch(model, loss_fn, batches):
    """The result is the gradient of the last batch: each batch overwrites the one before. Add up."""
    for batch in batches:
        found = accumulating(model, loss_fn, [batch])
    return found


@mistake("accumulate_gradients")
def keeps_the_first_batch(model, loss_fn, batches):
    """The result is the gradient of the first batch: the return statement stands inside the loop. Move
    it below."""
    return accumulating(model, loss_fn, [next(iter(batches))])


@mistake("accumulate_gradients")
def accumulates_without_the_flag(model, loss_fn, batches):
    """The model runs without training=True. Accumulating is training: dropout has to drop."""
    return accumulating(model, loss_fn, batches, training=None)


@mistake("accumulate_gradients")
def accumulates_without_the_losses_of_layers(model, loss_fn, batches):
    """model.losses is not part of the loss, so regularizers are switched off. Add sum(model.losses)
    inside the tape's block."""
    return accumulating(model, loss_fn, batches, penalties="none")


@mistake("accumulate_gradients")
def counts_penalties_for_each_batch(model, loss_fn, batches):
    """model.losses counts once for each batch, so the penalty grows with the number of batches.
    Weighted like the rest of the loss and divided by all examples, it counts once."""
    pairs = list(batches)
    plain = accumulating(model, loss_fn, pairs, penalties="none")
    full = accumulating(model, loss_fn, pairs)
    return [
        p if p is None or f is None else p + (f - p) * len(pairs) for p, f in zip(plain, full, strict=True)
    ]


@mistake("accumulate_gradients")
def leaves_out_unconnected_variables(model, loss_fn, batches):
    """Gradients that are None are left out, so the list is shorter than the list of variables, and
    those after the gap meet the wrong ones. Keep their place."""
    return [gradient for gradient in accumulating(model, loss_fn, batches) if gradient is not None]


@mistake("accumulate_gradients")
def adds_none_to_none(model, loss_fn, batches):
    """Gradients are added up as if each were a tensor. Where the loss does not depend on a variable its
    gradient is None, and None cannot be multiplied or added. Look for it first."""
    totals, examples = None, 0
    for x, y in batches:
        with tf.GradientTape() as tape:
            loss = ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
        gradients = [g * len(x) for g in tape.gradient(loss, model.trainable_variables)]
        totals = gradients if totals is None else [t + g for t, g in zip(totals, gradients, strict=True)]
        examples += len(x)
    return [total / examples for total in totals]


@mistake("accumulate_gradients")
def walks_through_the_batches_twice(model, loss_fn, batches):
    """The batches are walked through twice, once to count the examples and once for the gradients. An
    iterator is empty the second time. Count while you go."""
    examples = sum(len(x) for x, _ in batches)
    totals = [0.0] * len(model.trainable_variables)
    for batch in batches:
        gradients = accumulating(model, loss_fn, [batch])
        totals = [
            t if g is None else t + g * len(batch[0]) / examples
            for t, g in zip(totals, gradients, strict=True)
        ]
    return [ops.convert_to_tensor(total) for total in totals]


@mistake("accumulate_gradients")
def counts_the_batches_with_len(model, loss_fn, batches):
    """len(batches) is asked for, and an iterator or generator has no length. Count the examples while
    you go through them."""
    share = 1 / len(batches)
    del share
    return accumulating(model, loss_fn, batches)


@mistake("accumulate_gradients")
def takes_a_step_for_each_batch(model, loss_fn, batches):
    """The weights move after each batch, so the gradients of later batches belong to other weights.
    Accumulating means to wait: the caller takes one step at the end."""
    found = []
    for x, y in batches:
        gradients = accumulating(model, loss_fn, [(x, y)])
        found.append((len(x), gradients))
        for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
            if gradient is not None:
                variable.assign_sub(0.01 * gradient)
    examples = sum(size for size, _ in found)
    columns = zip(*(gradients for _, gradients in found), strict=True)
    sizes = [size for size, _ in found]
    return [
        None
        if None in map(type, column) or column[0] is None
        else sum(g * size for g, size in zip(column, sizes, strict=True)) / examples
        for column in columns
    ]


@mistake("accumulate_gradients")
def one_gradient_for_all_weights(model, loss_fn, batches):
    """There is a gradient for every weight, also for frozen layers. Ask for model.trainable_variables;
    its order is that in which the optimizer expects them."""
    frozen = [layer for layer in model.layers if not layer.trainable]
    for layer in frozen:
        layer.trainable = True
    found = accumulating(model, loss_fn, batches)
    for layer in frozen:
        layer.trainable = False
    return found


# clip_by_global_norm ---------------------------------------------------------------------------


def norm_of(gradients):
    return ops.sqrt(sum(ops.sum(ops.square(g)) for g in gradients if g is not None))


def scaled(gradients, scale):
    return [None if g is None else g * scale for g in gradients]


@mistake("clip_by_global_norm")
def clips_each_by_itself(gradients, max_norm):
    """Each gradient is clipped by its own norm. Long ones are shortened and short ones are not, so that
    the step points in another direction, and together they may still be too long. Take one norm for
    all."""
    return [None if g is None else g * (max_norm / ops.maximum(norm_of([g]), max_norm)) for g in gradients]


@mistake("clip_by_global_norm")
def clips_each_element(gradients, max_norm):
    """Each element is cut off at max_norm. That changes the direction of the step, and does not limit
    its length. It is another method, clipping by value."""
    return [None if g is None else ops.clip(g, -max_norm, max_norm) for g in gradients]


@mistake("clip_by_global_norm")
def always_scales_to_the_limit(gradients, max_norm):
    """Gradients are scaled to the length max_norm also when they are shorter, so steps near a minimum
    become longer. Clip only what is too long: the factor is at most 1."""
    return scaled(gradients, max_norm / ops.maximum(norm_of(gradients), 1e-12))


@mistake("clip_by_global_norm")
def divides_by_a_norm_of_zero(gradients, max_norm):
    """Where all gradients are 0, the norm is 0, and max_norm / norm is a division by 0: the result is
    NaN. Divide by the larger of norm and max_norm."""
    norm = norm_of(gradients)
    return [None if g is None else g / norm * ops.minimum(norm, max_norm) for g in gradients]


@mistake("clip_by_global_norm")
def leaves_none_out(gradients, max_norm):
    """None is dropped from the list, so all gradients after it meet the wrong variables. It has to stay
    in its place."""
    kept = [g for g in gradients if g is not None]
    return scaled(kept, max_norm / ops.maximum(norm_of(kept), max_norm))


@mistake("clip_by_global_norm")
def makes_zero_of_none(gradients, max_norm):
    """None becomes 0. That is not the same: an optimizer leaves a variable without gradient alone, and
    one with a gradient of 0 may go on moving by momentum."""
    found = scaled(gradients, max_norm / ops.maximum(norm_of(gradients), max_norm))
    return [ops.zeros(()) if g is None else g for g in found]


@mistake("clip_by_global_norm")
def breaks_at_none(gradients, max_norm):
    """None is treated as a tensor, and that is an error. A variable that the loss does not depend on
    has no gradient: look for None first."""
    norm = ops.sqrt(sum(ops.sum(g * g) for g in gradients))
    return [g * (max_norm / ops.maximum(norm, max_norm)) for g in gradients]


@mistake("clip_by_global_norm")
def forgets_the_root(gradients, max_norm):
    """The sum of the squares is taken for the norm, without its root. Gradients longer than 1 are
    shortened too much, and gradients that were short enough as well."""
    return scaled(gradients, max_norm / ops.maximum(norm_of(gradients) ** 2, max_norm))


@mistake("clip_by_global_norm")
def adds_up_the_norms(gradients, max_norm):
    """The norms of the gradients are added up. That is longer than the whole: lengths add up as the
    sides of a right angle do. Add the squares, and take the root."""
    total = sum(norm_of([g]) for g in gradients if g is not None)
    return scaled(gradients, max_norm / ops.maximum(total, max_norm))


@mistake("clip_by_global_norm")
def takes_the_longest_for_the_norm(gradients, max_norm):
    """The norm of the longest gradient is taken for the norm of all together, so the result is still
    too long."""
    longest = max(norm_of([g]) for g in gradients if g is not None)
    return scaled(gradients, max_norm / ops.maximum(longest, max_norm))


@mistake("clip_by_global_norm")
def averages_the_squares(gradients, max_norm):
    """The norm is worked out with a mean of squares instead of their sum. That is the size of a typical
    element, and not the length of the step."""
    squares = ops.concatenate([ops.ravel(ops.square(g)) for g in gradients if g is not None])
    return scaled(gradients, max_norm / ops.maximum(ops.sqrt(ops.mean(squares)), max_norm))


@mistake("clip_by_global_norm")
def clips_to_one(gradients, max_norm):
    """Gradients that are too long are scaled to length 1 and not to max_norm. Multiply by max_norm /
    norm."""
    norm = norm_of(gradients)
    return scaled(gradients, ops.where(norm > max_norm, 1 / ops.maximum(norm, 1e-12), 1.0))


@mistake("clip_by_global_norm")
def returns_the_norm_too(gradients, max_norm):
    """What is returned is a pair, the list and the norm, as TensorFlow's function of this name does.
    Here it is the list alone."""
    norm = norm_of(gradients)
    return scaled(gradients, max_norm / ops.maximum(norm, max_norm)), norm


@mistake("clip_by_global_norm")
def changes_its_input(gradients, max_norm):
    """The clipped gradients are written into the list that was given. Whoever called may still want to
    look at them as they were. Make a new list."""
    scale = max_norm / ops.maximum(norm_of(gradients), max_norm)
    for i, g in enumerate(gradients):
        gradients[i] = None if g is None else g * scale
    return gradients


# predictions -----------------------------------------------------------------------------------

wrong_prediction(
    "no_flag",
    "training",
    """A tape records operations and knows nothing of modes. Keras has a flag for that, and where nobody
    gives it, layers run as they do in use: in inference mode.""",
)
wrong_prediction(
    "no_flag",
    "error",
    """Nothing breaks when the flag is left out, and that is the danger: the model runs in inference
    mode, without a word.""",
)
wrong_prediction(
    "epoch_loss",
    0.8,
    """0.8 is the mean of the three batch means. It counts each of the 20 examples of the last batch
    twice as much as the others: (40 x 0.5 + 40 x 0.7 + 20 x 1.2) / 100 = 0.72.""",
)
wrong_prediction(
    "epoch_loss",
    2.4,
    """2.4 is the sum of the three means. A mean over 100 examples lies between the smallest and the
    largest of them.""",
)
wrong_prediction(
    "epoch_loss",
    1.2,
    """1.2 is the loss of the last batch alone. Those before it belong to the epoch as well.""",
)
wrong_prediction(
    "epochs_run",
    7,
    """All seven would be run if a loss equal to the best counted as better. Better means strictly
    smaller: epochs 4 (0.65) and 5 (0.6 again) are two in a row that are not.""",
)
wrong_prediction(
    "epochs_run",
    4,
    """Epoch 4 is the first that is no better. A patience of 2 allows one such epoch, and the second in
    a row is the last.""",
)
wrong_prediction(
    "epochs_run",
    3,
    """Epoch 3 is the best so far, and its weights are the ones that are restored. But nobody knows that
    before two more epochs have been run.""",
)
wrong_prediction(
    "epochs_run",
    6,
    """Two epochs in a row that are no better, 4 and 5, use the patience up. Epoch 6, which would have
    been better, is never run: that is the price of stopping early.""",
)
wrong_prediction(
    "noise_factor",
    0.25,
    """The variance becomes a quarter, and its root, the standard deviation, a half: the spread of an
    average of B things falls with the square root of B.""",
)
wrong_prediction(
    "noise_factor",
    1,
    """The mean gradient stays the same, but how much it varies from batch to batch does not: an average
    over more examples varies less.""",
)
wrong_prediction(
    "noise_factor",
    2,
    """The other way round: an average over more examples varies less, not more.""",
)
