"""Laws of what is called with arrays: dtypes, integers, gradients, errors, what is left as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from nnlearn.checking import expect
from nnlearn.checking.oracles import tolerance as within
from nnlearn.learner.session import Learner, Remote

Call = Callable[..., Any]
FLOATS = ("float16", "float32", "float64")
INTEGERS = (
    ([-2, 0, 3],),
    (np.array([[[0, 200], [3, 1], [255, 90]]], "uint8"),),  # which cannot hold what is below 0
    (np.array([-3, 0, 2, 1, -1, 4, -2, 3]).reshape(2, 1, 2, 2),),
)
"""Cases for `takes_integers`, where a function takes one array of any rank from 1 on."""


def keeps_dtypes(
    call: Call,
    expected: Call,
    *args: Any,
    dtypes: Sequence[str] = FLOATS,
    **tolerances: Mapping[str, float],
) -> None:
    """Floating dtypes come back as they went in, with values as good as the dtype can hold.

    Args:
        call: What is checked; it returns one tensor, or as many as `expected`.
        expected: The oracle, which gets the same arguments in float64.
        *args: The arguments. Floating arrays among them are cast to each dtype in turn.
        dtypes: The dtypes to try.
        **tolerances: By dtype, `rtol` or `atol` where a check has a reason for another one:
            `float16={"atol": 1e-2}`.
    """
    for dtype in dtypes:
        given = [_cast(arg, dtype) for arg in args]
        result = call(*given)
        close = within(dtype, **tolerances.get(dtype, {}))
        for got, want in _pairs(result, expected(*(_cast(arg, "float64") for arg in given))):
            expect.dtype(got, dtype, f"a {dtype} input should give a {dtype} result")
            expect.right_and_finite(got, want, f"the values in {dtype} should be right", **close)


def takes_integers(call: Call, expected: Call, *cases: Sequence[Any]) -> None:
    """Integers count as float32, in lists and in arrays of every integer dtype, and keep their shape.

    Args:
        call: What is checked; it returns one tensor, or as many as `expected`.
        expected: The oracle.
        *cases: The arguments of one call each; `INTEGERS` are some.
    """
    for case in cases:
        result = call(*case)
        rank = max(np.ndim(arg) for arg in case)
        for got, want in _pairs(result, expected(*case)):
            expect.dtype(got, "float32", "integers should be treated as float32")
            expect.close(got, want, f"integers, here in an input of rank {rank}, should give right values")


def gradient_is(
    learner: Learner,
    call: Call,
    expected: Any,
    *args: Any,
    claim: str,
    wrt: int = 0,
    upstream: Any = None,
    tolerance: Mapping[str, float] | None = None,
    **kwargs: Any,
) -> None:
    """A gradient arrives at an argument, and it is finite and right.

    Args:
        learner: The learner.
        call: The learner's function or layer, which returns one tensor.
        expected: The gradient of `sum(upstream * call(*args, **kwargs))`.
        *args: The arguments; number `wrt` is a floating array.
        claim: What should hold.
        wrt: Which argument the gradient is taken by.
        upstream: What arrives from above, of the shape of the output; ones when left out.
        tolerance: For `expect.close`.
        **kwargs: Keyword arguments of the call.
    """
    gradient = learner.kit.gradient(call, *args, **_how(wrt, upstream), **kwargs)
    expect.right_and_finite(expect.arrives(gradient, claim), expected, claim, **tolerance or {})


def value_and_gradient_are(
    learner: Learner,
    call: Call,
    value: Any,
    gradient: Any,
    *args: Any,
    claims: tuple[str, str],
    wrt: int = 0,
    upstream: Any = None,
    tolerance: Mapping[str, float] | None = None,
    **kwargs: Any,
) -> Any:
    """Value and gradient, of one run, are finite and right.

    Args:
        learner: The learner.
        call: The learner's function or layer, which returns one tensor.
        value: What `call(*args, **kwargs)` should give.
        gradient: The gradient of `sum(upstream * call(*args, **kwargs))`.
        *args: The arguments; number `wrt` is a floating array.
        claims: What should hold for the value, and for the gradient.
        wrt: Which argument the gradient is taken by.
        upstream: What arrives from above, of the shape of the output; ones when left out.
        tolerance: For `expect.close`, of both.
        **kwargs: Keyword arguments of the call.

    Returns:
        The value.
    """
    got, slope = learner.kit.value_and_gradient(call, *args, **_how(wrt, upstream), **kwargs)
    expect.right_and_finite(got, value, claims[0], **tolerance or {})
    expect.right_and_finite(expect.arrives(slope, claims[1]), gradient, claims[1], **tolerance or {})
    return got


def refuses(
    call: Call,
    cases: Mapping[str, Sequence[Any]],
    *,
    error: type[BaseException] = ValueError,
    mentions: str | Sequence[str] = (),
) -> None:
    """Arguments that make no sense raise an error.

    Args:
        call: What is checked.
        cases: The arguments of one call each, by what is wrong with them in words, which begin the claim:
            `{"targets of shape (4,) against (4, 1)": (flat, column)}`.
        error: The built-in exception.
        mentions: Words that its message has to contain.
    """
    for words, case in cases.items():
        with expect.raises(error, f"{words} should raise a {error.__name__}", mentions):
            call(*case)


def changes_no_argument(learner: Learner, call: Call, *args: Any, **kwargs: Any) -> None:
    """The arrays that were given are as before, those in lists and tuples too.

    Args:
        learner: The learner.
        call: The learner's function; if it returns an iterator, that is walked to its end.
        *args: The arguments.
        **kwargs: Keyword arguments, which are not looked at.
    """
    before = list(_arrays(args))
    after = list(_arrays(learner.kit.arguments_after(call, *args, **kwargs)))
    learner.observed({"arguments as before": _which_are_equal(after, before)})
    expect.unchanged(after, before, "what was given should be as before: it belongs to whoever called")


def changes_no_weight(learner: Learner, model: Remote, act: Callable[[], Any]) -> Any:
    """All weights are as before, also those that are not trained, such as moving statistics.

    Args:
        learner: The learner.
        model: A built model or layer.
        act: What should leave it as it is.

    Returns:
        What `act` gives back.
    """
    before = model.get_weights()
    result = act()
    after = model.get_weights()
    learner.observed({"weights as before": _which_are_equal(after, before)})
    with expect.about(result):
        expect.unchanged(after, before, "weights and moving statistics should be as before")
    return result


def _how(wrt: int, upstream: Any) -> dict[str, Any]:
    """What the helpers that take gradients are told, as far as it is not what they do anyway."""
    chosen = {"wrt": wrt} if wrt else {}
    return chosen | ({} if upstream is None else {"upstream": upstream})


def _which_are_equal(after: Sequence[Any], before: Sequence[Any]) -> list[bool]:
    """That there are as many is for `expect.unchanged` to find."""
    return [expect.equal(new, old) for new, old in zip(after, before, strict=False)]


def _cast(arg: Any, dtype: str) -> Any:
    is_float = isinstance(arg, np.ndarray) and arg.dtype.kind == "f"
    return arg.astype(dtype) if is_float else arg


def _pairs(result: Any, expected: Any) -> Iterator[tuple[Any, Any]]:
    """What came back beside what should; an oracle that gives a tuple speaks of several results."""
    if isinstance(expected, tuple):
        count = len(expected)
        result = expect.items(result, count, f"there should be {count} results, in a tuple")
        return zip(result, expected, strict=True)
    return iter([(result, expected)])


def _arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _arrays(item)
