"""The search for the variant of the reference that goes like a learner's code.

It is stricter than with known mistakes, which somebody has looked at: nothing is said where the replies hold
too few numbers to tell one variant from another, or where two of them do equally well.

It is bounded by the number of variants that are tried, not by a time, so that the same file is told the same
whatever is known already. Trying one takes part of a check, up to its first reply that is not the learner's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from nnlearn.diagnosis.families.method import Variant
from nnlearn.diagnosis.families.situation import Situation
from nnlearn.diagnosis.matching import (
    Evidence,
    KnownReplies,
    ends_in_half_precision,
    fingerprints_match,
)
from nnlearn.results import Noticed

_FEWEST_NUMBERS = 3
_MOST_NUMBERS = 1000
_MOST_TRIED = 16  # of a group, each by a part of one check
_WHOLE = 4  # so many tries is a check with random replies, which has to run to its end
Candidate = tuple[Variant, KnownReplies]
"""A variant, and how the checks go for it."""


def variant_behind(
    evidence: Mapping[str, Evidence],
    situation: Callable[[str], Situation],
    variants: Sequence[Sequence[Candidate]],
    begins_alike: Callable[[Variant, str], bool],
) -> Noticed | None:
    """The one variant that explains every failed check and passes what the learner passed, or None.

    Args:
        evidence: How the checks of a part went.
        situation: What is known of a failed check.
        variants: What to compare with, in groups: what is in an earlier one is said rather than what is in a
            later one, where both do equally well. Within a group the likely ones come first.
        begins_alike: Whether a variant gives the learner's replies to a check as far as those differ from the
            right ones: nearly none does, and none that does not can explain it.
    """
    failed = {check: one.fingerprint for check, one in evidence.items() if not one.passed}
    passed = [check for check, one in evidence.items() if one.passed]
    if len(set(_numbers_in(list(failed.values())))) < _FEWEST_NUMBERS:
        return None
    # What can be compared reply by reply, and takes the fewest requests, sorts out nearly all.
    seen = {check: situation(check) for check in failed}
    checks = sorted(failed, key=lambda check: (evidence[check].is_random, len(seen[check].asked)))
    # Rounding in half precision depends on how a computation is arranged, not on what is wrong with it.
    telling = [c for c in checks if not (evidence[c].by_values and ends_in_half_precision(failed[c]))]
    for group in variants if telling else ():
        tried = 0
        found: list[Noticed] = []
        for variant, known in group:
            if not all(variant.possible(seen[check]) for check in checks):
                continue
            # Where one has been found, all others are tried: a wrong name is worse than none.
            if tried >= _MOST_TRIED and not found:
                break
            tried += _WHOLE if evidence[telling[0]].is_random else 1
            if (
                begins_alike(variant, telling[0])
                and all(_is_same(known.checks[check], failed[check]) for check in telling)
                and all(known.checks[check] is not None for check in checks)
                and all(known.checks[check] is None for check in passed)
            ):
                found.append(known.noticed)
        if found:
            return found[0] if len({noticed.message for noticed in found}) == 1 else None
    return None


def _is_same(replies: Any, others: Any) -> bool:
    return replies is not None and fingerprints_match(replies, others)


def _numbers_in(printed: Any) -> Iterator[float]:
    """The first finite numbers, other than 0, in a fingerprint."""
    waiting, left = [printed], _MOST_NUMBERS
    while waiting and left:
        left -= 1
        item = waiting.pop()
        if isinstance(item, (list, dict)):
            waiting.extend(list(item.values() if isinstance(item, dict) else item)[:_MOST_NUMBERS])
        elif type(item) is float and item and math.isfinite(item):
            yield item
