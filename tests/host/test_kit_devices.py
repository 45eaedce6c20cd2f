"""A device that computes later, as a GPU does, and the clock by which it does."""

import keras
import numpy as np
import pytest

from nnlearn.host import kit


def test_time_goes_on_when_work_is_handed_over_and_when_numbers_are_asked_for():
    device = kit.asynchronous([2.0, 3.0], dispatch=0.5, start=10.0)
    assert device.clock() == 10.0
    result = device.run(np.ones((4, 2)))
    assert device.clock() == 10.5
    assert result.shape == (4, 2)
    assert device.clock() == 10.5
    assert keras.ops.convert_to_numpy(result).tolist() == [[2.0, 2.0]] * 4
    assert device.clock() == 12.5
    np.asarray(result)
    assert device.clock() == 12.5  # it is there already


def test_work_is_done_in_order_so_that_a_late_result_waits_for_earlier_ones():
    device = kit.asynchronous([100.0, 1.0, 2.0])
    device.run(np.ones((2, 1)))
    np.asarray(device.run(np.ones((3, 1))))
    assert device.clock() == 101.0
    assert device.run(np.ones((1, 1))).numpy().dtype == np.float64
    assert device.clock() == 103.0
    assert list(device.rows) == [2, 3, 1]


def test_who_calls_it_for_ever_is_told():
    device = kit.asynchronous([1.0])
    device.run(np.ones((1, 1)))
    with pytest.raises(TimeoutError, match="more than 1 times"):
        device.run(np.ones((1, 1)))
