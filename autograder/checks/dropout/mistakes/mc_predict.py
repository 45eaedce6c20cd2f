"""Mistakes in `mc_predict`."""

import numpy as np

from nnlearn.diagnosis import mistake


def answers_of(model, x, passes):
    """The answers of all passes."""
    return ops.stack([mc_predict(model, x, 1)[0] for _ in range(passes)])


@mistake("mc_predict")
def predicts_with_dropout_off(model, x, passes):
    """All passes give the same answer, as dropout is off: model.predict always runs in inference mode, and
    so does model(x) where nothing is said about training. Call model(x, training=True)."""
    answers = np.stack([model.predict(x, verbose=0) for _ in range(passes)])
    return answers.mean(axis=0), answers.std(axis=0)


@mistake("mc_predict")
def one_pass_many_times(model, x, passes):
    """The model runs once and its answer is repeated, so nothing varies. Each pass has to be a run of its
    own, with new masks: the call of the model belongs inside the loop."""
    del passes
    return mc_predict(model, x, 1)


@mistake("mc_predict")
def sample_standard_deviation(model, x, passes):
    """The standard deviation divides by passes - 1 (ddof=1). The contract asks for the population
    standard deviation, which divides by passes, and is 0 rather than NaN for a single pass."""
    mean, deviation = mc_predict(model, x, passes)
    return mean, deviation * (passes / (passes - 1) if passes > 1 else np.nan) ** 0.5


@mistake("mc_predict")
def returns_the_variance(model, x, passes):
    """The second answer is the variance, the mean of the squared distances. The standard deviation is its
    root."""
    mean, deviation = mc_predict(model, x, passes)
    return mean, deviation**2


@mistake("mc_predict")
def standard_error_of_the_mean(model, x, passes):
    """The second answer is divided by the root of passes. That is how far the mean may be off, and it
    shrinks with more passes. The spread of the passes themselves does not."""
    mean, deviation = mc_predict(model, x, passes)
    return mean, deviation / passes**0.5


@mistake("mc_predict")
def averages_over_the_batch(model, x, passes):
    """Mean and deviation are taken over the examples, or over everything, instead of over the passes.
    Stack the answers along a new first axis and work along that one: axis=0."""
    answers = answers_of(model, x, passes)
    return ops.mean(answers, axis=1), ops.std(answers, axis=1)


@mistake("mc_predict")
def returns_all_passes(model, x, passes):
    """The answers of all passes come back instead of the mean and the standard deviation over them."""
    answers = answers_of(model, x, passes)
    return answers, ops.std(answers, axis=0)


@mistake("mc_predict")
def swaps_mean_and_deviation(model, x, passes):
    """The two answers are swapped: first the mean, then the standard deviation."""
    mean, deviation = mc_predict(model, x, passes)
    return deviation, mean


@mistake("mc_predict")
def adds_up_the_passes(model, x, passes):
    """The first answer is the sum over the passes. The mean is the sum divided by their number."""
    mean, deviation = mc_predict(model, x, passes)
    return mean * passes, deviation


@mistake("mc_predict")
def mean_absolute_deviation(model, x, passes):
    """The second answer is the mean distance from the mean, without squares. The standard deviation is the
    root of the mean of the squared distances."""
    answers = answers_of(model, x, passes)
    mean = ops.mean(answers, axis=0)
    return mean, ops.mean(ops.abs(answers - mean), axis=0)


@mistake("mc_predict")
def median_of_the_passes(model, x, passes):
    """The first answer is the median of the passes, not their mean. With dropout the two differ: the median
    of values of which most are kept is a kept one."""
    answers = answers_of(model, x, passes)
    return ops.median(answers, axis=0), ops.std(answers, axis=0)


@mistake("mc_predict")
def returns_the_mean_alone(model, x, passes):
    """Only the mean comes back. mc_predict returns two things: the mean, and the standard deviation."""
    return mc_predict(model, x, passes)[0]


@mistake("mc_predict")
def one_number_for_everything(model, x, passes):
    """The standard deviation is one number for the whole output. Each element has its own: take it along
    the axis of the passes, axis=0."""
    answers = answers_of(model, x, passes)
    return ops.mean(answers, axis=0), ops.std(answers)


@mistake("mc_predict")
def one_pass_too_few(model, x, passes):
    """There is one pass fewer than asked for: range(1, passes) has passes - 1 numbers."""
    return mc_predict(model, x, max(passes - 1, 1))


@mistake("mc_predict")
def one_pass_too_many(model, x, passes):
    """There is one pass more than asked for, such as a first one outside of the loop."""
    return mc_predict(model, x, passes + 1)


@mistake("mc_predict")
def leaves_moving_statistics_changed(model, x, passes):
    """training=True also tells batch normalization layers to update their moving statistics. The model
    predicts something else afterwards. Keep model.get_weights() before the passes and set them again
    after."""
    answers = ops.stack([model(x, training=True) for _ in range(passes)])
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)


@mistake("mc_predict")
def restores_the_random_state(model, x, passes):
    """The random states are put back together with the weights, so that a second call repeats the same
    passes. Put back weights only: model.weights leaves random states out, model.variables does not."""
    before = [ops.copy(v) for v in model.variables]
    result = mc_predict(model, x, passes)
    for variable, value in zip(model.variables, before, strict=True):
        variable.assign(value)
    return result


@mistake("mc_predict")
def works_on_a_fresh_clone(model, x, passes):
    """The passes run on a clone. A clone starts its random states anew, so that each call of mc_predict
    sees the same masks. Run the model itself and put its weights back."""
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    return mc_predict(clone, x, passes)


@mistake("mc_predict")
def leaves_layers_frozen(model, x, passes):
    """Layers are frozen with trainable=False, so that normalization keeps its statistics, and stay frozen
    afterwards: the next training would not train them. Put the flags back as they were."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    return mc_predict(model, x, passes)


@mistake("mc_predict")
def leaves_the_model_frozen(model, x, passes):
    """Layers are frozen with trainable=False, so that normalization keeps its statistics, and stay frozen
    afterwards: the next training would not train them. Put the flags back as they were."""
    model.trainable = False
    return mc_predict(model, x, passes)


@mistake("mc_predict")
def unfreezes_all_layers(model, x, passes):
    """The trainable flags are all set to True at the end, also those that were False before. Remember
    each layer's flag and put that one back."""
    result = mc_predict(model, x, passes)
    for layer in model.layers:
        layer.trainable = True
    return result


@mistake("mc_predict")
def difference_of_large_numbers_cut_off_at_zero(model, x, passes):
    """The variance is computed as the mean of the squares minus the square of the mean. Where the answers
    are large and close together, two nearly equal numbers are subtracted and the result is rounding, or
    the root of a negative number. Take the mean of the squared distances from the mean."""
    answers = answers_of(model, x, passes)
    mean = ops.mean(answers, axis=0)
    return mean, ops.sqrt(ops.maximum(ops.mean(answers**2, axis=0) - mean**2, 0.0))


@mistake("mc_predict")
def difference_of_large_numbers(model, x, passes):
    """The variance is computed as the mean of the squares minus the square of the mean. Where the answers
    are large and close together, two nearly equal numbers are subtracted and the result is rounding, or
    the root of a negative number. Take the mean of the squared distances from the mean."""
    answers = answers_of(model, x, passes)
    mean = ops.mean(answers, axis=0)
    return mean, ops.sqrt(ops.mean(answers**2, axis=0) - mean**2)
