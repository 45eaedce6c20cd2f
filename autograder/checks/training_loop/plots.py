"""What `nnlearn.check` draws in a notebook: the loss, step by step and epoch by epoch."""

import numpy as np

from nnlearn import figures
from nnlearn.notebook.plots import NothingToDraw, difference, drawable, plot


@plot("train_step")
def loss_of_each_step(learner, part, axes):
    """A linear model without bias, whose steps can be worked out with NumPy."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(20, 3))
    y = x @ np.array([[2.0], [-1.0], [0.5]]) + 0.3 * rng.normal(size=(20, 1))
    start, rate, steps = np.array([[-1.0], [1.0], [2.0]]), 0.1, np.arange(1, 26)

    model = learner.keras.Sequential([learner.keras.layers.Dense(1, use_bias=False)])
    model.build((None, 3))
    model.set_weights([start])
    optimizer, loss = learner.keras.optimizers.SGD(rate), learner.keras.losses.MeanSquaredError()
    batch = x.astype("float32"), y.astype("float32")
    yours = drawable([learner.train_step(model, optimizer, loss, *batch) for _ in steps], steps.shape)

    right, weights = [], start
    for _ in steps:
        error = x @ weights - y
        right.append(float(np.mean(error**2)))
        weights = weights - rate * 2 / len(x) * x.T @ error
    figures.compare(axes, steps, right, yours, part)
    axes.set(xlabel="step", ylabel="loss")
    return f"The loss of 25 steps of your {part} over the expected one: {difference(steps, right, yours)}."


@plot("fit")
def loss_of_each_epoch(learner, part, axes):
    """Three clouds of points, and a network small enough for this to take a moment."""
    rng, epochs = np.random.default_rng(6), 8
    labels = np.arange(96) % 3
    points = np.array([[0, 2], [2, -1], [-2, -1]])[labels] + rng.normal(size=(96, 2))
    x, y = points.astype("float32"), labels.astype("int32")

    layers = learner.keras.layers
    model = learner.keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(3)])
    optimizer = learner.keras.optimizers.Adam(0.03)
    loss = learner.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    history = learner.fit(
        model, optimizer, loss, (x[:64], y[:64]), (x[64:], y[64:]), epochs=epochs, batch_size=16, seed=1
    )
    if not isinstance(history, dict):
        raise NothingToDraw
    said = []
    for number, (key, what) in enumerate((("loss", "training"), ("val_loss", "validation"))):
        values = drawable(history.get(key), (epochs,))
        axes.plot(np.arange(1, epochs + 1), values, **figures.line(number), label=f"{what} ({key})")
        said.append(f"{what} from {values[0]:.3g} to {values[-1]:.3g}")
    axes.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
    axes.legend()
    return f"The losses of a small network over {epochs} epochs of your {part}: {', '.join(said)}."
