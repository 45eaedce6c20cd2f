"""The layers in small methods, so that a mistake is the one method that goes wrong."""

from .moments import all_but_last


class Pieces:
    """What both layers do with a mean and a variance, and how they make their weights."""

    def add_weight(self, **how):
        name = ("gamma", "beta", "moving_mean", "moving_variance")[len(self.weights)]
        return super().add_weight(**how | self.differently(name))

    def differently(self, name):  # noqa: ARG002
        """What a weight is made with instead."""
        return {}

    def widened(self, inputs):
        """The inputs in at least float32."""
        return ops.cast(inputs, keras.backend.result_type(self.compute_dtype, "float32"))

    def normalized(self, x, mean, variance):
        """The output."""
        return ops.cast(self.combined(x, mean, variance), self.compute_dtype)

    def combined(self, x, mean, variance):
        """The formula."""
        return self.scaled((x - mean) / self.spread(variance))

    def scaled(self, x):
        """Times gamma, plus beta."""
        return ops.cast(self.gamma, x.dtype) * x + ops.cast(self.beta, x.dtype)

    def spread(self, variance):
        """What to divide by."""
        return ops.sqrt(variance + self.epsilon)


class BatchInPieces(Pieces, BatchNormalization):
    """Batch normalization as it should be."""

    def call(self, inputs, training=None):
        x = self.widened(inputs)
        if self.trains(training):
            mean, variance = self.of_batch(x)
            self.remember(mean, variance)
        else:
            mean, variance = self.stored(x.dtype)
        return self.normalized(x, mean, variance)

    def trains(self, training):
        """Whether to use the statistics of the batch."""
        return training and self.trainable

    def of_batch(self, x):
        """Mean and variance of the batch."""
        return ops.mean(x, axis=all_but_last(x)), ops.var(x, axis=all_but_last(x))

    def stored(self, dtype):
        """The moving statistics."""
        return ops.cast(self.moving_mean, dtype), ops.cast(self.moving_variance, dtype)

    def remember(self, mean, variance):
        """Update the moving statistics."""
        self.moving_mean.assign(self.blended(self.moving_mean, mean))
        self.moving_variance.assign(self.blended(self.moving_variance, variance))

    def blended(self, old, new):
        """The moving average after one more batch."""
        return self.momentum * ops.cast(old, new.dtype) + (1 - self.momentum) * new


class LayerInPieces(Pieces, LayerNormalization):
    """Layer normalization as it should be."""

    def call(self, inputs, training=None):  # noqa: ARG002 - the same in both modes
        x = self.widened(inputs)
        return self.normalized(x, *self.of_rows(x))

    def of_rows(self, x):
        """Mean and variance of each vector along the last axis."""
        return ops.mean(x, axis=-1, keepdims=True), ops.var(x, axis=-1, keepdims=True)
