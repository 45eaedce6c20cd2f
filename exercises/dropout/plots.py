"""What `nnlearn.check` draws in a notebook: which of a batch of ones the learner's part has dropped."""

import numpy as np

from nnlearn import figures
from nnlearn.notebook.plots import drawable, plot

RATE = 0.3


@plot("dropout")
def of_the_function(learner, part, axes):
    x = np.ones((8, 24), "float32")
    y = drawable(learner.dropout(x, RATE, learner.keras.random.SeedGenerator(7)), x.shape)
    return _draw(axes, part, y, (1, 1), "unit", "example")


@plot("Dropout", "DropPath")
def of_a_layer(learner, part, axes):
    x = np.ones((8, 24), "float32")
    y = drawable(getattr(learner, part)(RATE, seed=7)(x, training=True), x.shape)
    return _draw(axes, part, y, (1, 1), "unit", "example")


@plot("SpatialDropout2D")
def of_channels(learner, part, axes):
    examples, side, channels = 4, 3, 8
    x = np.ones((examples, side, side, channels), "float32")
    y = drawable(learner.SpatialDropout2D(RATE, seed=7)(x, training=True), x.shape)
    # Each channel of each example is a square of side by side pixels.
    tiles = y.transpose(0, 1, 3, 2).reshape(examples * side, channels * side)
    return _draw(axes, part, tiles, (side, side), "channel", "example")


def _draw(axes, part, y, tile, columns, rows):
    """A grid, filled where something is left."""
    height, width = y.shape
    for row, values in enumerate(y):
        left = figures.spans(np.arange(width), values != 0)
        axes.broken_barh([(first, last - first + 1) for first, last in left], (row, 1), color=figures.BLUE)
    lines = {"color": figures.GREY, "linewidth": 0.8}
    axes.vlines(range(0, width + 1, tile[1]), 0, height, **lines)
    axes.hlines(range(0, height + 1, tile[0]), 0, width, **lines)
    axes.grid(visible=False)
    axes.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[], xlabel=columns, ylabel=rows)
    axes.set_aspect("equal")
    share = float(np.mean(y == 0))
    kept = sorted({f"{value:.4g}" for value in np.unique(y[y != 0])[:3]})
    left = f"what is left of a 1: {', '.join(kept)}" if kept else "nothing is left"
    axes.set_title(f"{share:.0%} dropped at rate {RATE}; {left}")
    return f"A grid of {rows}s by {columns}s, empty where your {part} has dropped: {share:.0%} of it, {left}."
