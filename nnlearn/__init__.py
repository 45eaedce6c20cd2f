"""Learn, and teach, what happens inside a neural network, by building the pieces in Keras."""

__version__ = "0.1.0"
