"""What comes back is the right result and something besides: times a constant, transposed, added up."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from nnlearn.diagnosis.families.method import Method, Possible, Variant
from nnlearn.diagnosis.families.numbers import Step, arithmetic, on_tensors
from nnlearn.diagnosis.families.situation import Situation

After = Callable[[Any, inspect.BoundArguments], Any]
"""What is made of a result, and of what the function was given."""
_RIGHT = "the right result"
_DTYPES = ("float16", "float32", "float64")


def of_results(method: Method, entries: Sequence[Any]) -> Iterator[Variant]:
    """The reference, and something done to what it gives.

    Args:
        method: What gives it.
        entries: The keys or places of what comes back, where that is a dictionary or a tuple.
    """
    if method.makes:
        return
    for name, words, after, possible in (*_steps(None), *_changes()):
        said = f"What comes back is {words.format(_RIGHT)}, in every call."
        yield _changed(method, name, said, after, possible)
    said = "Nothing comes back: is the `return` missing?"
    yield _changed(method, "none", said, lambda *_: None, lambda seen: seen.is_result("none"))
    for entry in entries:
        for name, words, after, possible in (*_steps(entry), *_changes()):
            said = words.format("the right one")
            message = f"Entry {entry!r} of what comes back is {said}, in every call; the others are right."
            yield _changed(method, f"{name}[{entry!r}]", message, _only(entry, after), possible)


def _steps(entry: Any) -> Iterator[tuple[str, str, After, Possible]]:
    """In a word, in words with braces for the right result, what is done, and what that can be behind."""
    from keras import ops

    steps: list[tuple[str, str, Step]] = [
        *((item.name, item.of, item.step) for item in arithmetic()),
        ("clipped", "{} cut off at 0 and at 1", lambda y: ops.clip(y, 0.0, 1.0)),
        ("from_zero", "{} with 0 in place of what is below 0", lambda y: ops.maximum(y, 0.0)),
    ]
    for name, words, step in steps:
        yield name, words, _doing(step), _as_outcome_of(step, entry)


def _changes() -> Iterator[tuple[str, str, After, Possible]]:
    """The same for what is done to the whole of a result."""
    from keras import ops

    for count, words, of in (
        ("rows", "the number of rows", 0),
        ("columns", "the length of the last axis", -1),
    ):
        yield f"times_{count}", f"{{}} times {words}", _by_length(of, ops.multiply), _scaled
        yield f"over_{count}", f"{{}} divided by {words}", _by_length(of, ops.divide), _scaled
    steps: list[tuple[str, str, Step]] = [
        ("transposed", "{} with its last two axes swapped", lambda y: ops.swapaxes(y, -1, -2)),
        ("backwards", "{} with its last axis backwards", lambda y: ops.flip(y, axis=-1)),
        ("sum", "{} added up to one number", ops.sum),
        ("mean", "{} averaged to one number", ops.mean),
        ("last_sum", "{} added up over its last axis", lambda y: ops.sum(y, axis=-1)),
        ("last_mean", "{} averaged over its last axis", lambda y: ops.mean(y, axis=-1)),
        ("first_sum", "{} added up over its first axis", lambda y: ops.sum(y, axis=0)),
        ("first_mean", "{} averaged over its first axis", lambda y: ops.mean(y, axis=0)),
        ("new_last", "{} with an axis of length 1 too many at the end", lambda y: ops.expand_dims(y, -1)),
        ("new_first", "{} with an axis of length 1 too many in front", lambda y: ops.expand_dims(y, 0)),
        ("flat", "{} with all its axes made one", lambda y: ops.reshape(y, (-1,))),
        ("squeezed", "{} without its axes of length 1", ops.squeeze),
    ]
    for name, words, step in steps:
        same = name in ("transposed", "backwards")
        yield name, words, _doing(step), _reordered if same else _with_shape_of(step)
    for dtype in _DTYPES:
        yield dtype, f"{{}} as {dtype}, whatever the input is", _cast(dtype), _in(dtype)
    yield "integer", "{} as whole numbers", _cast("int32"), _in("int32")


def _scaled(seen: Situation) -> bool:
    return seen.is_result("value", "finite") and seen.is_scaled()


def _reordered(seen: Situation) -> bool:
    return seen.is_result("value", "shape") and seen.is_reordered()


def _with_shape_of(step: Step) -> Possible:
    return lambda seen: seen.is_result("shape") and seen.has_shape_of(step)


def _in(dtype: str) -> Possible:
    return lambda seen: seen.is_result("dtype", "value", "finite") and seen.is_cast(dtype)


def _as_outcome_of(step: Step, entry: Any) -> Possible:
    return lambda seen: seen.is_result_of(step, entry)


def _doing(step: Step) -> After:
    return lambda result, _: on_tensors(result, step)


def _cast(dtype: str) -> After:
    from keras import ops

    return lambda result, _: on_tensors(result, lambda y: ops.cast(y, dtype), integers=True)


def _by_length(axis: int, operation: Callable[[Any, Any], Any]) -> After:
    """Multiplies or divides by a length of the first argument that has one."""
    from keras import ops

    def after(result: Any, given: inspect.BoundArguments) -> Any:
        first = next((value for value in given.arguments.values() if getattr(value, "shape", ())), None)
        if first is None:
            return result
        length = ops.shape(first)[axis]
        return on_tensors(result, lambda y: operation(y, ops.cast(length, y.dtype)))

    return after


def _only(entry: Any, after: After) -> After:
    """`after` for one entry; what has no such entry is left alone."""

    def change(result: Any, given: inspect.BoundArguments) -> Any:
        if isinstance(result, dict) and entry in result:
            return {**result, entry: after(result[entry], given)}
        if isinstance(result, (list, tuple)) and isinstance(entry, int) and entry < len(result):
            items = [after(item, given) if i == entry else item for i, item in enumerate(result)]
            return type(result)(items)
        return result

    return change


def _changed(method: Method, name: str, message: str, after: After, possible: Possible) -> Variant:
    def change(right: Callable[..., Any], given: inspect.BoundArguments) -> Any:
        result = right(*given.args, **given.kwargs)
        if inspect.isgenerator(result):
            return (after(item, given) for item in result)
        return after(result, given)

    return method.variant(f"result:{name}", message, change, possible)
