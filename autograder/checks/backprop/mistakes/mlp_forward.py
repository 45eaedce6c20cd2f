"""Mistakes in `mlp_gradients`: the way forward, and the loss."""

from nnlearn.diagnosis import mistake

from .walk import Walk, network_mistake


@network_mistake(mistake)
class ReluAfterTheLastLayer(Walk):
    """A relu stands behind the last layer too. Logits may be negative; cut off at 0 they say "at least
    as likely as nothing" of every class. There is a relu *between* two layers only."""

    def activated(self, output, number):  # noqa: ARG002
        return np.maximum(output, 0)

    def backward(self, upstream):
        return super().backward(upstream * (self.outputs[-1] > 0))


@network_mistake(mistake)
class ReluOfTheInput(Walk):
    """The network's input goes through a relu. It is data, and what is negative there counts. There is
    a relu *between* two layers only."""

    def forward(self):
        self.x = np.maximum(self.x, 0)
        return super().forward()


@network_mistake(mistake)
class NoRelu(Walk):
    """There is no relu between the layers, so the network is one affine layer in disguise. Put
    np.maximum(h, 0) between two of them, and its mask on the way back."""

    def activated(self, output, number):  # noqa: ARG002
        return output

    def stopped(self, upstream, number):  # noqa: ARG002
        return upstream


@network_mistake(mistake)
class ForgetsTheBias(Walk):
    """The forward pass leaves the biases out: a layer computes x @ kernel + bias."""

    def forward(self):
        self.weights = [(kernel, np.zeros_like(bias)) for kernel, bias in self.weights]
        return super().forward()


@network_mistake(mistake)
class LossIsASum(Walk):
    """The loss is the sum of the losses of all examples. It is their mean; the gradients are."""

    def loss(self):
        return self.losses().sum()


@network_mistake(mistake)
class LossOfEachExample(Walk):
    """A loss for each example comes back. The loss of the network is one number, their mean."""

    def loss(self):
        return self.losses()


@network_mistake(mistake)
class LossHasTheWrongSign(Walk):
    """The loss is negative: the minus in front of the logarithm is missing. A share is below 1, its
    logarithm below 0, and the loss is minus that."""

    def loss(self):
        return -super().loss()


@network_mistake(mistake)
class LossOverTheClasses(Walk):
    """The mean is taken over examples *and* classes, of one-hot times logarithm: N times K numbers,
    most of them 0. There is one loss for each example, so divide by N."""

    def loss(self):
        return super().loss() / self.log_shares.shape[-1]


@network_mistake(mistake)
class LogarithmOfShares(Walk):
    """The loss is the logarithm of a share that was computed first. A share below about 1e-45 is
    rounded to 0, and its logarithm is infinite. Take the logarithm on paper: shifted logit minus log of
    the sum of exponentials."""

    def loss(self):
        with np.errstate(divide="ignore"):
            picked = np.take_along_axis(
                np.exp(self.log_shares), self.labels.astype("int64")[:, None], axis=-1
            )
            return -np.log(picked).mean()


class ClipsTheShares(Walk):
    """The share of the right class is kept away from 0 before the logarithm: clipped, or with a small
    number added. Then the loss stops growing at about 16 or 27, where it should be thousands. Work with
    log shares, from shifted logits."""

    def loss(self):
        picked = np.take_along_axis(np.exp(self.log_shares), self.labels.astype("int64")[:, None], axis=-1)
        return -np.log(np.maximum(picked, self.small)).mean()


for small in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30):
    name = f"ClipsTheShares{small:.0e}".replace("-", "_")
    network_mistake(mistake)(
        type(name, (ClipsTheShares,), {"small": small, "__doc__": ClipsTheShares.__doc__})
    )


@network_mistake(mistake)
class ExponentialOverflows(Walk):
    """The exponentials are taken of the logits as they are. exp(89) is beyond float32, and infinity
    divided by infinity is NaN. Subtract the maximum of each row first."""

    def logarithms(self, logits):
        with np.errstate(all="ignore"):
            exponentials = np.exp(logits)
            return np.log(exponentials / exponentials.sum(axis=-1, keepdims=True))


@network_mistake(mistake)
class SoftmaxOverTheExamples(Walk):
    """The shares add up to 1 over the *examples*. The classes are on the last axis: axis=-1."""

    def logarithms(self, logits):
        return super().logarithms(logits.T).T


@network_mistake(mistake)
class IntegersInFloat64(Walk):
    """Integers become float64: NumPy's own choice, or that of astype(float). They count as float32 in x
    and in the weights, and so do the gradients; as_floating does it."""

    def __call__(self, x, labels, weights):
        loss, gradients = super().__call__(x, labels, weights)
        if np.asarray(x).dtype.kind in "iub":
            gradients = [tuple(gradient.astype("float64") for gradient in pair) for pair in gradients]
        return float(loss), gradients
