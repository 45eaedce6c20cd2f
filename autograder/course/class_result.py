"""What became of a class: who was graded, who was left, who could not be graded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nnlearn.errors import EXIT_CHECKS_FAILED, EXIT_GRADER_ERROR, EXIT_INTERRUPTED, EXIT_OK

if TYPE_CHECKING:
    from autograder.course.not_graded import Failed
    from autograder.course.standing import Standing

_SHOWN = 20


@dataclass
class ClassRun:
    """What became of a class.

    Attributes:
        graded: How each submission stands that was graded in this run.
        left: Who was graded before and is left as it was.
        failed: Who could not be graded, and why.
        in_part: Which notebooks of the others could not be, by learner and file, and why.
        notes: What else is to be known about a submission, in words.
        settled: For whom of those who were not graded in this run lateness costs something else now.
        without_time: Whose submissions say nothing of when they were handed in, where that matters.
        kept_in: The journal that a run which was cut short goes on from; None where it was not.
    """

    graded: dict[str, Standing] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    failed: dict[str, Failed] = field(default_factory=dict)
    in_part: dict[tuple[str, str], Failed] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    settled: dict[str, str] = field(default_factory=dict)
    without_time: list[str] = field(default_factory=list)
    kept_in: Path | None = None

    @property
    def interrupted(self) -> bool:
        """Whether the run was cut short."""
        return self.kept_in is not None

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        if self.interrupted:
            return EXIT_INTERRUPTED
        failures = (*self.failed.values(), *self.in_part.values())
        if any(failure.is_ours for failure in failures):
            return EXIT_GRADER_ERROR
        return EXIT_CHECKS_FAILED if failures else EXIT_OK

    def in_words(self, assignment: str) -> Iterator[str]:
        """What to tell whoever grades."""
        from autograder.render.text import count, points

        line = f"{assignment}: {count(len(self.graded), 'submission')} graded"
        whole = [standing for standing in self.graded.values() if standing.is_whole]
        if whole:
            mean = sum(standing.score for standing in whole) / len(whole)
            line += f", {points(mean)} of {points(whole[0].max_score)} points on average"
        yield line
        if self.left:
            were = "were" if len(self.left) > 1 else "was"
            yield f"{count(len(self.left), 'submission')} {were} graded before; --force grades them again"
        for word, number in Counter(failure.word for failure in self.failed.values()).items():
            yield f"{count(number, 'submission')} {word}: see above"
        if self.without_time:
            yield without_time(self.without_time)
        if self.in_part:
            learners = {learner for learner, _ in self.in_part}
            yield f"{count(len(learners), 'submission')} graded without a notebook: see above"
        if self.interrupted:
            yield "Interrupted. With --resume the rest follows."
            yield f"What is done is kept in {self.kept_in}."
        elif self.graded:
            yield f"Next: mark answers in words in Formgrader, then nbgrader generate_feedback {assignment}"


def without_time(students: Sequence[str]) -> str:
    """What is said of submissions of which nobody knows when they came."""
    from autograder.render.text import count, shown_name

    say = "says" if len(students) == 1 else "say"
    it, counts = ("it", "counts") if len(students) == 1 else ("they", "count")
    listed = ", ".join(map(shown_name, students[:_SHOWN])) + (" ..." if len(students) > _SHOWN else "")
    return (
        f"{count(len(students), 'submission')} {say} no time (there is no timestamp.txt), so {it} {counts} "
        f"as in time: {listed}"
    )
