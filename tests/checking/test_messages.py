"""What a failed check says: the text is the product, so the text is tested."""

from dataclasses import replace

import numpy as np
import pytest

from nnlearn.checking import CheckFailed, Failure, expect
from nnlearn.checking.failure import WIDTH, render
from nnlearn.learner.errors import LearnerRaised
from nnlearn.text import laid_out


def failure_of(check, *args, **kwargs) -> Failure:
    with pytest.raises(CheckFailed) as caught:
        check(*args, **kwargs)
    return caught.value.failure


def test_a_failure_reads_as_the_design_says():
    got = np.array([0.2833, 1.1291, 0.4851, 1.1025])
    failure = failure_of(
        expect.close,
        got,
        np.ones(4),
        "each row should add up to 1",
        but="row {0} adds up to {got}",
    )
    text = laid_out(
        render(
            replace(
                failure,
                part="softmax",
                call=("softmax(z)         z: shape (4, 3), float32",),
                noticed=("Every column adds up to 1 instead of every row: the division runs over axis 0.",),
                next_step="nnlearn hint softmax",
                where="softmax.py:7",
            )
        ),
        WIDTH,
    )
    assert text == (
        "softmax: each row should add up to 1, but row 0 adds up to 0.2833\n"
        "\n"
        "  Call       softmax(z)         z: shape (4, 3), float32\n"
        "  Expected   [1      1      1      1     ]  ± 1e-05\n"
        "  Got        [0.2833 1.129  0.4851 1.103 ]  4 of 4 differ\n"
        "  Noticed    Every column adds up to 1 instead of every row: the division runs over\n"
        "             axis 0.\n"
        "  Next       nnlearn hint softmax\n"
        "  Where      softmax.py:7"
    )


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_are_as_long_as_there_is_room_and_nothing_is_left_out(width):
    failure = Failure(
        "w" * 50 + " " + "x" * 50,
        detail="y " * 60,
        got=("z" * 200,),
        noticed=("n " * 200,),
        call=("c" * 120,),
    )
    text = render(failure)
    lines = laid_out(text, width).splitlines()
    assert max(map(len, lines)) in (width - 1, width)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_what_goes_on_does_so_below_where_it_began():
    failure = Failure("it should hold, whatever comes", noticed=("one two three four",), where="f.py:1")
    assert laid_out(render(failure), 26).splitlines() == [
        "it should hold, whatever",
        "    comes",
        "",
        "  Noticed    one two three",
        "             four",
        "  Where      f.py:1",
    ]


def test_lines_break_where_their_sense_does_as_long_as_that_takes_no_more_of_them():
    failure = Failure(
        "relu(x) should be x where positive and 0 elsewhere",
        detail="element [0, 0] is 2.5, not 0",
        part="relu",
        call=("leaky_relu(x, negative_slope=0.2)  x: shape (2, 3), float32",),
        got=("[1      3      0.3333 0.25   0.125 ]  6 of 6 differ",),
    )
    assert laid_out(render(failure), 60).splitlines() == [
        "relu: relu(x) should be x where positive and 0 elsewhere,",
        "    but element [0, 0] is 2.5, not 0",
        "",
        "  Call       leaky_relu(x, negative_slope=0.2)",
        "             x: shape (2, 3), float32",
        "  Got        [1      3      0.3333 0.25   0.125 ]",
        "             6 of 6 differ",
    ]
    two_lines = replace(failure, claim="it is " + "so " * 20 + "here", call=(), got=())
    assert "so so here, but element" in laid_out(render(two_lines), 60).splitlines()[1]


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        ([1.0, 0.31431], [1.0, 0.31428], "element [1] is 0.31431, not 0.31428"),
        (np.float64(1 + 2**-52), np.float64(1), "it is 1.0000000000000002, not 1"),
        ([0.5, 0.25], [0.5, 0.75], "element [1] is 0.25, not 0.75"),
    ],
)
def test_two_numbers_that_differ_never_look_the_same(got, expected, words):
    failure = failure_of(expect.close, got, np.asarray(expected), "it should be right", rtol=0, atol=0)
    assert failure.detail == words
    shown, wanted = words.split(" is ")[1].split(", not ")
    assert (shown in failure.got[0], wanted in failure.expected[0]) == (True, True)


def test_a_line_to_try_is_in_one_piece_since_it_is_pasted():
    failure = Failure("it should hold", try_it="f(" + ", ".join("1" * 40) + ")")
    assert f"  Try it     {failure.try_it}" in laid_out(render(failure), 60).splitlines()


def test_an_error_is_shown_in_its_own_words_however_long():
    said = "ValueError: " + "the rate that was given is not between 0 and 1, " * 4
    raised = LearnerRaised("ValueError", said, ("builtins.ValueError",), ())

    def check():
        with expect.raises(ValueError, "it should be refused", "this word"):
            raise raised

    assert said.strip() in failure_of(check).got[0]


def test_the_first_difference_is_shown_even_far_into_a_large_array():
    want = np.zeros((3, 40))
    got = want.copy()
    got[2, 30] = 7.0
    failure = failure_of(expect.close, got, want, "it should be zero")
    assert failure.detail == "element [2, 30] is 7, not 0"
    assert "7" in failure.got[0]
    assert failure.got[0].startswith("at [2, 29]: ")
    assert failure.got[0].endswith("1 of 120 differ")


@pytest.mark.parametrize(
    ("check", "kind", "detail"),
    [
        (
            lambda: expect.close(np.ones(3), np.ones((3, 1)), "c"),
            "shape",
            "its shape is (3,) instead of (3, 1)",
        ),
        (lambda: expect.close(np.array([np.nan, 1]), np.ones(2), "c"), "finite", "element [0] is nan, not 1"),
        (lambda: expect.close(None, np.ones(2), "c"), "type", "it is None"),
        (lambda: expect.close("text", np.ones(2), "c"), "type", "it is text"),
        (lambda: expect.close([[1], [2, 3]], np.ones(2), "c"), "type", "it is [[1], [2, 3]]"),
        (lambda: expect.shape(np.ones(3), (4,)), "shape", "its shape is (3,)"),
        (lambda: expect.dtype(np.ones(3), "float32"), "dtype", "it is float64"),
        (lambda: expect.finite(np.array([1.0, np.inf]), "c"), "finite", "element [1] is inf"),
        (lambda: expect.same(1, 1.0, "c"), "value", "it is 1"),
        (lambda: expect.same(np.array([1, 2]), np.array([1, 3]), "c"), "value", "element [1] is 2, not 3"),
        (lambda: expect.different(np.ones(2), np.ones(2), "c"), "value", "they are the same"),
        (lambda: expect.between(np.array([0.5]), 0.6, 1.0, "c"), "value", "element [0] is 0.5"),
        (lambda: expect.between(np.array([np.nan]), 0, 1, "c"), "value", "element [0] is nan"),
        (lambda: expect.true(False, "c"), "property", "it does not"),
    ],
)
def test_each_expectation_says_how_it_does_not_hold(check, kind, detail):
    failure = failure_of(check)
    assert (failure.kind, failure.detail) == (kind, detail)


@pytest.mark.parametrize(
    "check",
    [
        lambda: expect.close(np.array([1.0, np.inf, np.nan]), np.array([1.000001, np.inf, np.nan]), "c"),
        lambda: expect.close(np.float16(1), np.float16(1.0), "c"),
        lambda: expect.close(np.array([True]), np.array([1.0]), "c"),
        lambda: expect.close(np.array([1 + 2j]), np.array([1 + 2j]), "c"),
        lambda: expect.same((1, "a"), (1, "a"), "c"),
        lambda: expect.different(np.ones(2), np.zeros(2), "c"),
    ],
)
def test_what_holds_says_nothing(check):
    check()


def test_equality_that_lies_does_not_pass():
    class Liar:
        def __eq__(self, other):
            return True

        def __ne__(self, other):
            return False

        __hash__ = None

    failure_of(expect.close, Liar(), np.ones(2), "it should be one")
    failure_of(expect.same, Liar(), 3, "it should be three")


def test_a_hidden_check_says_what_kind_of_property_failed_and_no_number():
    failure = failure_of(expect.close, np.array([0.25]), np.array([0.75]), "it should be three quarters")
    text = render(replace(failure.redacted("The gradient is right."), part="softmax"))
    assert text == (
        "softmax: this should hold: The gradient is right\n\n  Got        some values are not right"
    )
