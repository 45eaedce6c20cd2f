import keras

from nnlearn.diagnosis import mistake


@mistake("Scale")
class AddsTheFactor(keras.layers.Layer):
    """The factor is added to the input instead of multiplying it."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x + self.factor
