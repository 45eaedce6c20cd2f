"""What checks hand to code that feeds a network: it gives what can be told, and says how it was used."""

import itertools

import numpy as np
import pytest

from nnlearn.host import kit


def test_a_transform_gives_what_it_got_times_a_factor_and_shifted():
    x, y = np.float32([[1, -2], [3, 0]]), np.array([0, 4])
    changed, labels = kit.transform()(x, y, 3)
    assert changed.tolist() == [[3, -3], [7, 1]]
    assert changed.dtype == np.float32
    assert labels.tolist() == [1, 9]
    changed, labels = kit.transform(factor=-1.0, shift=0.5)(x, y, seed=3)
    assert changed.tolist() == [[-0.5, 2.5], [-2.5, 0.5]]
    assert labels.tolist() == [0.5, -3.5]
    assert (x.tolist(), y.tolist()) == ([[1, -2], [3, 0]], [0, 4])


def test_a_transform_remembers_its_calls_in_their_order():
    transform, x = kit.transform(), np.arange(6.0).reshape(3, 2)
    for seed in (7, np.int64(2**40), True, 1.5, None, np.random.default_rng(0)):
        transform(x[:2], x[2:], seed)
    x[:] = -1  # what a caller does with its arrays later
    assert [call["seed"] for call in transform.calls] == [7, 2**40, "bool", "float", "NoneType", "Generator"]
    assert {type(call["seed"]) for call in transform.calls} == {int, str}
    assert transform.calls[0]["x"].tolist() == [[0, 1], [2, 3]]
    assert transform.calls[0]["y"].tolist() == [[4, 5]]


def test_a_transform_in_place_overwrites_what_it_got_and_remembers_what_that_was():
    transform, x, y = kit.transform(in_place=True), np.ones((2, 1)), np.array([2, 3])
    changed, labels = transform(x, y, 0)
    assert changed is x
    assert labels is y
    assert (x.tolist(), y.tolist()) == ([[3], [3]], [5, 7])
    assert transform.calls[0]["y"].tolist() == [2, 3]


def test_transforms_share_nothing():
    one, other = kit.transform(), kit.transform()
    one(np.zeros(1), np.zeros(1), 0)
    assert other.calls == []


def test_a_transform_that_is_called_for_ever_says_so():
    transform, x = kit.transform(), np.zeros(1)
    with pytest.raises(TimeoutError, match="10,000"):
        for seed in itertools.count():
            transform(x, x, seed)


def test_counted_says_how_much_was_taken():
    numbers = kit.counted()
    assert numbers.taken == 0
    assert list(itertools.islice(numbers, 4)) == [0, 1, 2, 3]
    assert numbers.taken == 4
    assert next(iter(numbers)) == 4
    assert kit.counted().taken == 0


def test_nobody_waits_for_the_end_of_counted():
    numbers = kit.counted(most=50)
    with pytest.raises(TimeoutError, match="50 items"):
        list(numbers)
    assert numbers.taken == 50
    with pytest.raises(TimeoutError):
        next(numbers)
