"""What `nnlearn.check` draws in a notebook: where values lie before and after the learner's layer."""

import numpy as np

from nnlearn import figures
from nnlearn.notebook.plots import drawable, plot


@plot("BatchNormalization")
def of_features(learner, part, axes):
    x = _batch()
    y = drawable(learner.BatchNormalization()(x, training=True), x.shape)
    return _draw(axes, part, x, y, "feature")


@plot("LayerNormalization")
def of_examples(learner, part, axes):
    x = _batch().T.copy()
    y = drawable(learner.LayerNormalization()(x), x.shape)
    return _draw(axes, part, x.T, y.T, "example")


def _batch():
    """200 rows of five columns, each with a centre and a spread of its own."""
    spread, centre = np.array([0.5, 3.0, 1.0, 2.0, 0.2]), np.array([-4.0, 2.0, 6.0, 0.0, -1.0])
    return (np.random.default_rng(5).normal(size=(200, 5)) * spread + centre).astype("float32")


def _draw(axes, part, before, after, what):
    """For each column the mean as a dot and one standard deviation to both sides as a bar."""
    for offset, values, number, label in (
        (-0.15, before, 0, "before"),
        (0.15, after, 1, f"after your {part}"),
    ):
        place = np.arange(5) + offset
        axes.errorbar(
            place,
            values.mean(0),
            values.std(0),
            fmt="os"[number],
            color=figures.COLOURS[number],
            capsize=3,
            label=label,
        )
    axes.set(xticks=range(5), xticklabels=[f"{what} {i}" for i in range(5)], ylabel="mean ± one std")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.25), ncols=2)
    means, spreads = after.mean(0), after.std(0)
    return (
        f"Mean and standard deviation of five {what}s, before and after your {part}. After it the means are "
        f"at most {abs(means).max():.2g} from 0, the standard deviations go from {spreads.min():.2g} to "
        f"{spreads.max():.2g}."
    )
