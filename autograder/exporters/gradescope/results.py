"""Reports as Gradescope's results.json.

The fields, their meaning and their defaults: https://gradescope-autograders.readthedocs.io/en/latest/specs/.
A part becomes one test of its visible checks and one of its hidden checks. There is no score of the whole:
Gradescope adds up the tests, and so shows learners no total that would tell about hidden checks.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from autograder.exporters.gradescope.settings import OutputFormat, Settings, Visibility
from nnlearn.checking.failure import WIDTH
from nnlearn.results import Outcome, PartResult, Report, Verdict
from nnlearn.text import clean, laid_out, one_line

FAILURE = (
    "The grader itself failed, so this submission has no score yet. This is not your mistake. "
    "Your instructor can see what happened, and run the autograder again."
)


def report_to_results(report: Report, settings: Settings, seconds: float) -> dict[str, Any]:
    """What Gradescope gets for a submission that was graded."""
    tests = [
        test for number, part in enumerate(report.parts, start=1) for test in _tests(number, part, settings)
    ]
    texts = [*(f"Note: {one_line(note)}" for note in report.notes)]
    if report.output.strip():
        texts.append(f"Printed by your file while it was loaded:\n\n{clean(report.output)}")
    return _document("\n\n".join(texts), seconds) | {"tests": tests}


def refused(reason: str, seconds: float) -> dict[str, Any]:
    """What Gradescope gets where there is nothing to grade: no points, and the reason for all to see."""
    return _document(clean(reason), seconds) | {"score": 0.0}


def failed(seconds: float) -> dict[str, Any]:
    """What Gradescope gets where the grader failed: no score anywhere, which it reports as a failure."""
    return _document(FAILURE, seconds)


def _document(output: str, seconds: float) -> dict[str, Any]:
    return {
        "output": output,
        "output_format": "text",
        "visibility": Visibility.VISIBLE.value,
        "stdout_visibility": Visibility.HIDDEN.value,
        "execution_time": round(seconds, 2),
    }


def _tests(number: int, part: PartResult, settings: Settings) -> Iterable[dict[str, Any]]:
    """The tests of one part. Their scores add up to the part's, to the last digit."""
    visible = tuple(outcome for outcome in part.outcomes if not outcome.hidden)
    hidden = tuple(outcome for outcome in part.outcomes if outcome.hidden)
    shares = _shares(part, visible)
    groups = (
        ("visible", visible, shares, Visibility.VISIBLE),
        ("hidden", hidden, tuple(round(w - s, 4) for w, s in zip(_whole(part), shares, strict=True)), None),
    )
    place = 0
    for kind, outcomes, (score, max_score), visibility in groups:
        if outcomes:
            place += 1
            passed = all(outcome.verdict is Verdict.PASSED for outcome in outcomes)
            yield {
                "name": f"{part.name}: {kind} checks",
                "name_format": "text",
                "number": f"{number}.{place}",
                "score": score,
                "max_score": max_score,
                "status": "passed" if passed else "failed",
                "output": _words(part, outcomes, settings.output_format),
                "output_format": settings.output_format.value,
                "visibility": (visibility or settings.hidden_checks).value,
            }


def _whole(part: PartResult) -> tuple[float, float]:
    return part.score, part.max_score


def _shares(part: PartResult, outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """What `outcomes` contribute to a part's score and to its points."""
    if len(outcomes) == len(part.outcomes):
        return _whole(part)
    total = sum(outcome.points for outcome in part.outcomes)
    passed = sum(outcome.points for outcome in outcomes if outcome.verdict is Verdict.PASSED)
    possible = sum(outcome.points for outcome in outcomes)
    return round(part.max_score * passed / total, 4), round(part.max_score * possible / total, 4)


def _words(part: PartResult, outcomes: Sequence[Outcome], form: OutputFormat) -> str:
    """Each check with its verdict, and what went wrong."""
    if form is OutputFormat.TEXT:
        return "\n\n".join(_block(outcome, part.told(outcome)) for outcome in outcomes)
    return "".join(_html_block(outcome, part.told(outcome)) for outcome in outcomes)


def _block(outcome: Outcome, told: str) -> str:
    head = f"{told}: {one_line(outcome.title)}"
    return f"{head}\n\n{_message(outcome)}" if _has_message(outcome, told) else head


def _html_block(outcome: Outcome, told: str) -> str:
    """Nothing of a submission is markup: every text is cleaned and escaped."""
    head = f"<p><b>{told}</b>: {html.escape(one_line(outcome.title))}</p>"
    return f"{head}<pre>{html.escape(_message(outcome))}</pre>" if _has_message(outcome, told) else head


def _message(outcome: Outcome) -> str:
    return laid_out(clean(outcome.message), WIDTH)


def _has_message(outcome: Outcome, told: str) -> bool:
    """Whether there is more to say than the verdict."""
    return bool(outcome.message) and told not in (Verdict.WAITING.words, Verdict.NOT_WRITTEN.words)
