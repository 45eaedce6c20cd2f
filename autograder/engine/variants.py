"""What explains the failures of a part where no known mistake does: variants of the reference, and facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.engine.mistake_runs import Gallery
from nnlearn.diagnosis.difference import first_wrong
from nnlearn.diagnosis.facts import fact_behind
from nnlearn.diagnosis.families import Variant, variants_of
from nnlearn.diagnosis.families.search import Candidate, variant_behind
from nnlearn.diagnosis.families.situation import Situation
from nnlearn.diagnosis.matching import Asked, Evidence
from nnlearn.results import FoundBy, Noticed


class Variants:
    """The variants of a topic's reference, run by its checks when they are asked for.

    Args:
        gallery: Runs them, as it runs the known mistakes.
    """

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._candidates: dict[str, Sequence[Sequence[Candidate]]] = {}

    def explain(self, part: str, evidence: Mapping[str, Evidence]) -> Noticed | None:
        """What is wrong with a part, by how its checks went; None where that is not clear."""
        found = variant_behind(
            evidence,
            lambda check: self._situation(check, evidence[check]),
            self._of(part),
            lambda variant, check: self._begins_alike(variant, check, evidence[check]),
        )
        return found or fact_behind(evidence, self._expected)

    def _of(self, part: str) -> Sequence[Sequence[Candidate]]:
        """The variants of a part, each with how the checks go for it."""
        if part not in self._candidates:
            groups = variants_of(part, self._gallery.reference, self._entries(part))
            self._candidates[part] = [
                tuple(
                    zip(
                        group,
                        self._gallery.replies_of([one.mistake for one in group], FoundBy.FAMILY),
                        strict=True,
                    )
                )
                for group in groups
            ]
        return self._candidates[part]

    def _begins_alike(self, variant: Variant, check: str, evidence: Evidence) -> bool:
        """Whether a variant gives the learner's replies, where those can be compared one by one."""
        replies = [asked.reply for asked in evidence.asked]
        return evidence.is_random or self._gallery.begins_alike(variant.mistake, check, replies)

    def _expected(self, check: str) -> Sequence[Asked] | None:
        """What the reference answers; None where it does not pass, or where answers are random."""
        evidence = self._gallery.evidence_of_reference(check)
        return evidence.asked if evidence.passed and not evidence.is_random else None

    def _situation(self, check: str, evidence: Evidence) -> Situation:
        """Where the replies of a failed check part from the reference's, as far as that can be told."""
        expected = self._expected(check)
        found = first_wrong(evidence.asked, expected) if expected is not None else None
        return Situation(found[1] if found else None, self._gallery.evidence_of_reference(check).asked)

    def _entries(self, part: str) -> Sequence[Any]:
        """The keys or places of what the reference of a part gives back, where it gives several things."""
        kind = next(self._gallery.kinds_from_reference(part), None)
        if kind is not None and kind.name == "dict":
            return kind.keys
        return range(kind.length) if kind is not None and kind.name == "tuple" else ()
