"""Mistakes in `fit`: validation, and the losses of layers."""

from nnlearn.diagnosis import mistake

from .altered import Altered, mean_of
from .evaluate import (
    averages_the_accuracies_of_batches,
    averages_the_losses_of_batches,
    counts_every_batch_as_full,
    counts_the_losses_of_layers_for_each_batch,
    evaluates_without_the_losses_of_layers,
    mean_of_batch_means,
)
from .loop import loop_with
from .train_step import (
    adds_the_losses_of_layers_too_late,
    ignores_the_losses_of_layers,
    takes_a_step_of_its_own_for_layers,
)


@mistake("fit")
def keeps_empty_lists_of_validation(*args, **kwargs):
    """validation=None is not quite provided for: the history has entries for what was not measured. Leave
    those keys out."""
    return {"val_loss": [], "val_accuracy": [], **fit(*args, **kwargs)}


@mistake("fit")
def needs_validation_data(model, optimizer, loss_fn, train, validation, *args, **kwargs):
    """validation=None is not provided for: it is taken apart, or measured, as if it were a pair, and that
    is an error. There may be no validation data; ask first."""
    x, y = validation
    return fit(model, optimizer, loss_fn, train, (x, y), *args, **kwargs)


@mistake("fit")
def fit_ignores_the_losses_of_layers(model, *args, **kwargs):
    """The loss is that of the predictions alone: model.losses is missing in the steps and in what is
    measured. Add sum(model.losses) to both."""
    return fit(Altered(model, penalties=0), *args, **kwargs)


@mistake("fit")
def fit_trains_without_the_losses_of_layers(*args, **kwargs):
    """model.losses is missing in the steps: regularizers do nothing, and loss is not comparable with
    val_loss, which has it."""

    def step(loop, x, y):
        return float(ignores_the_losses_of_layers(loop.model, loop.optimizer, loop.loss_fn, x, y))

    return loop_with(args, kwargs, step=step)


@mistake("fit")
def fit_validates_without_the_losses_of_layers(*args, **kwargs):
    """model.losses is missing in val_loss, which so is not comparable with loss, which has it."""

    def measure(loop, x, y):
        return evaluates_without_the_losses_of_layers(loop.model, loop.loss_fn, x, y, loop.batch_size)

    return loop_with(args, kwargs, measure=measure)


@mistake("fit")
def fit_counts_penalties_for_each_validation_batch(*args, **kwargs):
    """model.losses counts in val_loss for every batch, so it weighs the more the smaller the batches
    are. It belongs to the model: add it once."""

    def measure(loop, x, y):
        return counts_the_losses_of_layers_for_each_batch(loop.model, loop.loss_fn, x, y, loop.batch_size)

    return loop_with(args, kwargs, measure=measure)


@mistake("fit")
def fit_adds_the_losses_of_layers_too_late(*args, **kwargs):
    """model.losses is part of what is told, but not of the loss that the gradient is taken of: the report is
    regularised and the weights are not."""

    def step(loop, x, y):
        return float(adds_the_losses_of_layers_too_late(loop.model, loop.optimizer, loop.loss_fn, x, y))

    return loop_with(args, kwargs, step=step)


@mistake("fit")
def fit_adds_the_first_loss_of_layers_only(model, *args, **kwargs):
    """Of model.losses only the first counts. It is a list with an entry for each regularizer: add them
    all up."""
    return fit(Altered(model, penalties=lambda losses: losses[:1]), *args, **kwargs)


@mistake("fit")
def fit_adds_the_last_loss_of_layers_only(model, *args, **kwargs):
    """Of model.losses only the last counts: in a loop over them each overwrites the one before. Add
    them all up."""
    return fit(Altered(model, penalties=lambda losses: losses[-1:]), *args, **kwargs)


@mistake("fit")
def fit_averages_the_losses_of_layers(model, *args, **kwargs):
    """The entries of model.losses are averaged, so that a regularizer counts the less the more others
    there are. The loss contains their sum."""
    return fit(Altered(model, penalties=mean_of), *args, **kwargs)


@mistake("fit")
def fit_takes_a_step_of_its_own_for_layers(*args, **kwargs):
    """The optimizer takes two steps for a batch, one for the loss of the predictions and one for
    model.losses. What it remembers is then wrong. Add the losses up, and take one step."""

    def step(loop, x, y):
        return float(takes_a_step_of_its_own_for_layers(loop.model, loop.optimizer, loop.loss_fn, x, y))

    return loop_with(args, kwargs, step=step)


@mistake("fit")
def fit_averages_validation_losses(*args, **kwargs):
    """val_loss is a mean of batch means, in which the examples of a short last batch count more than the
    others. (val_accuracy is right.) Add up over examples, and divide once."""

    def measure(loop, x, y):
        return averages_the_losses_of_batches(loop.model, loop.loss_fn, x, y, loop.batch_size)

    return loop_with(args, kwargs, measure=measure)


@mistake("fit")
def fit_averages_validation_accuracies(*args, **kwargs):
    """val_accuracy is a mean of the batches' accuracies, in which the examples of a short last batch
    count more than the others. (val_loss is right.) Count right answers, and divide once."""

    def measure(loop, x, y):
        return averages_the_accuracies_of_batches(loop.model, loop.loss_fn, x, y, loop.batch_size)

    return loop_with(args, kwargs, measure=measure)


@mistake("fit")
def fit_counts_every_validation_batch_as_full(*args, **kwargs):
    """Each validation batch's loss is multiplied by batch_size, also that of the last batch, which has
    fewer examples, so val_loss comes out too large. Multiply by the number of examples that are there."""

    def measure(loop, x, y):
        return counts_every_batch_as_full(loop.model, loop.loss_fn, x, y, loop.batch_size)

    return loop_with(args, kwargs, measure=measure)


@mistake("fit")
def fit_averages_validation_batches(*args, **kwargs):
    """val_loss and val_accuracy are means of batch means, in which the examples of a short last batch
    count more than the others. Add up over examples, and divide once."""

    def measure(loop, x, y):
        return mean_of_batch_means(loop.model, loop.loss_fn, x, y, loop.batch_size)

    return loop_with(args, kwargs, measure=measure)
