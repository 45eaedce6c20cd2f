"""One submission under the checks: its seat, what was found so far, and the known mistakes."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.checking.advice import Advice
from nnlearn.checking.failure import Failure, render
from nnlearn.checking.judge import call_lines, judge
from nnlearn.checking.kinds import Answer, answers_in
from nnlearn.checking.marks import CheckInfo
from nnlearn.checking.unforeseen import Unforeseen, at_fault
from nnlearn.diagnosis.matching import Evidence, KnownReplies, explain, fingerprint
from nnlearn.learner.calls import signatures_of
from nnlearn.learner.seats import Seat
from nnlearn.learner.session import Learner, Session
from nnlearn.results import Outcome, PartResult, Verdict, may_tell

_EXPLAINABLE = (Verdict.FAILED, Verdict.RAISED)
_REPEATABLE = (*_EXPLAINABLE, Verdict.GRADER_ERROR)
Standard = Callable[[str], Sequence[Answer] | None]
"""How a check goes for the reference: what it answers, or None where it does not pass either."""


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
    """

    info: CheckInfo
    name: str
    verdict: Verdict
    failure: Failure | None
    evidence: Evidence
    seconds: float = 0.0
    answers: tuple[Answer, ...] = ()
    unforeseen: Unforeseen | None = None


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
        session = Session(transport, _signatures(self.topic))
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
        verdict, failure = Verdict.PASSED, None
        if error is not None:
            verdict, failure = judge(error, self.seat.trouble(info.part))
            failure = replace(
                failure,
                part=info.part,
                call=call_lines(session.last_call) if session else (),
                where=self.seat.place(info.part),
                next_step=self.advice.next_step(info.part),
            )
            if session is not None and verdict in _REPEATABLE and not info.hidden:
                failure = replace(failure, try_it=self.advice.try_it(check, session))
        replies = [exchange.reply for exchange in session.exchanges] if session and error else []
        evidence = Evidence(error is None, fingerprint(replies))
        unforeseen = Unforeseen.of(error) if error is not None and verdict is Verdict.GRADER_ERROR else None
        kept = session.answered if session and (unforeseen or self.keeps_answers) else ()
        run = CheckRun(
            info, check, verdict, failure, evidence, answers=answers_in(kept), unforeseen=unforeseen
        )
        self.runs[check] = run
        return run

    def outcome(self, run: CheckRun) -> Outcome:
        """One run as an outcome: diagnosed, redacted where it is hidden, and put into words."""
        self._settle(run)
        noticed = None
        if run.verdict in _EXPLAINABLE:
            evidence = {
                name: other.evidence
                for name, other in self.runs.items()
                if other.info.part == run.info.part and other.verdict is not Verdict.WAITING
            }
            noticed = explain(run.info.part, run.name, evidence, self.known)
        message = ""
        if run.failure is not None:
            failure = whole = run.failure
            if run.info.hidden:
                failure = _redacted(run, failure, self._visible_verdicts(run.info.part))
                if self.for_instructors:
                    failure = replace(failure, call=whole.call, raised=whole.raised, frames=whole.frames)
            message = render(replace(failure, noticed=noticed.message if noticed else ""))
        return Outcome(
            check=run.name,
            title=run.info.title,
            hidden=run.info.hidden,
            points=run.info.points,
            verdict=run.verdict,
            message=message,
            seconds=run.seconds,
            noticed=noticed,
        )

    def _visible_verdicts(self, part: str) -> list[Verdict]:
        """How the visible checks of a part ended that were run."""
        return [run.verdict for run in self.runs.values() if run.info.part == part and not run.info.hidden]

    def _settle(self, run: CheckRun) -> None:
        """Decide whose fault it is that a check ended in an exception of our own, by the reference."""
        if run.unforeseen is None or self.standard is None or not run.answers:
            return
        unforeseen, run.unforeseen = run.unforeseen, None
        expected = self.standard(run.name)
        if expected is not None and run.failure is not None:
            run.verdict = Verdict.FAILED
            run.failure = at_fault(run.failure, run.info.title, unforeseen, run.answers, expected)

    def parts(self) -> tuple[PartResult, ...]:
        """Every part of the topic that was checked, with its outcomes."""
        outcomes: dict[str, list[Outcome]] = {part.name: [] for part in self.topic.parts}
        for run in self.runs.values():
            outcomes[run.info.part].append(self.outcome(run))
        return tuple(
            PartResult(part.name, part.points, _forbidden_as_a_whole(outcomes[part.name]))
            for part in self.topic.parts
            if outcomes[part.name]
        )


@functools.lru_cache(maxsize=8)
def _signatures(topic: Topic) -> dict[str, tuple[str, ...]]:
    """The parts that a check calls, each with the names of its parameters where they are known.

    What is a part is for the topic to say: replies are compared with those of the known mistakes, and those
    were recorded with every part spoken of by its name. The stub is the learner's own file, or not there at
    all, and has no say in either.
    """
    names = signatures_of(topic.master) if topic.master else {}
    called = (part for part in topic.parts if part.name != PREDICTIONS)
    return {part.name: names.get(part.name, part.parameters) for part in called}


def _redacted(run: CheckRun, failure: Failure, visible: Collection[Verdict]) -> Failure:
    """What may be said of a hidden check that did not pass: nothing that could hold its inputs."""
    if not may_tell(run.verdict, True, visible):
        return failure.without_answer(run.info.title)
    match run.verdict:
        case Verdict.NOT_WRITTEN:
            return replace(failure, claim="not written yet", call=())
        case Verdict.FORBIDDEN:
            return replace(failure, claim="this part is about building it yourself, without help", call=())
        case Verdict.GRADER_ERROR:
            return replace(failure, call=(), raised=())
        case Verdict.CRASHED:  # an exit status is a number of the learner's choice
            return replace(failure, claim="its process ended before it answered", call=())
        case Verdict.FAILED | Verdict.RAISED | Verdict.OUT_OF_MEMORY:
            return failure.redacted(run.info.title)
    return replace(failure, call=())  # it waits, or took too long: the words are ours


def _forbidden_as_a_whole(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """A part that uses what it must not is not the learner's work, whichever check found out."""
    found = next((o for o in outcomes if o.verdict is Verdict.FORBIDDEN), None)
    if found is None:
        return tuple(outcomes)
    return tuple(replace(o, verdict=Verdict.FORBIDDEN, message=found.message, noticed=None) for o in outcomes)
