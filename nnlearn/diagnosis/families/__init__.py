"""Mistakes that need no author: the reference, and one thing about it that goes otherwise.

A gallery holds what people got wrong in a topic. What they get wrong in any topic can be made of the right
solution: its results times a constant, an argument ignored, a gradient lost. Such a variant is run by the
checks like a known mistake, and explains a failure in the same way, by equal replies; so nothing that a
learner's code does takes part in what is said, but for which of these words it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nnlearn.diagnosis.families.arguments import of_arguments
from nnlearn.diagnosis.families.attributes import of_attributes
from nnlearn.diagnosis.families.gradients import of_gradients
from nnlearn.diagnosis.families.method import Variant, methods_of
from nnlearn.diagnosis.families.results import of_results

__all__ = ["Variant", "variants_of"]


def variants_of(
    part: str, namespace: Mapping[str, Any], entries: Sequence[Any] = ()
) -> tuple[list[Variant], ...]:
    """Every variant of a part, in groups: what is seen in the results comes before what may have caused it.

    Of the causes, the likely ones come first: an argument is ignored, two are swapped, a default is another.

    Args:
        part: The part.
        namespace: What the reference defines.
        entries: The keys or places of what the part gives back, where that is a dictionary or a tuple.
    """
    methods = list(methods_of(part, namespace))
    constructor = next((method for method in methods if method.makes), None)
    results: list[Variant] = []
    causes: list[Variant] = []
    for method in methods:
        results += of_results(method, entries)
        causes += [*of_arguments(method), *of_gradients(method)]
        if constructor is not None and not method.makes:
            causes += of_attributes(constructor, method)
    return results, sorted(causes, key=lambda variant: variant.rank)
