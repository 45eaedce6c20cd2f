"""Mistakes in `mlp_gradients`: the way back."""

from nnlearn.diagnosis import mistake

from .pieces import arrays
from .walk import Walk, network_mistake


@network_mistake(mistake)
class MaskFromUpstream(Walk):
    """The mask of relu is made of the upstream gradient: what is negative there is stopped. Whether a
    relu lets something through depends on what it was given going *forward*, and a good gradient is
    often negative."""

    def stopped(self, upstream, number):  # noqa: ARG002
        return np.maximum(upstream, 0)


@network_mistake(mistake)
class NoMask(Walk):
    """The gradient goes through every relu as if it were not there. Where its input was not above 0,
    nothing came out that depended on it, so nothing goes back: multiply by (input > 0)."""

    def stopped(self, upstream, number):  # noqa: ARG002
        return upstream


@network_mistake(mistake)
class MaskIncludes0(Walk):
    """At exactly 0 the gradient is let through: the comparison is >= 0. By agreement, TensorFlow's too,
    the slope of relu at 0 is 0: compare with > 0."""

    def stopped(self, upstream, number):
        return upstream * (self.outputs[number] >= 0)


@network_mistake(mistake)
class HalfAt0(Walk):
    """At exactly 0 half of the gradient comes back, as central differences find it: a step up has slope
    1 and a step down slope 0. By agreement the slope of relu at 0 is 0. Differences are for checking,
    away from the bend."""

    def stopped(self, upstream, number):
        return upstream * (1 + np.sign(self.outputs[number])) / 2


@network_mistake(mistake)
class MaskOfAnotherLayer(Walk):
    """The mask is that of another layer: it was made of what came out of the layer *above*, or of the
    layer's own input. Going back below a layer, ask which of the numbers that it was *given* had come
    through a relu."""

    def stopped(self, upstream, number):
        mask = self.inputs[number] > 0
        return upstream * mask if mask.shape == upstream.shape else upstream * (self.outputs[number] > 0)


@network_mistake(mistake)
class MaskBeforeTheLastLayer(Walk):
    """The gradient at the logits goes through a mask, although no relu stands behind the last layer.
    Logits that are negative then learn nothing. Begin with (shares - one-hot) / N as it is."""

    def backward(self, upstream):
        return super().backward(upstream * (self.outputs[-1] > 0))


@network_mistake(mistake)
class LastLayerFirst(Walk):
    """The gradients come in the order in which they were computed, last layer first. They belong to
    `weights`, pair by pair: turn the list round before it is returned."""

    def returned(self, gradients):
        return gradients[::-1]


@network_mistake(mistake)
class BiasFirst(Walk):
    """In each pair the bias' gradient comes first. `weights` has (kernel, bias), and the gradients are
    in the same order: (dkernel, dbias)."""

    def returned(self, gradients):
        return [pair[::-1] for pair in gradients]


@network_mistake(mistake)
class OneFlatList(Walk):
    """The gradients are one long list. `weights` is a list of pairs, and so are they: (dkernel, dbias)
    for each layer."""

    def returned(self, gradients):
        return [gradient for pair in gradients for gradient in pair]


@network_mistake(mistake)
class SumOfTheLosses(Walk):
    """The gradients are those of the *sum* of the losses: they are not divided by N. The loss is their
    mean, so the gradient by each of them is 1/N."""

    def start(self, logits):
        return super().start(logits) * len(logits)


@network_mistake(mistake)
class DividesTwice(Walk):
    """The gradients are divided by N twice: once as the slope of the mean, and again where kernel and
    bias are summed over the batch, in one layer or in each. The mean is in the loss, once; everything
    below is a sum."""

    def returned(self, gradients):
        return [tuple(gradient / len(self.x) for gradient in pair) for pair in gradients]


@network_mistake(mistake)
class AveragesTheBias(Walk):
    """The bias' gradient, computed here or in a part that you call, is the mean over the batch of what
    arrives, which has the 1/N of the loss in it already. The bias is used for each example: take the
    sum."""

    def dbias(self, upstream):
        return super().dbias(upstream) / len(upstream)


@network_mistake(mistake)
class KeepsAnAxis(Walk):
    """The bias' gradient keeps an axis of length 1. A gradient has exactly the shape of what it is the
    gradient of: leave keepdims out."""

    def dbias(self, upstream):
        return super().dbias(upstream)[None]


@network_mistake(mistake)
class SharesWithoutTheLabel(Walk):
    """The walk begins with the shares: 1 is not subtracted at the right class. It begins with (shares -
    one-hot) / N."""

    def start(self, logits):
        return np.exp(self.log_shares) / len(logits)


@network_mistake(mistake)
class LabelMinusShares(Walk):
    """All gradients have the wrong sign: the walk begins with one-hot minus shares, the way downhill.
    The gradient points uphill: shares minus one-hot."""

    def start(self, logits):
        return -super().start(logits)


@network_mistake(mistake)
class KernelNotTransposed(Walk):
    """The gradient is passed on with upstream @ kernel. With a square kernel that fits and is wrong:
    going back from outputs to inputs, the kernel is transposed."""

    def below(self, number, upstream):
        return upstream @ self.weights[number][0]


@network_mistake(mistake)
class KernelNotTransposedIfSquare(Walk):
    """For a square kernel the gradient is passed on with upstream @ kernel, which fits and is wrong:
    going back from outputs to inputs, the kernel is transposed."""

    def below(self, number, upstream):
        kernel = self.weights[number][0]
        return upstream @ kernel if kernel.shape[0] == kernel.shape[1] else upstream @ kernel.T


@network_mistake(mistake)
class InputsBeforeTheRelu(Walk):
    """A kernel's gradient is made of what came out of the layer before *ahead of* its relu. The kernel
    was multiplied by what the relu let through: keep that."""

    def dkernel(self, number, upstream):
        given = self.outputs[number - 1] if number else self.x
        return given.T @ upstream


@network_mistake(mistake)
class LastLayerOnly(Walk):
    """Only the last layer has its gradients, and those below have zeros: the walk ends too early. Pass
    the gradient on, upstream @ kernel.T, and go to the layer below."""

    def below(self, number, upstream):
        return np.zeros_like(super().below(number, upstream))


@network_mistake(mistake)
class StepsInPlace(Walk):
    """The weights are updated in place, and whoever called did not ask for a step. It also spoils the
    walk if it comes before the gradient is passed on, which needs the kernel as it was. Return the
    gradients, and change nothing."""

    def __call__(self, x, labels, weights):
        result = super().__call__(x, labels, weights)
        for pair, gradients in zip(weights, result[1], strict=True):
            for weight, gradient in zip(pair, gradients, strict=True):
                if isinstance(weight, np.ndarray) and weight.dtype.kind == "f":
                    weight -= weight.dtype.type(0.1) * gradient
        return result


@network_mistake(mistake)
class UsesTheUpdatedKernel(Walk):
    """The gradient is passed on through a kernel that has been updated already. It is the slope of the
    loss that was computed, with the weights as they were: pass it on first."""

    def below(self, number, upstream):
        return (
            upstream
            @ (self.weights[number][0] - 0.1 * self.dkernel(number, upstream)).astype(upstream.dtype).T
        )


@network_mistake(mistake)
class TwoLayersOnly(Walk):
    """This is written for two layers, or for one: of a deeper network the layers between have no
    gradient of their own. `weights` may have any number of pairs: walk through them in a loop."""

    def __call__(self, x, labels, weights):
        if len(weights) > 2:
            kernels = arrays(*(kernel for kernel, _ in weights[1:-1]))
            loss, gradients = super().__call__(x, labels, weights)
            between = [(np.zeros_like(each), np.zeros_like(each[0])) for each in kernels]
            return loss, [gradients[0], *between, gradients[-1]]
        return super().__call__(x, labels, weights)
