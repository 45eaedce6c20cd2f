"""Whether what somebody forbids exists, and what was meant if it does not."""

from __future__ import annotations

import pytest

from nnlearn.catalogue.ready_made import groups
from nnlearn.host.names import nearest_entry, unknown_entries
from nnlearn.host.public import named_by


def test_names_that_exist_however_they_are_loaded() -> None:
    """Members of classes, modules that are imported on first use, other names of a module, kernels."""
    known = (
        *("keras.Model.fit", "keras.ops.nn.*", "scipy.special.*", "scipy.stats.*", "numpy.logaddexp"),
        *("sklearn.metrics.log_loss", "tensorflow.losses.*", "tensorflow.keras.layers.Dropout"),
        *("tensorflow.compat.v1.nn.fused_batch_norm", "tensorflow.experimental.numpy.logaddexp"),
        "kernel:FusedBatchNormV3",
    )
    assert unknown_entries(known) == ()


def test_what_a_library_uses_of_numpy_is_not_forbidden_with_it() -> None:
    """SciPy's old modules still hold functions of NumPy, and whoever calls those has not called SciPy."""
    import numpy as np
    import scipy.linalg

    found = [value for _, value in named_by(["scipy.linalg.*"])]
    assert any(value is scipy.linalg.norm for value in found)
    assert not any(value is np.linalg.norm for value in found)
    assert any(value is np.linalg.norm for _, value in named_by(["numpy.linalg.*"]))


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("keras.ops.sofmax", "keras.ops.softmax"),
        ("tensorflow.nnn.*", "tensorflow.nn.*"),
        ("kernel:Sofmax", "kernel:Softmax"),
        ("keraas.layers.Dropout", "keras.layers.Dropout"),
        ("scipy.specil.expit", "scipy.special.expit"),
        ("keras.Model.fitt", "keras.Model.fit"),
        ("tensorflow.nn.fused_batch_norm", ""),
        ("keras.ops.qqqqqqqq", ""),
        ("nowhere.softmax", ""),
        ("kernel:Qqqqqqqq", ""),
    ],
)
def test_what_was_meant(entry: str, meant: str) -> None:
    assert unknown_entries(("keras.ops.softmax", entry)) == (entry,)
    assert nearest_entry(entry) == meant


@pytest.mark.parametrize("name", groups())
def test_everything_in_a_group_exists(name: str) -> None:
    """With the versions that are installed; names of some versions may not."""
    group = groups()[name]
    assert unknown_entries(set(group.entries) - set(group.in_some_versions)) == ()
