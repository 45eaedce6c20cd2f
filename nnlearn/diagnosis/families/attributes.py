"""What an object was made with is kept, and something else is used: `1 - rate` for `rate`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from nnlearn.diagnosis.families.arguments import Rule, rules_for
from nnlearn.diagnosis.families.method import Method, Possible, Variant, named_parameters


def of_attributes(constructor: Method, method: Method) -> Iterator[Variant]:
    """The reference, whose attribute has another value while `method` runs.

    Args:
        constructor: Its parameters are kept under their own names.
        method: What is asked of an object.
    """
    for parameter in named_parameters(constructor):
        for rule in rules_for(parameter):
            name, place = parameter.name, constructor.place_of(parameter.name)
            possible = _possible(rule, name, place)
            go = _during(name, rule)
            yield method.variant(f"attribute:{rule.name}", rule.message, go, possible, rule.rank)


def _possible(rule: Rule, name: str, place: str) -> Possible:
    return lambda seen: seen.values and rule.changes(seen, name, place)


def _during(name: str, rule: Rule) -> Callable[..., Any]:
    def go(right: Any, given: inspect.BoundArguments) -> Any:
        (itself,) = right.args  # of a method that is bound by hand
        kept = vars(itself).get(name, itself)
        if kept is itself:  # there is no such attribute
            return right(*given.args, **given.kwargs)
        setattr(itself, name, rule.change({name: kept})[name])
        try:
            return right(*given.args, **given.kwargs)
        finally:
            setattr(itself, name, kept)

    return go
