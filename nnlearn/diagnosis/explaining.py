"""The rule by which mistakes are named: one verdict for a part, of which no check says otherwise.

A known mistake is named where it gives the learner's replies in every check of the part that failed, and
passes all that the learner passed. Two are, where it takes both: each failed check is explained by those of
the two that fail it, but for one that the other hides. Where different mistakes do equally well, the replies
cannot tell them apart, and nothing is said that may be wrong.

What numbers come back in half precision, and whether NaN, infinity or a number stands where something
overflows, depends on how a computation is arranged, not on what is wrong with it. Where nothing explains
those as well, they are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnlearn.catalogue import PREDICTIONS
from nnlearn.diagnosis.matching import (
    Evidence,
    KnownReplies,
    ends_in_half_precision,
    ends_out_of_range,
    fingerprints_match,
)
from nnlearn.results import Noticed


@dataclass(frozen=True)
class Explanation:
    """A mistake, and the failed checks that it explains, in the order of the evidence."""

    noticed: Noticed
    checks: tuple[str, ...]


def explain(
    part: str, evidence: Mapping[str, Evidence], known: Sequence[KnownReplies]
) -> tuple[Explanation, ...]:
    """The known mistakes behind the failed checks of a part; none where it is not clear which.

    Args:
        part: The part.
        evidence: How its checks went, but for those that say nothing about the code: they were not run, or
            the fault is not the learner's.
        known: The known mistakes, of this and other parts. Checks that are not recorded for them (learners
            have the visible ones) speak neither for nor against any.
    """
    candidates = [item for item in known if item.part == part]
    recorded = frozenset(itertools.chain.from_iterable(item.checks for item in candidates))
    said = {check: seen for check, seen in evidence.items() if check in recorded}
    found = [each for asked in _asked_together(part, said) for each in _explained(asked, candidates)]
    return tuple(sorted(found, key=lambda each: [*said].index(each.checks[0])))


def _asked_together(part: str, evidence: Mapping[str, Evidence]) -> list[Mapping[str, Evidence]]:
    """The evidence in groups that one mistake has to explain: every prediction is a matter of its own."""
    if part == PREDICTIONS:
        return [{check: seen} for check, seen in evidence.items()]
    return [evidence]


def _explained(evidence: Mapping[str, Evidence], candidates: Sequence[KnownReplies]) -> list[Explanation]:
    """One mistake, or else two, or nothing: what every such way to explain the failed checks has in it."""
    matches = _Matches(evidence)
    views = (
        _View(matches),
        _View(matches, half_precision=False),
        _View(matches, half_precision=False, overflow=False),
    )
    for number in (1, 2):
        for view in views:
            ways = view.ways(number, candidates)
            if not ways:
                continue
            first, *others = ways
            return [
                Explanation(item.noticed, view.explained_by(item))
                for item in first
                if all(item.noticed.message in {one.noticed.message for one in way} for way in others)
            ]
    return []


class _Matches:
    """Whether a mistake gives the learner's replies to a check; each is compared once.

    Attributes:
        evidence: How the checks went for the learner.
    """

    def __init__(self, evidence: Mapping[str, Evidence]) -> None:
        self.evidence = evidence
        self._found: dict[tuple[int, str, bool], bool] = {}

    def __call__(self, item: KnownReplies, check: str, *, where_finite: bool = False) -> bool:
        key = id(item), check, where_finite
        if key not in self._found:
            seen = self.evidence[check]
            replies, got = item.checks[check], seen.fingerprint
            both_overflow = where_finite and ends_out_of_range(replies) and ends_out_of_range(got)
            self._found[key] = (
                replies is not None
                and (both_overflow or not where_finite)
                and fingerprints_match(
                    replies,
                    got,
                    where_finite=where_finite,
                    # A check that failed by a number has taken it for one, whatever kind of number it is.
                    any_kind_of_number=seen.by_values,
                )
            )
        return self._found[key]


class _View:
    """The evidence as it decides about mistakes.

    Args:
        matches: The evidence, and the mistakes as they compare with it.
        half_precision: Whether it counts what numbers come back in half precision.
        overflow: Whether it counts what comes back where numbers overflow: in some check it has to be the
            same all the same.
    """

    def __init__(self, matches: _Matches, *, half_precision: bool = True, overflow: bool = True) -> None:
        self._matches = matches
        self._half_precision = half_precision
        self._overflow = overflow
        self._passed = [check for check, seen in matches.evidence.items() if seen.passed]
        self._failed = [
            check
            for check, seen in matches.evidence.items()
            if not (
                seen.passed
                or (not half_precision and seen.by_values and ends_in_half_precision(seen.fingerprint))
            )
        ]

    def ways(self, number: int, candidates: Sequence[KnownReplies]) -> list[tuple[KnownReplies, ...]]:
        """So many mistakes that explain the failed checks together and pass the others."""
        if not self._failed:
            return []
        possible = candidates if number == 1 else [item for item in candidates if self.explained_by(item)]
        return [
            items
            for items in itertools.combinations(possible, number)
            if self._are_enough(items) and all(map(self._passes_the_rest, items))
        ]

    def explained_by(self, item: KnownReplies) -> tuple[str, ...]:
        """The failed checks in which a mistake gives the learner's replies."""
        return tuple(check for check in self._failed if self._explains(item, check))

    def _are_enough(self, items: Sequence[KnownReplies]) -> bool:
        """Whether in each failed check those that fail it, one at least, give the learner's replies."""
        for check in self._failed:
            failing = [
                item for item in items if self._fails(item, check) and not self._is_hidden(item, check)
            ]
            if not failing or not all(self._explains(item, check) for item in failing):
                return False
        return True

    def _is_hidden(self, item: KnownReplies, check: str) -> bool:
        """Whether the learner's code ends a check before it could show a mistake.

        The mistake comes further, and has been right up to there; or the learner's code raises where the
        mistake gives something.
        """
        replies, got = item.checks[check], self._matches.evidence[check].fingerprint
        raises = [bool(each) and each[-1][0] == "raised" for each in (replies, got)]
        return len(replies) > len(got) or (len(replies) == len(got) and raises == [False, True])

    def _passes_the_rest(self, item: KnownReplies) -> bool:
        return not any(self._fails(item, check) for check in self._passed)

    def _explains(self, item: KnownReplies, check: str) -> bool:
        if not self._fails(item, check):
            return False
        if (exactly := self._matches(item, check)) or self._overflow:
            return exactly
        elsewhere = any(self._matches(item, other) for other in self._failed)
        return elsewhere and self._matches(item, check, where_finite=True)

    def _fails(self, item: KnownReplies, check: str) -> bool:
        """Whether a mistake fails a check, by more than rounding where that is left out."""
        replies = item.checks[check]
        return replies is not None and (self._half_precision or not ends_in_half_precision(replies))
