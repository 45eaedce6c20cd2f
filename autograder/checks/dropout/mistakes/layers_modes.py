"""Mistakes in every layer: when anything is dropped."""

from .layers import OtherTraining, in_every_layer


@in_every_layer
class IsAlwaysOn:
    """The layer drops at inference too: it never looks at the argument training. Predictions change from
    call to call. Return x as it is unless training is true."""

    def call(self, x, training=False):  # noqa: ARG002
        return super().call(x, training=True)


@in_every_layer
class IsOnByDefault:
    """When nothing is said about training, the layer drops: the default of the argument is True. A call
    without it means inference, so the default is False."""

    def call(self, x, training=True):
        return super().call(x, training=training)


@in_every_layer
class IsNeverOn(OtherTraining):
    """The layer never drops anything, in training neither. Everything seems to work, and the network
    overfits as if the layer were not there. Look at layer(ones, training=True): there should be zeros."""

    def train(self, x, _):
        return x


@in_every_layer
class IsOnTheOtherWayRound:
    """The layer drops at inference and lets everything pass in training: the condition on training is the
    wrong way round."""

    def call(self, x, training=False):
        return super().call(x, training=not training)


@in_every_layer
class OverridesDunderCall:
    """The layer defines __call__ instead of call. __call__ is Keras' own: it passes training on from
    model.fit, makes symbolic outputs and then calls call. Called by hand the layer works; in a model it
    is never told that it is training. Rename __call__ to call."""

    def __call__(self, x, training=False):
        return self.call(x, training=training)


@in_every_layer
class OffWhenFrozen:
    """The layer looks at trainable besides training. trainable says whether weights may change, and a
    dropout layer has none: in Keras it does not turn dropout off."""

    def call(self, x, training=False):
        return super().call(x, training=training and self.trainable)


@in_every_layer
class AsksWhetherItIsTrainable:
    """The layer looks at trainable instead of training, so it drops at inference too. trainable says
    whether weights may change; whether this is training says the argument training of call."""

    def call(self, x, training=False):  # noqa: ARG002
        return super().call(x, training=self.trainable)
