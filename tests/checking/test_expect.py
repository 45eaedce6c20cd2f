"""What is expected of answers, and what is said where they are otherwise."""

import numpy as np
import pytest

from nnlearn.checking import CheckFailed, expect


def words(call, *args, **kwargs):
    """What a failed expectation says."""
    with pytest.raises(CheckFailed) as caught:
        call(*args, **kwargs)
    failure = caught.value.failure
    return f"{failure.claim}, but {failure.detail}"


def test_a_nan_is_called_a_nan_before_it_is_called_wrong():
    expect.right_and_finite(np.array([1.0, 2.0]), [1, 2], "it should be right")
    said = words(expect.right_and_finite, np.array([np.nan, 7.0]), [1, 2], "it should be right")
    assert said == "it should be right, but element [0] is nan"
    said = words(expect.right_and_finite, np.array([1.0, 7.0]), [1, 2], "it should be right")
    assert said == "it should be right, but element [1] is 7, not 2"


def test_items():
    assert expect.items([1, "a"], 2, "there should be two") == (1, "a")
    assert words(expect.items, {1, 2}, 2, "there should be two") == "there should be two, but it is set"
    assert words(expect.items, (1,), 2, "there should be two") == "there should be two, but it has 1"


@pytest.mark.parametrize("right", [2, 2.0, np.array(2), np.array(2.0, "float32")])
def test_one_number_may_be_of_any_kind(right):
    assert expect.number(right, "it should be a number") == 2.0


@pytest.mark.parametrize("wrong", [True, "2", None, [2.0], np.array([2.0]), np.array(True)])
def test_what_is_not_one_number(wrong):
    assert words(expect.number, wrong, "it should be a number").startswith("it should be a number, but it")


def test_several_numbers_are_called_by_their_shape():
    said = words(expect.number, np.ones((2, 3)), "it should be a number")
    assert said == "it should be a number, but its shape is (2, 3)"


def test_a_gradient_that_does_not_arrive():
    assert expect.arrives(np.ones(2), "it should be 1").tolist() == [1, 1]
    said = words(expect.arrives, None, "it should be 1")
    assert said == "it should be 1, but no gradient arrives: TensorFlow lost track of the computation"


def test_weights_that_changed():
    before = [np.ones(2, "float32"), np.zeros(3, "float32")]
    expect.unchanged([array.copy() for array in before], before, "nothing should change")
    said = words(expect.unchanged, [before[0], before[1] + 1e-6], before, "nothing should change")
    assert said == "nothing should change, but element [0] is 1e-06, not 0"
    assert words(expect.unchanged, before[:1], before, "nothing should change").endswith("it is 1")


def test_arrays_that_all_come_near():
    arrays = [np.ones(2), np.zeros((2, 3))]
    expect.all_close(tuple(array + 1e-6 for array in arrays), arrays, "the gradients should be right")
    said = words(expect.all_close, [arrays[0], arrays[1] + 0.1], arrays, "the gradients should be right")
    assert said == "the gradients should be right, but in entry 1, element [0, 0] is 0.1, not 0"
    expect.all_close([arrays[0], arrays[1] + 0.1], arrays, "the gradients should be right", atol=0.2)
    assert words(expect.all_close, arrays[:1], arrays, "both should be there").endswith("but it has 1")
    assert words(expect.all_close, None, arrays, "both should be there").endswith("but it is NoneType")
    said = words(expect.all_close, [arrays[0], None], arrays, "both should be there")
    assert said == "both should be there, but in entry 1, it is None"


def test_named_weights_that_changed_are_named():
    before = {"gamma": np.ones(2), "beta": np.zeros(2)}
    expect.unchanged(dict(before), before, "nothing should change")
    said = words(expect.unchanged, {**before, "beta": np.ones(2)}, before, "nothing should change")
    assert said == "nothing should change, and beta did, but element [0] is 1, not 0"
    said = words(expect.unchanged, {"gamma": before["gamma"]}, before, "nothing should change")
    assert said.startswith("nothing should change, and beta did, but it is None")


def test_a_statistic_that_chance_does_not_explain():
    expect.likely(0.3 + 4.9 * 0.01, 0.3, 0.01, "the share should be 0.3")
    said = words(expect.likely, 0.3 + 5.1 * 0.01, 0.3, 0.01, "the share should be 0.3")
    assert said == "the share should be 0.3, but it is 0.351"


def test_what_is_equal_for_facts():
    assert expect.equal(np.ones(2), np.ones(2))
    assert not expect.equal(np.ones(2), np.ones(3))
    assert not expect.equal(None, None)
    assert expect.is_array(np.ones(2))
    assert not expect.is_array([1.0])


def test_a_failure_is_about_what_was_looked_at_and_what_a_check_says_it_worked_that_out_from():
    answer = np.array([1.0, 2.0])
    with pytest.raises(CheckFailed) as caught, expect.about(answer):
        expect.likely(answer.mean(), 0.0, 0.1, "the mean should be near 0")
    assert caught.value.about[0] is answer
    for wrong in (
        lambda: expect.close(answer, [1, 3], "it should be right"),
        lambda: expect.right_and_finite(answer, [1, 3], "it should be right"),
        lambda: expect.dtype(answer, "float16"),
        lambda: expect.different(answer, answer.copy(), "they should differ"),
    ):
        with pytest.raises(CheckFailed) as caught:
            wrong()
        assert caught.value.about[0] is answer


def test_nothing_finite_is_close_to_infinity():
    expect.close(np.array([np.inf, -np.inf]), [np.inf, -np.inf], "it should be infinite")
    assert words(expect.close, 1e300, np.inf, "it should be infinite").endswith("but it is 1e+300, not inf")
    for got in (-np.inf, np.nan):
        words(expect.close, got, np.inf, "it should be infinite")
