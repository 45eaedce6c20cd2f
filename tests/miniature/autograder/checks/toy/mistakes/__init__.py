"""Mistakes in the topic `toy`."""

from . import softmax, scale
