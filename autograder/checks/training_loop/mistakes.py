"""Mistakes that people really make in the topic `training_loop`, each with what a teacher would say."""

from nnlearn.diagnosis import mistake


class Altered:
    """A model as it is, but for what a mistake makes of it.

    Args:
        model: The model.
        training: The mode in which it runs whatever it is told; if left out, it does as it is told.
        penalties: How often its losses count.
        variables: What it says is trainable, if that is not what is.
    """

    def __init__(self, model, *, training="as told", penalties=1, variables=None):
        self._model, self._training, self._penalties = model, training, penalties
        self._variables = variables

    def __call__(self, x, training=None):
        return self._model(x, training=training if self._training == "as told" else self._training)

    @property
    def losses(self):
        return self._model.losses * self._penalties

    @property
    def trainable_variables(self):
        return self._model.trainable_variables if self._variables is None else self._variables

    def __getattr__(self, name):
        return getattr(self._model, name)


def even_of_frozen_layers(model):
    """The variables that are trainable where no layer is frozen."""
    frozen = [layer for layer in model.layers if not layer.trainable]
    for layer in frozen:
        layer.trainable = True
    variables = model.trainable_variables
    for layer in frozen:
        layer.trainable = False
    return variables


# minibatches -----------------------------------------------------------------------------------


def in_order(x, y, order, batch_size):
    """Batches of the examples with these numbers."""
    return minibatches(x[order], y[order], batch_size, seed=0, shuffle=False)


def shuffled(count, seed, shuffle=True):
    return np.random.default_rng(seed).permutation(count) if shuffle else np.arange(count)


@mistake("minibatches")
def shuffles_x_and_y_apart(x, y, batch_size, seed, shuffle=True):
    """Inputs and targets are shuffled with two different orders, so every label belongs to another input
    and nothing but the frequencies of the labels can be learned. Draw one order and use it for both."""
    if shuffle:
        generator = np.random.default_rng(seed)
        x, y = generator.permutation(x), generator.permutation(y)
    return minibatches(x, y, batch_size, seed, shuffle=False)


@mistake("minibatches")
def shuffles_the_inputs_alone(x, y, batch_size, seed, shuffle=True):
    """Only the inputs are shuffled; the targets come in their old order. Rows that belong together have
    to move together: x[chosen], y[chosen]."""
    return minibatches(x[shuffled(len(x), seed, shuffle)], y, batch_size, seed, shuffle=False)


@mistake("minibatches")
def forgets_the_rest(x, y, batch_size, seed, shuffle=True):
    """Only whole batches come out, and the examples that are left over are dropped. The last batch is
    smaller, not missing: a slice that goes past the end takes what is there."""
    batches = minibatches(x, y, batch_size, seed, shuffle)
    return (batch for batch in batches if len(batch[0]) == batch_size)


@mistake("minibatches")
def fills_up_the_last_batch(x, y, batch_size, seed, shuffle=True):
    """The last batch is filled up with examples from the beginning, which come twice in the epoch. Let
    it be shorter."""
    whole = -(-len(x) // batch_size) * batch_size
    return in_order(x, y, np.resize(shuffled(len(x), seed, shuffle), whole), batch_size)


@mistake("minibatches")
def yields_an_empty_batch(x, y, batch_size, seed, shuffle=True):
    """Where the examples divide evenly, one more batch follows that is empty, and its mean loss is NaN.
    The number of batches is len(x) / batch_size rounded up, not down plus one."""
    yield from minibatches(x, y, batch_size, seed, shuffle)
    if len(x) % batch_size == 0:
        yield x[:0], y[:0]


@mistake("minibatches")
def samples_with_replacement(x, y, batch_size, seed, shuffle=True):
    """Examples are drawn one by one from all of them, so some come several times in an epoch and about
    a third never. Shuffle the numbers of the examples once, and go through them."""
    drawn = np.random.default_rng(seed).integers(0, len(x), len(x))
    return in_order(x, y, drawn if shuffle else np.arange(len(x)), batch_size)


@mistake("minibatches")
def never_shuffles(x, y, batch_size, seed, shuffle=True):
    """The examples come in the order of the arrays, whatever is asked for. In data that is sorted by
    label, each batch then holds a single class."""
    del shuffle
    return minibatches(x, y, batch_size, seed, shuffle=False)


@mistake("minibatches")
def always_shuffles(x, y, batch_size, seed, shuffle=True):
    """The argument shuffle is not looked at: the order is shuffled with shuffle=False too. Whoever
    evaluates needs the order of the arrays."""
    del shuffle
    return minibatches(x, y, batch_size, seed)


@mistake("minibatches")
def one_order_for_every_seed(x, y, batch_size, seed, shuffle=True):
    """The order is shuffled, but it is the same for every seed, and so for every epoch. Pass seed to
    the generator of random numbers."""
    del seed
    return minibatches(x, y, batch_size, 0, shuffle)


@mistake("minibatches")
def no_seed_at_all(x, y, batch_size, seed, shuffle=True):
    """The seed is not used: each call gives another order, and no experiment can be repeated. Make the
    generator with np.random.default_rng(seed)."""
    del seed
    return minibatches(x, y, batch_size, None, shuffle)


@mistake("minibatches")
def shuffles_whole_batches(x, y, batch_size, seed, shuffle=True):
    """The batches come in a random order, but each holds the same neighbours as before. In data that is
    sorted by label they stay sorted. Shuffle the examples, then cut."""
    batches = list(minibatches(x, y, batch_size, seed, shuffle=False))
    return (batches[number] for number in shuffled(len(batches), seed, shuffle))


@mistake("minibatches")
def shuffles_inside_batches(x, y, batch_size, seed, shuffle=True):
    """The examples are shuffled inside each batch only, so every epoch has the same batches. Shuffle
    all examples before they are cut into batches."""
    for some_x, some_y in minibatches(x, y, batch_size, seed, shuffle=False):
        yield from minibatches(some_x, some_y, batch_size, seed, shuffle)


@mistake("minibatches")
def begins_somewhere_else(x, y, batch_size, seed, shuffle=True):
    """The examples keep their order; only the place to begin depends on the seed. Neighbours stay
    neighbours in every epoch. A permutation mixes all of them."""
    start = int(np.random.default_rng(seed).integers(1, len(x))) if shuffle and len(x) > 1 else 0
    return in_order(x, y, np.roll(np.arange(len(x)), start), batch_size)


@mistake("minibatches")
def shuffles_in_place(x, y, batch_size, seed, shuffle=True):
    """The arrays themselves are shuffled. They belong to whoever called: after the call, that person's
    own copy of the data is in another order. Shuffle numbers, and index with them."""
    order = shuffled(len(x), seed, shuffle)
    x[:], y[:] = x[order], y[order]
    return minibatches(x, y, batch_size, seed, shuffle=False)


@mistake("minibatches")
def turns_into_float32(x, y, batch_size, seed, shuffle=True):
    """Batches come out as float32, whatever went in: labels stop being integers, and float64 loses
    digits. Indexing a NumPy array keeps its dtype."""
    return minibatches(x.astype("float32"), y.astype("float32"), batch_size, seed, shuffle)


# train_step ------------------------------------------------------------------------------------


@mistake("train_step")
def forgets_training_true(model, optimizer, loss_fn, x, y):
    """The model is called without training=True, so it runs in inference mode: dropout never drops, and
    batch normalization neither uses the batch nor updates its statistics. A tape does not mean
    training; say it: model(x, training=True)."""
    return train_step(Altered(model, training=None), optimizer, loss_fn, x, y)


@mistake("train_step")
def ignores_the_losses_of_layers(model, optimizer, loss_fn, x, y):
    """model.losses is not added, so regularizers are switched off without a word. fit adds it for you;
    in your own loop, add sum(model.losses) to the loss."""
    return train_step(Altered(model, penalties=0), optimizer, loss_fn, x, y)


@mistake("train_step")
def adds_the_losses_of_layers_too_late(model, optimizer, loss_fn, x, y):
    """model.losses is part of the number that is returned, but not of the loss that the gradient is
    taken of: the report is regularised and the weights are not. Add it inside the tape's block."""
    return ignores_the_losses_of_layers(model, optimizer, loss_fn, x, y) + sum(model.losses)


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
    return train_step(model, optimizer, lambda *told: ops.sum(loss_fn(*told)), x, y)


@mistake("train_step")
def returns_a_loss_per_example(model, optimizer, loss_fn, x, y):
    """What is returned is the loss of each example, not one number: the mean is missing. (The gradient
    of several losses is that of their sum, so the step is too long as well.)"""
    with tf.GradientTape() as tape:
        losses = loss_fn(y, model(x, training=True)) + sum(model.losses)
    variables = model.trainable_variables
    optimizer.apply(tape.gradient(losses, variables), variables)
    return losses


@mistake("train_step")
def returns_the_loss_after_the_step(model, optimizer, loss_fn, x, y):
    """The loss is measured again after the update. That costs a second forward pass, counts the batch
    twice in moving statistics, and is not the loss that the gradient was taken of."""
    train_step(model, optimizer, loss_fn, x, y)
    return ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)


@mistake("train_step")
def runs_the_model_twice(model, optimizer, loss_fn, x, y):
    """The model runs twice in a step, once for the gradient and once more for the loss that is
    returned. Moving statistics move twice, dropout draws other masks, and it takes longer. Return the
    loss from the tape's block."""
    before = ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
    train_step(model, optimizer, loss_fn, x, y)
    return before


@mistake("train_step")
def climbs(model, optimizer, loss_fn, x, y):
    """The step goes up the gradient: the loss grows. optimizer.apply subtracts by itself; do not negate
    the loss or the gradients."""
    return -train_step(model, optimizer, lambda *told: -loss_fn(*told), x, y)


@mistake("train_step")
def pairs_gradients_with_all_weights(model, optimizer, loss_fn, x, y):
    """The gradients are those of the trainable variables, but they are applied to model.weights, the
    list of all. As soon as a layer is frozen, each gradient meets another variable. Use one list for
    both."""

    class ToAllWeights:
        def apply(self, gradients, variables):
            del variables
            pairs = [(g, w) for g, w in zip(gradients, model.weights, strict=False) if g.shape == w.shape]
            optimizer.apply(*zip(*pairs, strict=True))

    return train_step(model, ToAllWeights(), loss_fn, x, y)


@mistake("train_step")
def trains_frozen_layers(model, optimizer, loss_fn, x, y):
    """The gradient is taken with respect to all weights, so layers learn although they are frozen. Ask
    for model.trainable_variables."""
    return train_step(Altered(model, variables=even_of_frozen_layers(model)), optimizer, loss_fn, x, y)


@mistake("train_step")
def remembers_the_variables(model, optimizer, loss_fn, x, y):
    """The list of trainable variables is made at the first step and kept. A layer that is frozen later
    goes on learning. Ask for model.trainable_variables at every step."""
    if not hasattr(model, "remembered"):
        model.remembered = {"variables": list(model.trainable_variables)}
    return train_step(Altered(model, **model.remembered), optimizer, loss_fn, x, y)


@mistake("train_step")
def remembers_the_optimizer(model, optimizer, loss_fn, x, y):
    """The first optimizer that comes with a model is kept, and later ones are not used: their learning
    rate and their memory count for nothing. Use the optimizer of this call."""
    if not hasattr(model, "remembered"):
        model.remembered = {"optimizer": optimizer}
    return train_step(model, model.remembered["optimizer"], loss_fn, x, y)


@mistake("train_step")
def subtracts_by_hand(model, optimizer, loss_fn, x, y):
    """The weights are moved by learning rate times gradient, past the optimizer. For plain SGD that is
    the same; momentum, Adam and schedules are lost. Call optimizer.apply."""

    class ByHand:
        def apply(self, gradients, variables):
            for gradient, variable in zip(gradients, variables, strict=True):
                variable.assign_sub(optimizer.learning_rate * gradient)

    return train_step(model, ByHand(), loss_fn, x, y)


@mistake("train_step")
def clips_the_loss(model, optimizer, loss_fn, x, y):
    """The loss is cut off at 5. Above that it is constant, so its gradient is 0, and just the examples
    that are worst teach nothing. Clip gradients, not the loss."""
    return train_step(model, optimizer, lambda *told: ops.minimum(ops.mean(loss_fn(*told)), 5.0), x, y)


@mistake("train_step")
def puts_predictions_first(model, optimizer, loss_fn, x, y):
    """loss_fn gets the predictions first and the targets second. Keras' losses take the targets first:
    for squared error it makes no difference, for most others it does."""
    return train_step(model, optimizer, lambda targets, predictions: loss_fn(predictions, targets), x, y)


# evaluate --------------------------------------------------------------------------------------


@mistake("evaluate")
def evaluates_in_training_mode(model, loss_fn, x, y, batch_size):
    """The model runs in training mode: dropout drops, batch normalization uses the batch and updates
    its moving statistics. The answer changes from call to call, and so does the model. Call model(x,
    training=False)."""
    return evaluate(Altered(model, training=True), loss_fn, x, y, batch_size)


@mistake("evaluate")
def mean_of_batch_means(model, loss_fn, x, y, batch_size):
    """The batches' means are averaged, so each example of a short last batch counts more than the
    others, and the result depends on the batch size. Add up over examples, and divide once at the
    end."""
    batches = minibatches(x, y, batch_size, seed=0, shuffle=False)
    found = [evaluate(model, loss_fn, *batch, batch_size) for batch in batches]
    return {key: float(np.mean([means[key] for means in found])) for key in found[0]}


@mistake("evaluate")
def leaves_out_the_last_batch(model, loss_fn, x, y, batch_size):
    """The last, shorter batch is not measured. Every example counts."""
    whole = len(x) // batch_size * batch_size or len(x)
    return evaluate(model, loss_fn, x[:whole], y[:whole], batch_size)


@mistake("evaluate")
def evaluates_without_the_losses_of_layers(model, loss_fn, x, y, batch_size):
    """model.losses is left out, so the loss cannot be compared with that of training. Add
    sum(model.losses), once."""
    return evaluate(Altered(model, penalties=0), loss_fn, x, y, batch_size)


@mistake("evaluate")
def counts_the_losses_of_layers_for_each_batch(model, loss_fn, x, y, batch_size):
    """model.losses is added for every batch, so it counts the more the smaller the batches are. It
    belongs to the model, not to a batch: add it once, below the loop."""
    batches = -(-len(x) // batch_size)
    return evaluate(Altered(model, penalties=batches), loss_fn, x, y, batch_size)


@mistake("evaluate")
def returns_tensors(model, loss_fn, x, y, batch_size):
    """Loss and accuracy are tensors, not Python floats: they cannot be written to a JSON file, and
    lists of them keep memory on the device. Turn them into numbers with float()."""
    result = evaluate(model, loss_fn, x, y, batch_size)
    return {key: tf.constant(value, "float32") for key, value in result.items()}


@mistake("evaluate")
def counts_right_answers(model, loss_fn, x, y, batch_size):
    """The accuracy is the number of right answers, not their share. Divide it by the number of
    examples."""
    result = evaluate(model, loss_fn, x, y, batch_size)
    return {**result, "accuracy": result["accuracy"] * len(x)}


@mistake("evaluate")
def accuracy_in_percent(model, loss_fn, x, y, batch_size):
    """The accuracy is given in percent. A share lies between 0 and 1."""
    result = evaluate(model, loss_fn, x, y, batch_size)
    return {**result, "accuracy": result["accuracy"] * 100}


@mistake("evaluate")
def looks_at_the_last_batch(model, loss_fn, x, y, batch_size):
    """Loss and accuracy are those of the last batch: each batch overwrites what the one before it said.
    Add up."""
    start = (len(x) - 1) // batch_size * batch_size
    return evaluate(model, loss_fn, x[start:], y[start:], batch_size)


@mistake("evaluate")
def looks_at_the_first_batch(model, loss_fn, x, y, batch_size):
    """Loss and accuracy are those of the first batch: the return statement stands inside the loop. Move
    it below."""
    return evaluate(model, loss_fn, x[:batch_size], y[:batch_size], batch_size)


@mistake("evaluate")
def sums_the_losses(model, loss_fn, x, y, batch_size):
    """The loss is a sum over the examples, so it grows with their number. Divide it by len(x)."""
    result = evaluate(Altered(model, penalties=0), loss_fn, x, y, batch_size)
    return {**result, "loss": result["loss"] * len(x) + float(sum(model.losses))}


@mistake("evaluate")
def rounds_the_outputs(model, loss_fn, x, y, batch_size):
    """A prediction counts as right where the output of its label is above 0.5. Outputs are not
    probabilities here; the prediction is the class with the largest output: argmax."""
    del batch_size
    predictions = ops.convert_to_numpy(model(x, training=False))
    loss = ops.mean(loss_fn(y, predictions)) + sum(model.losses)
    return {"loss": float(loss), "accuracy": float(np.mean(predictions[np.arange(len(y)), y] > 0.5))}


@mistake("evaluate")
def never_resets_its_metrics(model, loss_fn, x, y, batch_size):
    """The metrics are made once and never reset, so each call averages over everything that was ever
    measured. Make new ones in each call, or call reset_state() at its beginning."""
    if not hasattr(model, "measured"):
        model.measured = {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.Mean()}
    result = evaluate(Altered(model, penalties=0), loss_fn, x, y, batch_size)
    for key, metric in model.measured.items():
        metric.update_state(result[key], sample_weight=len(x))
    found = {key: float(metric.result()) for key, metric in model.measured.items()}
    return {**found, "loss": found["loss"] + float(sum(model.losses))}


# fit -------------------------------------------------------------------------------------------


class Loop:
    """`fit` in pieces that are right, but for what a mistake puts in their place."""

    def __init__(self, model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
        self.train, self.validation = train, validation
        self.epochs, self.batch_size, self.seed, self.patience = epochs, batch_size, seed, patience
        self.history = (
            {"loss": []} if validation is None else {"loss": [], "val_loss": [], "val_accuracy": []}
        )
        self.best, self.best_weights, self.waited = float("inf"), None, 0

    def batches(self, epoch):
        return minibatches(*self.train, self.batch_size, [self.seed, epoch])

    def step(self, x, y):
        return float(train_step(self.model, self.optimizer, self.loss_fn, x, y))

    def measure(self, x, y):
        return evaluate(self.model, self.loss_fn, x, y, self.batch_size)

    def check(self, loss):
        if not np.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss}, which is not finite")

    def check_validation(self, loss):
        self.check(loss)

    def epoch_loss(self, losses, sizes):
        return float(np.average(losses, weights=sizes))

    def one_epoch(self, epoch):
        losses, sizes = [], []
        for x, y in self.batches(epoch):
            losses.append(self.step(x, y))
            sizes.append(len(x))
            self.check(losses[-1])
        self.history["loss"].append(self.epoch_loss(losses, sizes))

    def note(self, measured):
        self.check_validation(measured["loss"])
        for key, value in measured.items():
            self.history[f"val_{key}"].append(value)

    def validate(self):
        self.note(self.measure(*self.validation))

    def watched(self):
        return self.history["val_loss"][-1]

    def better(self):
        return self.watched() < self.best

    def keep(self):
        return self.model.get_weights()

    def restore(self):
        self.model.set_weights(self.best_weights)

    def start_counting_anew(self):
        self.waited = 0

    def used_up(self):
        return self.waited >= self.patience

    def is_over(self):
        if self.better():
            self.best, self.best_weights = self.watched(), self.keep()
            self.start_counting_anew()
            return False
        self.waited += 1
        return self.used_up()

    def finish(self, stopped):
        del stopped
        if self.best_weights is not None:
            self.restore()

    def run(self):
        stopped = False
        for epoch in range(self.epochs):
            self.one_epoch(epoch)
            if self.validation is not None:
                self.validate()
                stopped = self.patience is not None and self.is_over()
                if stopped:
                    break
        self.finish(stopped)
        return self.history


def loop_with(args, kwargs, **pieces):
    """What fit returns where these pieces stand in place of the right ones."""
    return type("Changed", (Loop,), pieces)(*args, **kwargs).run()


@mistake("fit")
def one_order_for_all_epochs(*args, **kwargs):
    """Every epoch goes through the examples in the same order: each gets the same seed. Derive a new
    one for each epoch, seed + epoch for example."""
    return loop_with(args, kwargs, batches=lambda loop, _: Loop.batches(loop, 0))


@mistake("fit")
def fit_never_shuffles(*args, **kwargs):
    """The examples come in the order of the arrays in every epoch. Shuffle them anew each time."""

    def batches(loop, _):
        return minibatches(*loop.train, loop.batch_size, loop.seed, shuffle=False)

    return loop_with(args, kwargs, batches=batches)


@mistake("fit")
def fit_ignores_its_seed(*args, **kwargs):
    """The orders do not follow from seed, so a run cannot be repeated. Derive the seed of each epoch
    from it."""
    return loop_with(args, kwargs, batches=lambda loop, _: minibatches(*loop.train, loop.batch_size, None))


@mistake("fit")
def fit_uses_one_seed_for_all(*args, **kwargs):
    """The epochs have orders of their own, but they are the same whatever seed is given: it counts
    epochs only. Use both, seed + epoch for example."""
    return loop_with(
        args, kwargs, batches=lambda loop, epoch: minibatches(*loop.train, loop.batch_size, epoch)
    )


@mistake("fit")
def fit_separates_x_and_y(model, optimizer, loss_fn, train, *args, **kwargs):
    """Inputs are shuffled and their labels are not, so the labels belong to other inputs. Index both
    with the same numbers."""
    x, y = train
    return fit(model, optimizer, loss_fn, (x, np.roll(y, -1)), *args, **kwargs)


@mistake("fit")
def fit_drops_the_last_batch(*args, **kwargs):
    """The shorter last batch of each epoch is dropped, so in every epoch some examples are not learned
    from."""

    def batches(loop, epoch):
        return (batch for batch in Loop.batches(loop, epoch) if len(batch[0]) == loop.batch_size)

    return loop_with(args, kwargs, batches=batches)


@mistake("fit")
def fit_averages_batch_means(*args, **kwargs):
    """The loss of an epoch is the mean of its batches' means, in which the examples of a short last
    batch count more than the others. Multiply each batch's loss by its number of examples, add up, and
    divide by all."""
    return loop_with(args, kwargs, epoch_loss=lambda _, losses, _sizes: float(np.mean(losses)))


@mistake("fit")
def fit_reports_the_last_batch(*args, **kwargs):
    """The loss of an epoch is that of its last batch alone: each step overwrites the one before. Add up
    over the epoch."""
    return loop_with(args, kwargs, epoch_loss=lambda _, losses, _sizes: losses[-1])


@mistake("fit")
def fit_adds_up_the_batches(*args, **kwargs):
    """The loss of an epoch is the sum over its batches, so it grows with their number. Divide by the
    number of examples, with each batch counting by its size."""
    return loop_with(args, kwargs, epoch_loss=lambda _, losses, _sizes: float(np.sum(losses)))


@mistake("fit")
def fit_never_resets_its_loss(*args, **kwargs):
    """The running loss is not reset, so an epoch's number is an average over all epochs so far, and the
    curve looks smoother and slower than it is. Start from zero in each epoch."""
    seen = []

    def epoch_loss(loop, losses, sizes):
        seen.append(Loop.epoch_loss(loop, losses, sizes))
        return float(np.mean(seen))

    return loop_with(args, kwargs, epoch_loss=epoch_loss)


@mistake("fit")
def fit_measures_training_afterwards(*args, **kwargs):
    """The training loss is measured again after the epoch, over all examples. That is a fair number,
    but another one, and costs another pass; the history should hold the mean of the losses of the
    steps."""

    def epoch_loss(loop, losses, sizes):
        del losses, sizes
        return loop.measure(*loop.train)["loss"]

    return loop_with(args, kwargs, epoch_loss=epoch_loss)


@mistake("fit")
def fit_forgets_training_true(model, *args, **kwargs):
    """The steps run the model without training=True: no dropout, and moving statistics that never
    move."""
    return fit(Altered(model, training=None), *args, **kwargs)


@mistake("fit")
def fit_trains_frozen_layers(model, *args, **kwargs):
    """Layers that are frozen learn as well: the gradients are taken of all weights. Ask for
    model.trainable_variables at each step."""
    return fit(Altered(model, variables=even_of_frozen_layers(model)), *args, **kwargs)


@mistake("fit")
def fit_measures_in_training_mode(model, *args, **kwargs):
    """The validation data are run in training mode: dropout is on, and their statistics leak into the
    moving statistics. Measure with training=False."""
    return fit(Altered(model, training=True), *args, **kwargs)


@mistake("fit")
def fit_learns_from_the_validation_data(*args, **kwargs):
    """The validation data are trained on as well, so they say nothing about new data any more.
    Validation only looks."""

    def validate(loop):
        Loop.validate(loop)
        loop.step(*loop.validation)

    return loop_with(args, kwargs, validate=validate)


@mistake("fit")
def fit_validates_first(*args, **kwargs):
    """The validation data are measured before the epoch instead of after it, so val_loss lags one epoch
    behind, and the weights that are kept are not those that were measured."""

    def one_epoch(loop, epoch):
        loop.measured = None if loop.validation is None else loop.measure(*loop.validation)
        Loop.one_epoch(loop, epoch)

    return loop_with(args, kwargs, one_epoch=one_epoch, validate=lambda loop: loop.note(loop.measured))


@mistake("fit")
def best_weights_are_no_copy(*args, **kwargs):
    """The best weights are kept as the variables themselves, which go on changing, and not as a copy of
    their numbers: what is restored at the end are the last weights. Keep model.get_weights()."""

    def restore(loop):
        for variable, value in zip(loop.model.weights, loop.best_weights, strict=True):
            variable.assign(value)

    return loop_with(args, kwargs, keep=lambda loop: loop.model.weights, restore=restore)


@mistake("fit")
def restores_trainable_weights_only(*args, **kwargs):
    """Only trainable variables are kept and restored. Moving statistics stay those of the last epoch,
    and belong to other weights. model.get_weights() has them too."""

    def keep(loop):
        return [variable.numpy() for variable in loop.model.trainable_variables]

    def restore(loop):
        for variable, value in zip(loop.model.trainable_variables, loop.best_weights, strict=True):
            variable.assign(value)

    return loop_with(args, kwargs, keep=keep, restore=restore)


@mistake("fit")
def restores_only_when_stopped_early(*args, **kwargs):
    """The best weights are restored in the branch that stops early only. When the epochs run out first,
    the model keeps its last weights. Restore them below the loop."""
    return loop_with(args, kwargs, finish=lambda loop, stopped: stopped and loop.restore())


@mistake("fit")
def restores_without_patience(*args, **kwargs):
    """The best weights are restored although no patience was given. Without patience, the last weights
    are kept."""

    def one_epoch(loop, epoch):
        loop.patience = loop.patience or loop.epochs
        Loop.one_epoch(loop, epoch)

    return loop_with(args, kwargs, one_epoch=one_epoch)


@mistake("fit")
def stops_one_epoch_too_late(*args, **kwargs):
    """Training stops when more epochs than patience were no better: one too late. With a patience of 1,
    the first such epoch is the last: compare with >=."""
    return loop_with(args, kwargs, used_up=lambda loop: loop.waited > loop.patience)


@mistake("fit")
def stops_one_epoch_too_early(*args, **kwargs):
    """Training stops one epoch before patience is used up: the count starts at 1, or is compared after
    one more was added."""
    return loop_with(args, kwargs, used_up=lambda loop: loop.waited >= max(loop.patience - 1, 1))


@mistake("fit")
def never_starts_the_count_anew(*args, **kwargs):
    """An improvement does not set the count back to 0, so all epochs that were no better count, not
    those in a row."""
    return loop_with(args, kwargs, start_counting_anew=lambda _: None)


@mistake("fit")
def compares_with_the_epoch_before(*args, **kwargs):
    """Each epoch is compared with the one before it, not with the best so far. After a jump upwards,
    creeping down again counts as progress, and the wrong weights are kept."""

    def is_over(loop):
        over = Loop.is_over(loop)
        loop.best = loop.watched()
        return over

    return loop_with(args, kwargs, is_over=is_over)


@mistake("fit")
def takes_equal_for_better(*args, **kwargs):
    """A validation loss equal to the best counts as an improvement. Where training has come to a
    standstill, patience then never ends. Better means strictly smaller."""
    return loop_with(args, kwargs, better=lambda loop: loop.watched() <= loop.best)


@mistake("fit")
def watches_the_training_loss(*args, **kwargs):
    """Patience watches the training loss, which goes on falling while the network overfits. Watch
    val_loss."""
    return loop_with(args, kwargs, watched=lambda loop: loop.history["loss"][-1])


@mistake("fit")
def takes_the_largest_loss_for_the_best(*args, **kwargs):
    """The comparison is the wrong way round: a larger validation loss counts as better, as it would for
    an accuracy."""
    return loop_with(
        args, kwargs, better=lambda loop: loop.best_weights is None or loop.watched() > loop.best
    )


@mistake("fit")
def goes_on_after_nan(*args, **kwargs):
    """A loss that is not finite goes unnoticed: training goes on, with weights that are all NaN. Look
    at each loss with np.isfinite and raise an error."""
    return loop_with(args, kwargs, check=lambda *_: None)


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
        return fit(*args, **kwargs)
    except FloatingPointError:
        raise ValueError("training went wrong") from None


@mistake("fit")
def looks_for_nan_in_training_only(*args, **kwargs):
    """The training loss is checked, and the validation loss is not: a NaN there is never smaller than
    the best, so it only looks like a bad epoch. Check both."""
    return loop_with(args, kwargs, check_validation=lambda *_: None)


@mistake("fit")
def looks_for_nan_but_not_for_infinity(*args, **kwargs):
    """NaN is noticed and infinity is not. A loss becomes infinite first and NaN a step later, if at
    all: np.isfinite covers both."""
    return loop_with(
        args, kwargs, check=lambda loop, loss: None if np.isinf(loss) else Loop.check(loop, loss)
    )


@mistake("fit")
def needs_validation_data(*args, **kwargs):
    """validation=None is not provided for: the history has empty lists for what was not measured. Leave
    those keys out."""
    return {"val_loss": [], "val_accuracy": [], **fit(*args, **kwargs)}


@mistake("fit")
def fit_ignores_the_losses_of_layers(model, *args, **kwargs):
    """The loss is that of the predictions alone: model.losses is missing in the steps and in what is
    measured. Add sum(model.losses) to both."""
    return fit(Altered(model, penalties=0), *args, **kwargs)


@mistake("fit")
def fit_averages_validation_batches(*args, **kwargs):
    """val_loss and val_accuracy are means of batch means, in which the examples of a short last batch
    count more than the others. Add up over examples, and divide once."""

    def measure(loop, x, y):
        return mean_of_batch_means(loop.model, loop.loss_fn, x, y, loop.batch_size)

    return loop_with(args, kwargs, measure=measure)


# accumulate_gradients --------------------------------------------------------------------------


def added_up(model, loss_fn, batches, weight):
    """The gradients of the batches, each times `weight` of its number of examples, added up."""
    totals = [0.0] * len(model.trainable_variables)
    for x, y in batches:
        gradients = accumulate_gradients(model, loss_fn, [(x, y)])
        pairs = zip(totals, gradients, strict=True)
        totals = [total if g is None else total + g * weight(len(x)) for total, g in pairs]
    return [ops.convert_to_tensor(total) for total in totals]


@mistake("accumulate_gradients")
def never_divides(model, loss_fn, batches):
    """The gradients of the batches are added up and not divided: with sixteen batches, the step is
    sixteen times too long. The gradient of a mean is the mean of the gradients."""
    return added_up(model, loss_fn, batches, lambda _: 1)


@mistake("accumulate_gradients")
def divides_by_the_number_of_batches(model, loss_fn, batches):
    """Each batch counts the same, whatever its size, so the examples of a short one count more. Weight
    each batch's gradient by its number of examples, and divide by all of them."""
    batches = list(batches)
    return added_up(model, loss_fn, batches, lambda _: 1 / len(batches))


@mistake("accumulate_gradients")
def sums_over_the_examples(model, loss_fn, batches):
    """The result is the gradient of the sum over all examples: each batch is multiplied by its size,
    and the division by the number of all examples is missing."""
    return added_up(model, loss_fn, batches, lambda examples: examples)


@mistake("accumulate_gradients")
def keeps_the_last_batch(model, loss_fn, batches):
    """The result is the gradient of the last batch: each batch overwrites the one before. Add up."""
    for batch in batches:
        found = accumulate_gradients(model, loss_fn, [batch])
    return found


@mistake("accumulate_gradients")
def keeps_the_first_batch(model, loss_fn, batches):
    """The result is the gradient of the first batch: the return statement stands inside the loop. Move
    it below."""
    return accumulate_gradients(model, loss_fn, [next(iter(batches))])


@mistake("accumulate_gradients")
def accumulates_without_the_flag(model, loss_fn, batches):
    """The model runs without training=True. Accumulating is training: dropout has to drop."""
    return accumulate_gradients(Altered(model, training=None), loss_fn, batches)


@mistake("accumulate_gradients")
def accumulates_without_the_losses_of_layers(model, loss_fn, batches):
    """model.losses is not part of the loss, so regularizers are switched off. Add sum(model.losses)
    inside the tape's block."""
    return accumulate_gradients(Altered(model, penalties=0), loss_fn, batches)


@mistake("accumulate_gradients")
def counts_penalties_for_each_batch(model, loss_fn, batches):
    """model.losses counts once for each batch, so the penalty grows with the number of batches.
    Weighted like the rest of the loss and divided by all examples, it counts once."""
    batches = list(batches)
    return accumulate_gradients(Altered(model, penalties=len(batches)), loss_fn, batches)


@mistake("accumulate_gradients")
def leaves_out_unconnected_variables(model, loss_fn, batches):
    """Gradients that are None are left out, so the list is shorter than the list of variables, and
    those after the gap meet the wrong ones. Keep their place."""
    return [gradient for gradient in accumulate_gradients(model, loss_fn, batches) if gradient is not None]


@mistake("accumulate_gradients")
def adds_none_to_none(model, loss_fn, batches):
    """Gradients are added up as if each were a tensor. Where the loss does not depend on a variable its
    gradient is None, and None cannot be multiplied or added. Look for it first."""
    return [0.0 + gradient for gradient in accumulate_gradients(model, loss_fn, batches)]


@mistake("accumulate_gradients")
def walks_through_the_batches_twice(model, loss_fn, batches):
    """The batches are walked through twice, once to count the examples and once for the gradients. An
    iterator is empty the second time. Count while you go."""
    all_examples = sum(len(x) for x, _ in batches)
    return added_up(model, loss_fn, batches, lambda examples: examples / all_examples)


@mistake("accumulate_gradients")
def counts_the_batches_with_len(model, loss_fn, batches):
    """len(batches) is asked for, and an iterator or generator has no length. Count the examples while
    you go through them."""
    return accumulate_gradients(model, loss_fn, [batches[i] for i in range(len(batches))])


@mistake("accumulate_gradients")
def takes_a_step_for_each_batch(model, loss_fn, batches):
    """The weights move after each batch, so the gradients of later batches belong to other weights.
    Accumulating means to wait: the caller takes one step at the end."""

    def with_steps():
        optimizer = keras.optimizers.SGD(0.01)
        for x, y in batches:
            yield x, y
            train_step(model, optimizer, loss_fn, x, y)

    return accumulate_gradients(model, loss_fn, with_steps())


@mistake("accumulate_gradients")
def one_gradient_for_all_weights(model, loss_fn, batches):
    """There is a gradient for every weight, also for frozen layers. Ask for model.trainable_variables;
    its order is that in which the optimizer expects them."""
    return accumulate_gradients(Altered(model, variables=even_of_frozen_layers(model)), loss_fn, batches)


# clip_by_global_norm ---------------------------------------------------------------------------


norm_of = tf.linalg.global_norm


def clipped(gradients, norm, max_norm):
    """Gradients clipped as if this were their norm."""
    scale = max_norm / ops.maximum(norm, max_norm)
    return [None if g is None else g * scale for g in gradients]


@mistake("clip_by_global_norm")
def clips_each_by_itself(gradients, max_norm):
    """Each gradient is clipped by its own norm. Long ones are shortened and short ones are not, so that
    the step points in another direction, and together they may still be too long. Take one norm for
    all."""
    return [clip_by_global_norm([g], max_norm)[0] for g in gradients]


@mistake("clip_by_global_norm")
def clips_each_element(gradients, max_norm):
    """Each element is cut off at max_norm. That changes the direction of the step, and does not limit
    its length. It is another method, clipping by value."""
    return [None if g is None else ops.clip(g, -max_norm, max_norm) for g in gradients]


@mistake("clip_by_global_norm")
def always_scales_to_the_limit(gradients, max_norm):
    """Gradients are scaled to the length max_norm also when they are shorter, so steps near a minimum
    become longer. Clip only what is too long: the factor is at most 1."""
    scale = max_norm / ops.maximum(norm_of(gradients), 1e-12)
    return [None if g is None else g * scale for g in gradients]


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
    return clip_by_global_norm([g for g in gradients if g is not None], max_norm)


@mistake("clip_by_global_norm")
def makes_zero_of_none(gradients, max_norm):
    """None becomes 0. That is not the same: an optimizer leaves a variable without gradient alone, and
    one with a gradient of 0 may go on moving by momentum."""
    return [ops.zeros(()) if g is None else g for g in clip_by_global_norm(gradients, max_norm)]


@mistake("clip_by_global_norm")
def breaks_at_none(gradients, max_norm):
    """None is treated as a tensor, and that is an error. A variable that the loss does not depend on
    has no gradient: look for None first."""
    norm = ops.sqrt(sum(ops.sum(g * g) for g in gradients))
    return clipped(gradients, norm, max_norm)


@mistake("clip_by_global_norm")
def forgets_the_root(gradients, max_norm):
    """The sum of the squares is taken for the norm, without its root. Gradients longer than 1 are
    shortened too much, and gradients that were short enough as well."""
    return clipped(gradients, norm_of(gradients) ** 2, max_norm)


@mistake("clip_by_global_norm")
def adds_up_the_norms(gradients, max_norm):
    """The norms of the gradients are added up. That is longer than the whole: lengths add up as the
    sides of a right angle do. Add the squares, and take the root."""
    return clipped(gradients, sum(norm_of([g]) for g in gradients), max_norm)


@mistake("clip_by_global_norm")
def takes_the_longest_for_the_norm(gradients, max_norm):
    """The norm of the longest gradient is taken for the norm of all together, so the result is still
    too long."""
    return clipped(gradients, max(norm_of([g]) for g in gradients), max_norm)


@mistake("clip_by_global_norm")
def averages_the_squares(gradients, max_norm):
    """The norm is worked out with a mean of squares instead of their sum. That is the size of a typical
    element, and not the length of the step."""
    squares = ops.concatenate([ops.ravel(ops.square(g)) for g in gradients if g is not None])
    return clipped(gradients, ops.sqrt(ops.mean(squares)), max_norm)


@mistake("clip_by_global_norm")
def clips_to_one(gradients, max_norm):
    """Gradients that are too long are scaled to length 1 and not to max_norm. Multiply by max_norm /
    norm."""
    norm = norm_of(gradients)
    scale = ops.where(norm > max_norm, 1 / ops.maximum(norm, 1e-12), 1.0)
    return [None if g is None else g * scale for g in gradients]


@mistake("clip_by_global_norm")
def returns_the_norm_too(gradients, max_norm):
    """What is returned is a pair, the list and the norm, as TensorFlow's function of this name does.
    Here it is the list alone."""
    return clip_by_global_norm(gradients, max_norm), norm_of(gradients)


@mistake("clip_by_global_norm")
def changes_its_input(gradients, max_norm):
    """The clipped gradients are written into the list that was given. Whoever called may still want to
    look at them as they were. Make a new list."""
    gradients[:] = clip_by_global_norm(gradients, max_norm)
    return gradients
