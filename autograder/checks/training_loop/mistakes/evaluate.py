"""Mistakes in `evaluate`."""

from nnlearn.diagnosis import mistake

from .altered import Altered, mean_of


class Measured:
    """The batches of an evaluation, run once each: mean loss, share of right answers, number of examples."""

    def __init__(self, model, loss_fn, x, y, batch_size):
        self.model, self.means, self.shares, self.sizes = model, [], [], []
        for some_x, some_y in minibatches(x, y, batch_size, seed=0, shuffle=False):
            predictions = model(some_x, training=False)
            self.means.append(float(ops.mean(loss_fn(some_y, predictions))))
            right = ops.convert_to_numpy(predictions).argmax(axis=-1) == some_y
            self.shares.append(float(right.mean()))
            self.sizes.append(len(some_y))

    def over_examples(self, numbers):
        return float(np.average(numbers, weights=self.sizes))

    def result(self, loss=None, accuracy=None):
        """What evaluate returns; what is left out is right. model.losses are added."""
        loss = self.over_examples(self.means) if loss is None else float(loss)
        accuracy = self.over_examples(self.shares) if accuracy is None else float(accuracy)
        return {"loss": loss + float(sum(self.model.losses)), "accuracy": accuracy}


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
    seen = Measured(model, loss_fn, x, y, batch_size)
    return seen.result(np.mean(seen.means), np.mean(seen.shares))


@mistake("evaluate")
def averages_the_losses_of_batches(model, loss_fn, x, y, batch_size):
    """The loss is the mean of the batches' means, so each example of a short last batch counts more than
    the others, and the result depends on the batch size. A metric such as keras.metrics.Mean has to be told
    how many examples a mean stands for. (The accuracy is right.)"""
    seen = Measured(model, loss_fn, x, y, batch_size)
    return seen.result(loss=np.mean(seen.means))


@mistake("evaluate")
def averages_the_accuracies_of_batches(model, loss_fn, x, y, batch_size):
    """The accuracy is the mean of the batches' accuracies, so each example of a short last batch counts
    more than the others. Count right answers, and divide once at the end. (The loss is right.)"""
    seen = Measured(model, loss_fn, x, y, batch_size)
    return seen.result(accuracy=np.mean(seen.shares))


@mistake("evaluate")
def counts_every_batch_as_full(model, loss_fn, x, y, batch_size):
    """Each batch's mean loss is multiplied by batch_size, also that of the last batch, which has fewer
    examples: the loss comes out too large. Multiply by the number of examples that are there."""
    seen = Measured(model, loss_fn, x, y, batch_size)
    return seen.result(loss=np.sum(seen.means) * batch_size / len(x))


@mistake("evaluate")
def divides_by_full_batches(model, loss_fn, x, y, batch_size):
    """The sums are divided by the number of batches times batch_size, and the last batch has fewer
    examples: loss and accuracy come out too small. Divide by the number of examples."""
    seen = Measured(model, loss_fn, x, y, batch_size)
    share = len(x) / (len(seen.sizes) * batch_size)
    return seen.result(share * seen.over_examples(seen.means), share * seen.over_examples(seen.shares))


@mistake("evaluate")
def runs_all_examples_at_once(model, loss_fn, x, y, batch_size):
    """batch_size is not looked at: all examples go through the model at once. For large data that does
    not fit into memory, which is why there are batches here at all."""
    del batch_size
    return evaluate(model, loss_fn, x, y, len(x))


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
def adds_one_loss_of_layers_only(model, loss_fn, x, y, batch_size):
    """Of model.losses only the first counts. It is a list with an entry for each regularizer: add them
    all up."""
    return evaluate(Altered(model, penalties=lambda losses: losses[:1]), loss_fn, x, y, batch_size)


@mistake("evaluate")
def keeps_the_last_loss_of_layers(model, loss_fn, x, y, batch_size):
    """Of model.losses only the last counts: in a loop over them each overwrites the one before. Add
    them all up."""
    return evaluate(Altered(model, penalties=lambda losses: losses[-1:]), loss_fn, x, y, batch_size)


@mistake("evaluate")
def evaluates_with_an_average_of_penalties(model, loss_fn, x, y, batch_size):
    """The entries of model.losses are averaged, so that a regularizer counts the less the more others
    there are. The loss contains their sum."""
    return evaluate(Altered(model, penalties=mean_of), loss_fn, x, y, batch_size)


@mistake("evaluate")
def divides_penalties_by_the_examples(model, loss_fn, x, y, batch_size):
    """model.losses is added before the division by the number of examples, so hardly anything of it is
    left. It is no sum over examples: add it once, to the mean."""

    def share(losses):
        return [loss / len(x) for loss in losses]

    return evaluate(Altered(model, penalties=share), loss_fn, x, y, batch_size)


@mistake("evaluate")
def takes_means_for_sums(model, loss_fn, x, y, batch_size):
    """What loss_fn returns is added up as if it were one loss per example. A loss that returns a scalar
    has taken the mean already, and the sum over the batches, divided by the examples, is then too small.
    Take the mean of whatever comes, and weight it by the number of examples."""

    def sum_as_mean(targets, predictions):
        return ops.sum(loss_fn(targets, predictions)) / len(targets)

    return evaluate(model, sum_as_mean, x, y, batch_size)


@mistake("evaluate")
def evaluate_puts_predictions_first(model, loss_fn, x, y, batch_size):
    """loss_fn gets the predictions first and the labels second. Keras' losses take the targets first."""
    return evaluate(model, lambda targets, predictions: loss_fn(predictions, targets), x, y, batch_size)


@mistake("evaluate")
def returns_tensors(model, loss_fn, x, y, batch_size):
    """Loss and accuracy are tensors, or numbers of NumPy's with 32 bits, and not Python floats: they
    cannot be written to a JSON file, and lists of tensors keep memory on the device. Turn them into numbers
    with float()."""
    result = evaluate(model, loss_fn, x, y, batch_size)
    return {key: tf.constant(value, "float32") for key, value in result.items()}


@mistake("evaluate")
def returns_the_loss_as_a_tensor(model, loss_fn, x, y, batch_size):
    """The loss is a tensor, or a number of NumPy's with 32 bits, and not a Python float: it cannot be
    written to a JSON file. (The accuracy is one.) Turn it into a number with float()."""
    result = evaluate(model, loss_fn, x, y, batch_size)
    return {**result, "loss": tf.constant(result["loss"], "float32")}


@mistake("evaluate")
def returns_the_accuracy_as_a_tensor(model, loss_fn, x, y, batch_size):
    """The accuracy is a tensor, or a number of NumPy's with 32 bits, and not a Python float: it cannot
    be written to a JSON file. (The loss is one.) Turn it into a number with float()."""
    result = evaluate(model, loss_fn, x, y, batch_size)
    return {**result, "accuracy": tf.constant(result["accuracy"], "float32")}


@mistake("evaluate")
def returns_a_pair(model, loss_fn, x, y, batch_size):
    """What is returned is a pair of numbers, as Keras' evaluate does. Here it is a dictionary: its keys say
    which is which."""
    result = evaluate(model, loss_fn, x, y, batch_size)
    return result["loss"], result["accuracy"]


@mistake("evaluate")
def names_its_entries_otherwise(model, loss_fn, x, y, batch_size):
    """The dictionary has other keys than "loss" and "accuracy", or more than these. Whoever reads it looks
    for exactly these two."""
    return {f"val_{key}": value for key, value in evaluate(model, loss_fn, x, y, batch_size).items()}


@mistake("evaluate")
def gives_the_share_of_wrong_answers(model, loss_fn, x, y, batch_size):
    """The accuracy is the share of wrong answers, not of right ones."""
    result = evaluate(model, loss_fn, x, y, batch_size)
    return {**result, "accuracy": 1 - result["accuracy"]}


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
    seen = Measured(model, loss_fn, x, y, batch_size)
    return seen.result(seen.means[-1], seen.shares[-1])


@mistake("evaluate")
def takes_the_loss_of_the_last_batch(model, loss_fn, x, y, batch_size):
    """The loss is that of the last batch: each batch overwrites what the one before it said. (The
    accuracy is right.) Add up over all examples."""
    seen = Measured(model, loss_fn, x, y, batch_size)
    return seen.result(loss=seen.means[-1])


@mistake("evaluate")
def takes_the_accuracy_of_the_last_batch(model, loss_fn, x, y, batch_size):
    """The accuracy is that of the last batch: each batch overwrites what the one before it said. (The
    loss is right.) Count over all examples."""
    seen = Measured(model, loss_fn, x, y, batch_size)
    return seen.result(accuracy=seen.shares[-1])


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
def adds_up_the_losses_of_batches(model, loss_fn, x, y, batch_size):
    """The loss is the sum of the batches' means, so it grows with the number of batches. Each mean has to
    count by its number of examples, and the sum is divided by all of them."""
    seen = Measured(model, loss_fn, x, y, batch_size)
    return seen.result(loss=np.sum(seen.means))


@mistake("evaluate")
def rounds_the_outputs(model, loss_fn, x, y, batch_size):
    """A prediction counts as right where the output of its label is above 0.5. Outputs are not
    probabilities here; the prediction is the class with the largest output: argmax."""
    outputs = []

    def noted(targets, predictions):
        outputs.append(ops.convert_to_numpy(predictions))
        return loss_fn(targets, predictions)

    seen = Measured(model, noted, x, y, batch_size)
    chosen = np.concatenate(outputs)[np.arange(len(y)), y]
    return seen.result(accuracy=np.mean(chosen > 0.5))


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
