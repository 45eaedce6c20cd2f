"""The data of the lessons: what scikit-learn ships, ready for a network. Nothing is downloaded.

Libraries are imported when data is asked for: importing this module costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def digits(seed: int | None = None) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """1,797 handwritten digits of 8 x 8 pixels.

    They come in the order in which people wrote them, and each person's digits look alike: a split into
    first and last is one by people. Mixed, they can be cut anywhere: `images[:1400]`, `images[1400:]`.

    Args:
        seed: Mixes them, in the same way for the same seed; left out, they stay in their order.

    Returns:
        The images, shape (1797, 64), float32 from 0 to 1, and the labels, shape (1797,), int32 from 0 to 9.

    Reference:
        https://scikit-learn.org/stable/datasets/toy_dataset.html#digits-dataset
    """
    import numpy as np
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images, labels = (images / 16).astype("float32"), labels.astype("int32")
    if seed is not None:
        mixed = np.random.default_rng(seed).permutation(len(images))
        images, labels = images[mixed], labels[mixed]
    return images, labels


def shuffled(x: Any, y: Any, *, batch_size: int, seed: int = 0) -> Any:
    """Batches for `model.fit` that come in another order in every epoch, the same in every run.

    After `keras.utils.set_random_seed`, `fit` by itself shuffles arrays once: every epoch repeats that order.

    Args:
        x: Inputs, shape (N, ...).
        y: Targets, shape (N, ...).
        batch_size: How many examples make a batch; the last may be smaller.
        seed: Of the orders.

    Returns:
        A `keras.utils.PyDataset`: `model.fit(data.shuffled(x, y, batch_size=32), epochs=10)`.
    """
    import keras
    import numpy as np

    class Shuffled(keras.utils.PyDataset):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._generator = np.random.default_rng(seed)
            self.on_epoch_end()

        def __len__(self) -> int:
            return -(-len(x) // batch_size)

        def __getitem__(self, batch: int) -> tuple[Any, Any]:
            chosen = self._order[batch * batch_size : (batch + 1) * batch_size]
            return x[chosen], y[chosen]

        def on_epoch_end(self) -> None:
            self._order = self._generator.permutation(len(x))

    return Shuffled()
