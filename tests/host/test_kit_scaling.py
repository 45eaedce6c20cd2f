"""The scaler that checks hand over: it gives what can be told, and remembers how it was used."""

import numpy as np

from nnlearn.host import kit


def test_a_scaler_gives_what_it_got_times_a_factor_and_shifted():
    x = np.float32([[1, -2], [3, 0]])
    assert kit.scaler().transform(x).tolist() == [[3, -3], [7, 1]]
    assert kit.scaler(factor=-1.0, shift=0.5).transform(x).tolist() == [[-0.5, 2.5], [-2.5, 0.5]]
    assert kit.scaler().transform(x).dtype == np.float32


def test_a_scaler_learns_nothing_and_fit_returns_it():
    scaler = kit.scaler()
    assert scaler.fit(np.full((3, 2), 100.0)) is scaler
    assert scaler.transform(np.ones((1, 2))).tolist() == [[3, 3]]


def test_a_scaler_remembers_its_calls_in_their_order():
    scaler, x = kit.scaler(), np.arange(6.0).reshape(3, 2)
    scaler.fit(x[:2])
    scaler.transform(x[2:])
    x[:] = -1  # what a caller does with its arrays later
    names, rows = zip(*scaler.calls, strict=True)
    assert names == ("fit", "transform")
    assert [each.tolist() for each in rows] == [[[0, 1], [2, 3]], [[4, 5]]]


def test_scalers_share_nothing():
    one, other = kit.scaler(), kit.scaler()
    one.fit(np.zeros((2, 2)))
    assert other.calls == []
