"""Mistakes in `gradient_norms`."""

from nnlearn.diagnosis import mistake


class Measurement:
    """The function in small methods, so that a mistake is the one that goes wrong."""

    def __call__(self, model, loss_fn, x, y):
        before = self.kept(model)
        chosen = self.chosen(model)
        with tf.GradientTape() as tape:
            loss = self.loss(loss_fn(y, self.forward(model, x))) + self.penalty(model)
        gradients = tape.gradient(loss, chosen)
        self.restore(model, before)
        return [self.of(gradient) for gradient in gradients]

    def kept(self, model):
        return model.get_weights()

    def restore(self, model, before):
        model.set_weights(before)

    def chosen(self, model):
        return [weight for weight in model.trainable_variables if len(weight.shape) >= 2]

    def forward(self, model, x):
        return model(x, training=True)

    def loss(self, losses):
        return ops.mean(losses)

    def penalty(self, model):
        return sum(model.losses)

    def of(self, gradient):
        return 0.0 if gradient is None else self.length(self.dense(gradient))

    def dense(self, gradient):
        return tf.convert_to_tensor(gradient)

    def length(self, gradient):
        return float(np.sqrt(np.sum(np.asarray(gradient, "float64") ** 2)))


def of(kind):
    """A mistake of a kind of measurement, under the kind's name."""

    def gradient_norms(model, loss_fn, x, y):
        return kind()(model, loss_fn, x, y)

    gradient_norms.__name__, gradient_norms.__doc__ = kind.__name__, kind.__doc__
    return mistake("gradient_norms")(gradient_norms)


@of
class MeasuresBiasesToo(Measurement):
    """There is a norm for every trainable weight, biases and gammas too. Only weights with two axes or
    more are asked for: kernels, and tables of an Embedding."""

    def chosen(self, model):
        return model.trainable_variables


@of
class GivesSquaredNorms(Measurement):
    """These are sums of squares, the squared norms: the root is missing."""

    def length(self, gradient):
        return float(np.sum(np.asarray(gradient, "float64") ** 2))


@of
class GivesRootMeanSquares(Measurement):
    """These are roots of the mean square, not of the sum: a large kernel looks as small as a small
    one."""

    def length(self, gradient):
        return float(np.sqrt(np.mean(np.asarray(gradient, "float64") ** 2)))


@of
class AddsAbsoluteValues(Measurement):
    """The absolute values are added up: that is the L1 norm. The L2 norm is the root of the sum of
    squares."""

    def length(self, gradient):
        return float(np.sum(np.abs(np.asarray(gradient, "float64"))))


@of
class TakesTheLargest(Measurement):
    """This is the largest absolute value of the gradient, not its L2 norm, the root of the sum of
    squares."""

    def length(self, gradient):
        return float(np.max(np.abs(np.asarray(gradient, "float64"))))


@of
class LeavesTheStatisticsMoved(Measurement):
    """The forward pass in training mode has moved the moving statistics, and nobody puts them back, or
    only trainable weights are put back, which the statistics are not: measuring changes the model. Keep
    model.get_weights() before, and set them afterwards."""

    def restore(self, model, before):
        pass


@of
class MeasuresInInferenceMode(Measurement):
    """The model runs with training=False, or without the argument, which means the same. Nothing moves
    then, but the gradient is another one than that of training: batch normalization uses stored
    statistics instead of those of the batch."""

    def forward(self, model, x):
        return model(x, training=False)


@of
class ForgetsThePenalties(Measurement):
    """model.losses is left out, so that the pull of regularizers is missing. The loss that is trained
    is the mean loss plus all of model.losses."""

    def penalty(self, model):  # noqa: ARG002
        return 0.0


@of
class CountsOnePenalty(Measurement):
    """Only the first of model.losses is added. There is one for each regularizer: add all of them,
    sum(model.losses)."""

    def penalty(self, model):
        return model.losses[0] if model.losses else 0.0


@of
class AveragesThePenalties(Measurement):
    """The penalties are averaged. They are added to the mean loss as they are, each in full."""

    def penalty(self, model):
        return sum(model.losses) / max(len(model.losses), 1)


@of
class SumsTheLosses(Measurement):
    """The losses of the examples are added up instead of averaged, so that norms grow with the
    batch."""

    def loss(self, losses):
        return ops.sum(losses)


@of
class StumblesOverNone(Measurement):
    """Where the loss does not depend on a kernel, the tape gives None, and None has no norm: an error.
    Say 0.0 for it."""

    def of(self, gradient):
        return self.length(self.dense(gradient))


@of
class SkipsNone(Measurement):
    """A kernel that the loss does not depend on is left out of the list, and the norms behind it move
    up to the wrong layer. Its gradient is None and its norm 0.0."""

    def __call__(self, model, loss_fn, x, y):
        return [each for each in super().__call__(model, loss_fn, x, y) if each is not None]

    def of(self, gradient):
        return None if gradient is None else super().of(gradient)


@of
class SquaresInFloat32(Measurement):
    """The squares are computed in float32, where 1e-25 squared is 0 and 1e25 squared is infinite. To
    cast the result to float64 is too late: cast the gradient, before it is squared."""

    def length(self, gradient):
        return float(np.sqrt(np.sum(np.square(np.asarray(gradient)))))


@of
class GivesTensors(Measurement):
    """The norms are tensors, or numbers of NumPy. The task asks for floats of Python: float(...)."""

    def length(self, gradient):
        return tf.norm(tf.cast(gradient, tf.float64))


@of
class MeasuresFrozenLayers(Measurement):
    """Frozen layers have a norm, too: model.weights has all weights. Those that are trained stand in
    model.trainable_variables."""

    def chosen(self, model):
        kernels = [weight for weight in model.weights if len(weight.shape) >= 2]
        frozen = {id(each) for each in model.trainable_variables}
        return [weight for weight in kernels if id(weight) in frozen or weight.path.endswith("kernel")]


@of
class TakesMatricesAlone(Measurement):
    """Only weights with exactly two axes get a norm: the kernels of convolutions have three or four,
    and are missing."""

    def chosen(self, model):
        return [weight for weight in model.trainable_variables if len(weight.shape) == 2]


@of
class TakesNamesForKernels(Measurement):
    """Weights are chosen by the name "kernel". The table of an Embedding goes by another name and has
    two axes as well: go by the number of axes."""

    def chosen(self, model):
        return [weight for weight in model.trainable_variables if weight.name == "kernel"]


@of
class AddsNoRowsUp(Measurement):
    """The gradient of an Embedding is a list of rows, tf.IndexedSlices, and a row that was looked up
    twice stands in it twice. They are to be added first: tf.convert_to_tensor does that."""

    def dense(self, gradient):
        return gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient


@of
class BeginsAtTheEnd(Measurement):
    """The norms stand in the order in which the gradient travels, the last layer first. They should
    stand in the order of model.trainable_variables."""

    def __call__(self, model, loss_fn, x, y):
        return super().__call__(model, loss_fn, x, y)[::-1]


@of
class ReadsThePenaltiesTooSoon(Measurement):
    """model.losses is read before the model is called. Penalties of weights are there at any time; those
    of a layer's outputs come with the call. Read it behind the call, on the tape."""

    def forward(self, model, x):
        self.losses = list(model.losses)
        return super().forward(model, x)

    def penalty(self, model):  # noqa: ARG002
        return sum(self.losses)


@of
class RestoresTheOuterLayersAlone(Measurement):
    """Only the normalizations right in model.layers get their statistics back. One within a model that is
    a layer of this one keeps what the call has moved. model.get_weights() has them all."""

    def kept(self, model):
        outer = [each for each in model.layers if isinstance(each, keras.layers.BatchNormalization)]
        return [(each, each.get_weights()) for each in outer]

    def restore(self, model, before):  # noqa: ARG002
        for layer, weights in before:
            layer.set_weights(weights)
