"""The two passes through a network in pieces, for mistakes to change one of them."""

from .pieces import arrays, one_hot_of


class Walk:
    """Forward and back; each method is a step that a mistake may get wrong."""

    def __call__(self, x, labels, weights):
        (self.x,), self.labels = arrays(x), np.asarray(labels)
        self.weights = [tuple(arrays(*pair)) for pair in weights]
        self.inputs, self.outputs = [], []
        logits = self.forward()
        self.log_shares = self.logarithms(logits)
        loss = self.loss()
        return loss, self.returned(self.backward(self.start(logits)))

    def forward(self):
        given = self.x
        for number, (kernel, bias) in enumerate(self.weights):
            self.inputs.append(given)
            self.outputs.append(given @ kernel + bias)
            given = self.activated(self.outputs[-1], number)
        return given

    def is_last(self, number):
        return number == len(self.weights) - 1

    def activated(self, output, number):
        return output if self.is_last(number) else np.maximum(output, 0)

    def logarithms(self, logits):
        shifted = logits - logits.max(axis=-1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

    def losses(self):
        return -np.take_along_axis(self.log_shares, self.labels.astype("int64")[:, None], axis=-1)[:, 0]

    def loss(self):
        return self.losses().mean()

    def start(self, logits):
        return (np.exp(self.log_shares) - one_hot_of(self.labels, logits)) / len(logits)

    def backward(self, upstream):
        gradients = []
        for number in reversed(range(len(self.weights))):
            gradients.append((self.dkernel(number, upstream), self.dbias(upstream)))
            if number > 0:
                upstream = self.stopped(self.below(number, upstream), number - 1)
        return gradients[::-1]

    def dkernel(self, number, upstream):
        return self.inputs[number].T @ upstream

    def dbias(self, upstream):
        return upstream.sum(axis=0)

    def below(self, number, upstream):
        return upstream @ self.weights[number][0].T

    def stopped(self, upstream, number):
        """What goes back through the relu behind layer `number`."""
        return upstream * (self.outputs[number] > 0)

    def returned(self, gradients):
        return gradients


def network_mistake(mistake):
    """Makes a class derived from `Walk` a mistake in `mlp_gradients`."""

    def decorate(kind):
        def wrong(x, labels, weights):
            return kind()(x, labels, weights)

        wrong.__name__, wrong.__doc__ = kind.__name__, kind.__doc__
        mistake("mlp_gradients")(wrong)
        return kind

    return decorate
