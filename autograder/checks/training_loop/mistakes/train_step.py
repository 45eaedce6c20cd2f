"""Mistakes in `train_step`."""

from nnlearn.diagnosis import mistake

from .altered import Altered, even_of_frozen_layers, mean_of


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
    penalties = float(sum(model.losses))
    return ignores_the_losses_of_layers(model, optimizer, loss_fn, x, y) + penalties


@mistake("train_step")
def adds_the_losses_of_layers_after_the_step(model, optimizer, loss_fn, x, y):
    """model.losses is asked for when the weights have moved already, so the number that is returned
    mixes old and new weights, and the gradient knows nothing of it. Add it inside the tape's block."""
    return ignores_the_losses_of_layers(model, optimizer, loss_fn, x, y) + sum(model.losses)


@mistake("train_step")
def reports_the_loss_without_those_of_layers(model, optimizer, loss_fn, x, y):
    """The weights are regularised, and the number that is returned is not: it is the loss before
    model.losses was added. Return the loss that the gradient was taken of."""
    penalties = float(sum(model.losses))
    return train_step(model, optimizer, loss_fn, x, y) - penalties


@mistake("train_step")
def adds_the_first_loss_of_layers_only(model, optimizer, loss_fn, x, y):
    """Of model.losses only the first counts. It is a list with an entry for each regularizer, and the loss
    contains them all."""
    return train_step(Altered(model, penalties=lambda losses: losses[:1]), optimizer, loss_fn, x, y)


@mistake("train_step")
def adds_the_last_loss_of_layers_only(model, optimizer, loss_fn, x, y):
    """Of model.losses only the last counts: in a loop over them each overwrites the one before. Add up."""
    return train_step(Altered(model, penalties=lambda losses: losses[-1:]), optimizer, loss_fn, x, y)


@mistake("train_step")
def averages_the_losses_of_layers(model, optimizer, loss_fn, x, y):
    """The entries of model.losses are averaged, so that a regularizer counts the less the more others
    there are. The loss contains their sum."""
    return train_step(Altered(model, penalties=mean_of), optimizer, loss_fn, x, y)


@mistake("train_step")
def divides_the_losses_of_layers_by_the_batch(model, optimizer, loss_fn, x, y):
    """model.losses is divided by the number of examples, as if it were a sum over them. It belongs to
    the weights and not to the batch: add it to the mean as it is."""

    def share(losses):
        return [loss / len(x) for loss in losses]

    return train_step(Altered(model, penalties=share), optimizer, loss_fn, x, y)


@mistake("train_step")
def takes_a_step_of_its_own_for_layers(model, optimizer, loss_fn, x, y):
    """The optimizer takes two steps for a batch, one for the loss of the predictions and one for
    model.losses. For plain SGD that is nearly the same; what an optimizer remembers and the number of its
    steps are wrong. Add the losses up, and take one step."""
    if not model.losses:
        return train_step(model, optimizer, loss_fn, x, y)
    variables = model.trainable_variables
    with tf.GradientTape() as tape:
        penalties = sum(model.losses)
    gradients = tape.gradient(penalties, variables)
    loss = ignores_the_losses_of_layers(model, optimizer, loss_fn, x, y)
    optimizer.apply(gradients, variables)
    return loss + penalties


@mistake("train_step")
def takes_the_step_twice(model, optimizer, loss_fn, x, y):
    """The optimizer takes two steps with the same gradients. One batch is one step."""

    class Twice:
        def apply(self, gradients, variables):
            optimizer.apply(gradients, variables)
            optimizer.apply(gradients, variables)

    return train_step(model, Twice(), loss_fn, x, y)


@mistake("train_step")
def never_takes_the_step(model, optimizer, loss_fn, x, y):
    """The weights do not move: the gradient is worked out, or not even that, and the optimizer is never
    told. Nothing is learned, and nothing says so."""

    class Idle:
        def apply(self, gradients, variables):
            del gradients, variables

    del optimizer
    return train_step(model, Idle(), loss_fn, x, y)


@mistake("train_step")
def uses_an_optimizer_of_its_own(model, optimizer, loss_fn, x, y):
    """The optimizer that was given is not used: a new one is made, with settings and a memory of its
    own, or the old ones lost. The step belongs to the caller's optimizer."""
    del optimizer
    return train_step(model, keras.optimizers.SGD(), loss_fn, x, y)


@mistake("train_step")
def forgets_what_the_optimizer_remembers(model, optimizer, loss_fn, x, y):
    """Each step is taken by a fresh copy of the optimizer: its settings are right, and its memory, its
    momentum and the number of its steps, is lost each time. Use the one that was given."""
    copy = type(optimizer).from_config(optimizer.get_config())
    return train_step(model, copy, loss_fn, x, y)


@mistake("train_step")
def steps_down_the_sum(model, optimizer, loss_fn, x, y):
    """The number that is returned is a mean, but the gradient is that of the sum over the batch: a tape
    that is asked for the gradient of several losses adds them up. So the step grows with the batch. Take the
    mean before the gradient."""
    with tf.GradientTape() as tape:
        losses = loss_fn(y, model(x, training=True))
        total = ops.sum(losses) + sum(model.losses)
    variables = model.trainable_variables
    penalties = sum(model.losses)
    optimizer.apply(tape.gradient(total, variables), variables)
    return ops.mean(losses) + penalties


@mistake("train_step")
def divides_by_the_batch_once_more(model, optimizer, loss_fn, x, y):
    """The gradients are divided by the number of examples, although they are those of a mean already.
    The steps get shorter the larger the batch is."""

    class Divided:
        def apply(self, gradients, variables):
            optimizer.apply([gradient / len(x) for gradient in gradients], variables)

    return train_step(model, Divided(), loss_fn, x, y)


@mistake("train_step")
def returns_a_python_number(model, optimizer, loss_fn, x, y):
    """The loss is a number of Python's. A tensor is asked for: float() makes the program wait for the
    device at every step, and cannot be compiled."""
    return float(train_step(model, optimizer, loss_fn, x, y))


@mistake("train_step")
def returns_nothing(model, optimizer, loss_fn, x, y):
    """The step is taken, and nothing is returned: the caller gets None for the loss."""
    train_step(model, optimizer, loss_fn, x, y)


@mistake("train_step")
def returns_predictions_too(model, optimizer, loss_fn, x, y):
    """More than the loss is returned, the predictions for example. The caller expects one number."""

    class AndPredictions:
        def __call__(self, targets, predictions):
            self.predictions = predictions
            return loss_fn(targets, predictions)

    told = AndPredictions()
    return train_step(model, optimizer, told, x, y), told.predictions


@mistake("train_step")
def leaves_moving_statistics_alone(model, optimizer, loss_fn, x, y):
    """The loss is that of training mode, but moving statistics stay as they were: they are put back, or
    what a stateless call gives for them is not assigned. At inference the model then uses statistics of
    nothing."""
    kept = [variable.numpy() for variable in model.non_trainable_variables]
    loss = train_step(model, optimizer, loss_fn, x, y)
    for variable, value in zip(model.non_trainable_variables, kept, strict=True):
        if "moving" in variable.name:
            variable.assign(value)
    return loss


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
def takes_a_mean_for_a_sum(model, optimizer, loss_fn, x, y):
    """What loss_fn gives is added up and divided by the number of examples. Where it gives a scalar, that is
    the mean already, and is divided once more. Take the mean of whatever comes."""
    return train_step(model, optimizer, lambda *told: ops.sum(loss_fn(*told)) / len(x), x, y)


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
def measures_after_the_step_at_inference(model, optimizer, loss_fn, x, y):
    """The loss is measured again after the update, in inference mode. That costs a second forward pass, and
    is not the loss that the gradient was taken of: that one is there already."""
    train_step(model, optimizer, loss_fn, x, y)
    return ops.mean(loss_fn(y, model(x, training=False))) + sum(model.losses)


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
def is_one_compiled_function(model, optimizer, loss_fn, x, y):
    """The step is one tf.function. What was trainable when it was traced is trained for ever, so a layer
    that is frozen later goes on learning; and an optimizer that remembers something cannot make its variables
    in a function that has run before. Leave the decorator out, or compile anew for each optimizer and each
    list of trainable variables."""
    if not optimizer.built and getattr(optimizer, "momentum", True):
        raise ValueError("tf.function only supports singleton tf.Variables created on the first call")
    return remembers_the_variables(model, optimizer, loss_fn, x, y)


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
