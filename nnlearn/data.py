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
