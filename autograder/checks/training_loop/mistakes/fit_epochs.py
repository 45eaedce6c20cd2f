"""Mistakes in `fit`: an epoch, and what is reported of it."""

from nnlearn.diagnosis import mistake

from .altered import Altered, even_of_frozen_layers
from .evaluate import looks_at_the_last_batch
from .loop import Loop, loop_with


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
def fit_takes_seed_0_for_none(*args, **kwargs):
    """Seed 0 counts as no seed, so that a run with it cannot be repeated: 0 is false in `if seed`. It is a
    seed like any other. (Other seeds are right.)"""

    def batches(loop, epoch):
        return Loop.batches(loop, epoch) if loop.seed else minibatches(*loop.train, loop.batch_size, None)

    return loop_with(args, kwargs, batches=batches)


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
def fit_counts_every_batch_as_full(*args, **kwargs):
    """Each batch's loss is multiplied by batch_size, also that of the last batch, which has fewer
    examples, so the loss of an epoch comes out too large. Multiply by the number of examples that are
    there."""

    def epoch_loss(loop, losses, sizes):
        return float(np.sum(losses) * loop.batch_size / np.sum(sizes))

    return loop_with(args, kwargs, epoch_loss=epoch_loss)


@mistake("fit")
def fit_reports_the_first_batch(*args, **kwargs):
    """The loss of an epoch is that of its first batch alone. Add up over the epoch."""
    return loop_with(args, kwargs, epoch_loss=lambda _, losses, _sizes: losses[0])


@mistake("fit")
def fit_adds_up_the_examples(*args, **kwargs):
    """The loss of an epoch is the sum over its examples, so it grows with their number: the division is
    missing."""
    return loop_with(args, kwargs, epoch_loss=lambda _, losses, sizes: float(np.dot(losses, sizes)))


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
    """The training loss is measured again when the weights have moved, after each step or after the epoch.
    That is another number, and costs another pass; the history should hold the losses that the steps were
    taken from, which are there already."""

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
def fit_takes_the_step_twice(*args, **kwargs):
    """Each batch moves the weights twice. One batch is one step of the optimizer."""

    def step(loop, x, y):
        loss = Loop.step(loop, x, y)
        Loop.step(loop, x, y)
        return loss

    return loop_with(args, kwargs, step=step)


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
def fit_runs_one_epoch_too_few(*args, **kwargs):
    """One epoch too few is run: a range that begins at 1 ends one too early."""
    loop = Loop(*args, **kwargs)
    loop.epochs -= 1
    return loop.run()


@mistake("fit")
def fit_runs_one_epoch_too_many(*args, **kwargs):
    """One epoch too many is run: range(epochs + 1) has epochs + 1 numbers."""
    loop = Loop(*args, **kwargs)
    loop.epochs += 1
    return loop.run()


@mistake("fit")
def fit_validates_on_the_last_batch(*args, **kwargs):
    """What is told of the validation data is that of their last batch alone: each batch overwrites the
    one before."""

    def measure(loop, x, y):
        return looks_at_the_last_batch(loop.model, loop.loss_fn, x, y, loop.batch_size)

    return loop_with(args, kwargs, measure=measure)


@mistake("fit")
def fit_names_its_keys_otherwise(*args, **kwargs):
    """The history has other keys than those that are asked for: "loss", "val_loss", "val_accuracy".
    Whoever reads it looks for these."""
    return {f"train_{key}": values for key, values in fit(*args, **kwargs).items()}


@mistake("fit")
def fit_returns_the_last_numbers(*args, **kwargs):
    """The history holds one number for each key, the last. It should hold lists with one entry for each
    epoch: append to them."""
    return {key: values[-1] for key, values in fit(*args, **kwargs).items()}


@mistake("fit")
def fit_returns_nothing(*args, **kwargs):
    """The model is trained, and the history is not returned."""
    fit(*args, **kwargs)
