"""One submission under the checks: its seat, what was found so far, and the known mistakes."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nnlearn.catalogue import PREDICTIONS, Part, Topic
from nnlearn.checking.advice import Advice
from nnlearn.checking.failure import CheckFailed, Failure, render
from nnlearn.checking.hidden import redacted
from nnlearn.checking.judge import call_lines, judge
from nnlearn.checking.kinds import Answer, answers_in, first_unlike
from nnlearn.checking.marks import CheckInfo
from nnlearn.checking.unforeseen import Unforeseen, at_fault
from nnlearn.diagnosis.asked import asked_in
from nnlearn.diagnosis.explaining import Explanation, explain
from nnlearn.diagnosis.matching import Asked, Evidence, KnownReplies, fingerprint
from nnlearn.learner.calls import Calls, CallText
from nnlearn.learner.errors import LearnerDied, LearnerProblem
from nnlearn.learner.parameters import called_parts, reference_parameters
from nnlearn.learner.record import Record
from nnlearn.learner.seats import Seat
from nnlearn.learner.session import Learner, Session
from nnlearn.results import Noticed, Outcome, PartResult, Verdict

_REPEATABLE = (Verdict.FAILED, Verdict.RAISED, Verdict.GRADER_ERROR)
_BY_VALUES = ("value", "finite")
_NO_EVIDENCE = (Verdict.WAITING, Verdict.GRADER_ERROR)
Standard = Callable[[str], Sequence[Answer] | None]
"""How a check goes for the reference: what it answers, or None where it does not pass either."""
Beyond = Callable[[str, Mapping[str, Evidence]], Noticed | None]
"""What explains all failures of a part, by how its checks went; None where nothing does."""


def proven(check: str) -> Sequence[Answer]:  # noqa: ARG001 - the same for every check
    """The standard of who has no reference: it passed each check that was given out, and no more is known."""
    return ()


@dataclass
class CheckRun:
    """One check that was run: everything but the words.

    Attributes:
        info: What `@check` was told.
        name: The name of the pytest item.
        verdict: How it ended.
        failure: Why it did not pass.
        evidence: What the known mistakes are compared with.
        seconds: How long it took.
        answers: What can be said of the replies, where the bench keeps that.
        unforeseen: The exception of our own that ended it, if one did.
        told: The call that the failure is about.
    """

    info: CheckInfo
    name: str
    verdict: Verdict
    failure: Failure | None
    evidence: Evidence
    seconds: float = 0.0
    answers: tuple[Answer, ...] = ()
    unforeseen: Unforeseen | None = None
    told: CallText | None = None


@dataclass
class Bench:
    """Runs the checks of one topic on one submission and keeps what they found.

    Attributes:
        topic: The topic.
        seat: The submission.
        seed: From which every check derives its own.
        known: The known mistakes to compare with.
        advice: What messages say about going on.
        standard: How the reference fares, asked where a check ends in an exception that nobody foresaw: what
            the reference passes is not the check's fault. Without it, it is.
        for_instructors: Whether messages about hidden checks say what was asked, and what was raised.
        open_book: Whether they say all that those about visible checks do: for somebody who has them all.
        beyond: What may explain the failures of a part that no known mistake does.
        keeps_answers: Whether runs keep what can be said of the replies.
        runs: What was found, by the name of the check.
    """

    topic: Topic
    seat: Seat
    seed: int = 0
    known: Sequence[KnownReplies] = ()
    advice: Advice = field(default_factory=Advice)
    standard: Standard | None = None
    for_instructors: bool = False
    open_book: bool = False
    beyond: Beyond | None = None
    keeps_answers: bool = False
    runs: dict[str, CheckRun] = field(default_factory=dict)
    _session: Session | None = None

    def seed_of(self, check: str) -> int:
        """The seed of one check: the same in every run, different for each check."""
        return zlib.crc32(f"{self.seed}:{self.topic.name}:{check}".encode())

    def open(self, info: CheckInfo, check: str) -> Learner:
        """The learner, ready for one check.

        Raises:
            LearnerProblem: The learner's code is not there to be checked.
        """
        self._session = None
        transport = self.seat.transport(info.part)
        session = Session(transport, called_parts(self.topic))
        session.begin(info.part, self.seed_of(check))
        self._session = session
        return Learner(session)

    def waits_for(self, info: CheckInfo) -> str:
        """The title of the check that has to pass first and did not, or an empty string."""
        first = self.runs.get(info.after)
        return first.info.title if first and first.verdict is not Verdict.PASSED else ""

    def record(self, info: CheckInfo, check: str, error: BaseException | None) -> CheckRun:
        """Keep how a check ended."""
        session, self._session = self._session, None
        verdict, failure, told = Verdict.PASSED, None, None
        if error is not None:
            verdict, failure = judge(error, self.seat.trouble(info.part))
            told = self._told(session.record, error) if session else None
            failure = replace(
                failure,
                part=info.part,
                call=call_lines(told),
                where=self.seat.place(info.part),
                next_step=self.advice.next_step(info.part),
            )
            if verdict in _REPEATABLE and (self.open_book or not info.hidden):
                failure = replace(failure, try_it=self._to_try(info, check, told))
        replies = [exchange.reply for exchange in session.record.exchanges] if session and error else []
        printed = fingerprint(replies)
        if isinstance(error, LearnerDied):  # no code that gives an answer is like this
            printed.append(["died"])
        evidence = Evidence(
            passed=error is None,
            fingerprint=printed,
            by_values=verdict is Verdict.FAILED and failure is not None and failure.kind in _BY_VALUES,
            asked=self._asked(info.part, session) if session else (),
            is_random=session is not None and session.record.is_observed,
        )
        unforeseen = Unforeseen.of(error) if error is not None and verdict is Verdict.GRADER_ERROR else None
        if session is not None and info.part == PREDICTIONS:
            self._keep_guess(check, session, is_right=error is None)
        kept = session.record.answered if session and (unforeseen or self.keeps_answers) else ()
        answers = answers_in(kept, self._parameters)
        run = CheckRun(
            info, check, verdict, failure, evidence, answers=answers, unforeseen=unforeseen, told=told
        )
        self.runs[check] = run
        return run

    @functools.cached_property
    def _parameters(self) -> dict[str, tuple[str, ...]]:
        """What the learner calls parameters, and the reference those of what the learner has not got."""
        return {**reference_parameters(self.topic), **self.seat.names.parameters}

    def _told(self, record: Record, error: BaseException) -> CallText | None:
        """The call to tell of: the one whose answer was expected otherwise, or the one that raised."""
        asked = record.asked
        calls = Calls(asked, self._parameters)
        if isinstance(error, LearnerProblem) and asked:
            is_call = asked[-1].request[0] == "call"
            return calls.of(len(asked) - 1) if is_call else calls.behind(len(asked) - 1)
        place = record.place_of(error.about) if isinstance(error, CheckFailed) else None
        return calls.last() if place is None else calls.behind(place)

    def _to_try(self, info: CheckInfo, check: str, told: CallText | None) -> str:
        """A line that makes the call again, where learners can."""
        if told is None or info.part == PREDICTIONS:
            return ""
        others = [run for run in self._runs_of(info.part) if run.name != check]
        is_first = all(run.verdict in (Verdict.PASSED, Verdict.WAITING) for run in others)
        about = "" if info.hidden else info.part if is_first else check
        return self.advice.try_it(about, told, self.seat.names)

    def _asked(self, part: str, session: Session) -> tuple[Asked, ...]:
        """What a check asked, where somebody is going to look at it."""
        if self.beyond is None and not self.keeps_answers:
            return ()
        pairs = [(exchange.request, exchange.reply) for exchange in session.record.answered]
        return asked_in(pairs, part, session.signatures.get(part, ()))

    def _keep_guess(self, check: str, session: Session, *, is_right: bool) -> None:
        """Before anybody reads whether a prediction is right, it is kept."""
        for item in self.topic.predictions:
            if item.right_check == check and session.record.answered:
                verb, *given = session.record.answered[-1].reply
                if verb == "value":
                    self.advice.keep_guess(item.key, given[0], is_right=is_right)

    def outcome(self, run: CheckRun, explanations: Sequence[Explanation] = ()) -> Outcome:
        """One run as an outcome: redacted where it is hidden, and put into words.

        Args:
            run: The run.
            explanations: What explains the failures of its part. Each is told once, at the first of the
                checks that it explains.
        """
        self._settle(run)
        message = ""
        if run.failure is not None:
            failure = whole = run.failure
            if run.info.hidden and not self.open_book:
                visible = self._visible_verdicts(run.info.part)
                failure = redacted(failure, run.verdict, run.info.title, visible)
                if self.for_instructors:
                    failure = replace(failure, call=whole.call, raised=whole.raised, frames=whole.frames)
            noticed = tuple(each.noticed.message for each in explanations if each.checks[0] == run.name)
            message = render(replace(failure, noticed=noticed))
        return Outcome(
            check=run.name,
            title=run.info.title,
            hidden=run.info.hidden,
            points=run.info.points,
            verdict=run.verdict,
            message=message,
            seconds=run.seconds,
        )

    def explanations(self, part: str) -> tuple[Explanation, ...]:
        """What explains the failures of a part, by those of its checks that were run."""
        evidence = self.evidence(part)
        found = explain(part, evidence, self.known)
        failed = tuple(check for check, seen in evidence.items() if not seen.passed)
        if found or not failed or self.beyond is None or part == PREDICTIONS:
            return found
        noticed = self.beyond(part, evidence)
        return (Explanation(noticed, failed),) if noticed else ()

    def evidence(self, part: str) -> dict[str, Evidence]:
        """How the checks of a part went, as far as that says something about its code."""
        runs = self._runs_of(part)
        for run in runs:
            self._settle(run)
        if any(run.verdict is Verdict.FORBIDDEN for run in runs):
            return {}  # whatever came back is not the learner's
        return {run.name: run.evidence for run in runs if run.verdict not in _NO_EVIDENCE}

    def _runs_of(self, part: str) -> list[CheckRun]:
        return [run for run in self.runs.values() if run.info.part == part]

    def _visible_verdicts(self, part: str) -> list[Verdict]:
        """How the visible checks of a part ended that were run."""
        return [run.verdict for run in self._runs_of(part) if not run.info.hidden]

    def _settle(self, run: CheckRun) -> None:
        """Decide whose fault it is that a check ended in an exception of our own, by the reference."""
        if run.unforeseen is None or self.standard is None or not run.answers:
            return
        unforeseen, run.unforeseen = run.unforeseen, None
        expected = self.standard(run.name)
        if expected is not None and run.failure is not None:
            run.verdict = Verdict.FAILED
            unlike = first_unlike(run.answers, expected)
            if unlike is not None and unlike.call is not None:
                run.told = unlike.call
                if run.failure.try_it:
                    line = self._to_try(run.info, run.name, run.told)
                    run.failure = replace(run.failure, try_it=line)
            run.failure = at_fault(run.failure, run.info.title, unforeseen, run.answers, unlike)

    def parts(self) -> tuple[PartResult, ...]:
        """Every part of the topic that was checked, with its outcomes and what was noticed."""
        checked = {run.info.part for run in self.runs.values()}
        return tuple(self._result(part) for part in self.topic.parts if part.name in checked)

    def _result(self, part: Part) -> PartResult:
        explanations = self.explanations(part.name)
        outcomes = [self.outcome(run, explanations) for run in self._runs_of(part.name)]
        noticed = tuple(dict.fromkeys(each.noticed for each in explanations))
        return PartResult(part.name, part.points, _forbidden_as_a_whole(outcomes), noticed)


def _forbidden_as_a_whole(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """A part that uses what it must not is not the learner's work, whichever check found out."""
    found = next((o for o in outcomes if o.verdict is Verdict.FORBIDDEN), None)
    if found is None:
        return tuple(outcomes)
    return tuple(replace(o, verdict=Verdict.FORBIDDEN, message=found.message) for o in outcomes)
