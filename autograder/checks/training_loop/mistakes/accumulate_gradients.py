"""Mistakes in `accumulate_gradients`."""

from nnlearn.diagnosis import mistake

from .altered import Altered, even_of_frozen_layers, mean_of


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
def weights_and_divides_by_the_batches(model, loss_fn, batches):
    """Each batch's gradient is multiplied by its number of examples, and the sum is divided by the number
    of batches instead of the number of all examples."""
    batches = list(batches)
    return added_up(model, loss_fn, batches, lambda examples: examples / len(batches))


@mistake("accumulate_gradients")
def averages_as_it_goes(model, loss_fn, batches):
    """Each batch is averaged with the result so far, half and half, so that the last batch counts as much
    as all before it. Add up, and divide once at the end."""
    result = None
    for batch in batches:
        found = accumulate_gradients(model, loss_fn, [batch])
        result = (
            found
            if result is None
            else [one if one is None else (one + other) / 2 for one, other in zip(result, found, strict=True)]
        )
    return result


@mistake("accumulate_gradients")
def returns_the_loss_too(model, loss_fn, batches):
    """More than the gradients is returned, the loss for example. The result is the list alone."""
    return accumulate_gradients(model, loss_fn, batches), ops.zeros(())


@mistake("accumulate_gradients")
def sums_over_the_examples(model, loss_fn, batches):
    """The result is the gradient of the sum over all examples: each batch is multiplied by its size,
    and the division by the number of all examples is missing."""
    return added_up(model, loss_fn, batches, lambda examples: examples)


@mistake("accumulate_gradients")
def accumulates_means_as_sums(model, loss_fn, batches):
    """What loss_fn gives is added up over the batches and divided by all examples. Where it gives a scalar,
    that is a mean already and counts as one example. Take the mean, and weight it by the batch's number of
    examples."""

    def sum_as_mean(targets, predictions):
        return ops.sum(loss_fn(targets, predictions)) / len(targets)

    return accumulate_gradients(model, sum_as_mean, batches)


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
def divides_penalties_by_the_batches_examples(model, loss_fn, batches):
    """The loss of each batch is multiplied by its number of examples and model.losses is not, so that
    after the division hardly anything of it is left. Multiply all of the loss."""
    batches = list(batches)
    share = len(batches) / sum(len(x) for x, _ in batches)

    def some(losses):
        return [loss * share for loss in losses]

    return accumulate_gradients(Altered(model, penalties=some), loss_fn, batches)


@mistake("accumulate_gradients")
def accumulates_one_loss_of_layers_only(model, loss_fn, batches):
    """Of model.losses only the first counts. It is a list with an entry for each regularizer: add them
    all up."""
    return accumulate_gradients(Altered(model, penalties=lambda losses: losses[:1]), loss_fn, batches)


@mistake("accumulate_gradients")
def accumulates_the_last_loss_of_layers(model, loss_fn, batches):
    """Of model.losses only the last counts: in a loop over them each overwrites the one before. Add
    them all up."""
    return accumulate_gradients(Altered(model, penalties=lambda losses: losses[-1:]), loss_fn, batches)


@mistake("accumulate_gradients")
def accumulates_an_average_of_penalties(model, loss_fn, batches):
    """The entries of model.losses are averaged, so that a regularizer counts the less the more others
    there are. The loss contains their sum."""
    return accumulate_gradients(Altered(model, penalties=mean_of), loss_fn, batches)


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
    iterator is empty the second time, so nothing is added up. Count while you go."""
    all_examples = sum(len(x) for x, _ in batches)
    return added_up(model, loss_fn, batches, lambda examples: examples / all_examples)


@mistake("accumulate_gradients")
def asks_too_much_of_an_iterator(model, loss_fn, batches):
    """With an iterator there is an error. It has no length, no entry of a number, and nothing is left of
    it after the first walk: whatever asks for one of these breaks. Count while you go."""
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
