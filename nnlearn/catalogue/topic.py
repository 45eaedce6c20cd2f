"""Topic and what it consists of: plain data, and the place of every file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.catalogue.prediction import Prediction
from nnlearn.catalogue.question import Question
from nnlearn.errors import ContentError
from nnlearn.protocol.requests import Rules

PREDICTIONS = "predictions"
INTERACTIVE = "interactive.js"
OUTPUTS = "outputs.json"
DIFFICULTIES = ("easy", "medium", "hard")


def attribute_of(part: str) -> str:
    """The name a part has in the learner's file."""
    return "PREDICTIONS" if part == PREDICTIONS else part


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One function or class to write, or the constant `PREDICTIONS` (the part `predictions`).

    Attributes:
        name: The name the learner defines.
        points: What it is worth.
        hints: Three, from a nudge to nearly the answer.
        minutes: How long it takes somebody who has read the lesson; None in older copies.
        difficulty: One of `DIFFICULTIES`; None in older copies.
        forbid: Public names that would do the exercise in one call; `kernel:NAME` is a
            TensorFlow op. In a topic, groups are expanded, and what the whole topic forbids is there.
        allow: What it may use besides the elementary functions, in the same words, if anything is forbidden.
        hidden_checks: How many more checks run when it is graded; counted by the builder.
        parameters: What it is called with, for messages about a call; taken from the master by the builder.
    """

    name: str
    points: float
    hints: tuple[str, ...]
    minutes: int | None = None
    difficulty: str | None = None
    forbid: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    hidden_checks: int = 0
    parameters: tuple[str, ...] = ()

    @property
    def effort(self) -> str:
        """What to reckon with beforehand: `20 min, easy`; empty where that is not known."""
        return f"{self.minutes} min, {self.difficulty}" if self.minutes else ""

    @property
    def rules(self) -> Rules:
        """What it may use, and what not."""
        return Rules(self.forbid, self.allow)


class Response(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question answered in words and marked by a person.

    Attributes:
        name: Names its cell in the master.
        points: What it is worth.
        rubric: How to mark it; private, so it is empty where only `exercises/` is there.
    """

    name: str
    points: float
    rubric: tuple[str, ...] = ()


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the learner's code may take, and how much memory."""

    call_seconds: float = 10.0
    part_seconds: float = 60.0
    submission_seconds: float = 300.0
    memory_mb: int = 2048


@dataclass(frozen=True)
class Topic:
    """A unit of the course.

    Attributes:
        name: The name of its folders.
        title: Its heading.
        order: Its place in the course.
        summary: One sentence.
        questions: The questions it answers, and where.
        glossary: The words that it introduces, and what they mean; empty where only `exercises/` is there.
        requires: The topics to do first.
        parts: In the order of topic.toml.
        predictions: What learners predict before they read on.
        responses: The questions answered in words.
        limits: What its checks may use.
        pitfalls: The known mistakes that the lesson names; empty where only `exercises/` is there.
        exercise_dir: What learners get; it need not be built yet.
        apart_dir: Where a workspace keeps what of it learners need not see; None where all is in one folder.
        solution_dir: The master's folder, or None where there is no private content.
        checks_dir: The folder of checks and mistakes, or None.
    """

    name: str
    title: str
    order: int
    summary: str
    questions: tuple[Question, ...]
    glossary: dict[str, str] = field(hash=False)
    requires: tuple[str, ...]
    parts: tuple[Part, ...]
    predictions: tuple[Prediction, ...] = field(hash=False)  # glosses have no hash
    responses: tuple[Response, ...]
    limits: Limits
    pitfalls: tuple[str, ...]
    exercise_dir: Path
    apart_dir: Path | None = None
    solution_dir: Path | None = None
    checks_dir: Path | None = None

    @property
    def lesson(self) -> Path:
        """The lesson, figures included."""
        return self.exercise_dir / "README.md"

    @property
    def stub(self) -> Path:
        """What learners fill in."""
        return self.exercise_dir / f"{self.name}.py"

    @property
    def notebook(self) -> Path:
        """Lesson and stub in one notebook."""
        return self.exercise_dir / f"{self.name}.ipynb"

    @property
    def visible_checks(self) -> Path:
        """The checks that learners have."""
        return self.exercise_dir / f"test_{self.name}.py"

    @property
    def diagnoses(self) -> Path:
        """What the visible checks got from each known mistake, for learners."""
        return (self.apart_dir or self.exercise_dir) / "diagnoses.json"

    @property
    def plots(self) -> Path:
        """What is drawn below a card in a notebook; a topic need not have it."""
        return (self.apart_dir or self.exercise_dir) / "plots.py"

    @property
    def written_plots(self) -> Path | None:
        """What `plots` is a copy of."""
        return _existing(self.checks_dir, "plots.py")

    @property
    def interactive(self) -> Path:
        """The figure of the lesson's page that can be moved; a topic need not have one."""
        return (self.apart_dir or self.exercise_dir) / INTERACTIVE

    @property
    def outputs(self) -> Path:
        """What the demonstrations of the lesson print, for its page."""
        return (self.apart_dir or self.exercise_dir) / OUTPUTS

    @property
    def written_interactive(self) -> Path | None:
        """What `interactive` is a copy of."""
        return _existing(self.solution_dir, INTERACTIVE)

    @property
    def toml(self) -> Path:
        """The topic.toml this topic was read from."""
        return self.solution_dir / "topic.toml" if self.solution_dir else self.learners_toml

    @property
    def learners_toml(self) -> Path:
        """What learners get of topic.toml."""
        return (self.apart_dir or self.exercise_dir) / "topic.toml"

    @property
    def read_by_nnlearn(self) -> tuple[Path, ...]:
        """What of the exercise is there for nnlearn alone; not all of it has to be."""
        return self.learners_toml, self.diagnoses, self.plots, self.interactive, self.outputs

    @property
    def master(self) -> Path | None:
        """Lesson and reference in one file."""
        return _existing(self.solution_dir, f"{self.name}.py")

    @property
    def alternatives(self) -> tuple[Path, ...]:
        """Other correct implementations."""
        if self.solution_dir is None:
            return ()
        return tuple(sorted((self.solution_dir / "alternatives").glob("*.py")))

    @property
    def checks(self) -> Path | None:
        """All checks, visible and hidden."""
        return _existing(self.checks_dir, f"test_{self.name}.py")

    @property
    def mistakes(self) -> Path | None:
        """The gallery of known mistakes, a package."""
        return _existing(self.checks_dir, "mistakes")

    @property
    def mistake_files(self) -> tuple[Path, ...]:
        """What the gallery consists of."""
        return () if self.mistakes is None else tuple(sorted(self.mistakes.glob("*.py")))

    @property
    def has_mistakes(self) -> bool:
        """Whether any mistake is known, wrong predictions included."""
        return self.mistakes is not None or any(item.wrong for item in self.predictions)

    @property
    def max_score(self) -> float:
        """The points of all parts; responses are marked apart."""
        return sum(part.points for part in self.parts)

    @property
    def effort(self) -> str:
        """How long its parts take together: `about 2 h 20 min`; empty where that is not known."""
        hours, minutes = divmod(sum(part.minutes or 0 for part in self.parts), 60)
        told = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
        return f"about {' '.join(told)}" if told else ""

    def part(self, name: str) -> Part:
        """The part called `name`.

        Raises:
            ContentError: There is none; the message names the nearest.
        """
        for part in self.parts:
            if part.name == name:
                return part
        raise ContentError(
            f"topic `{self.name}` has no part called `{name}`",
            did_you_mean(name, [part.name for part in self.parts], "its parts are"),
        )

    def require_visible_checks(self) -> Path:
        """`visible_checks`, for somebody who cannot do without.

        Raises:
            ContentError: They are not there.
        """
        if not self.visible_checks.exists():
            raise ContentError(
                f"{self.visible_checks} is missing: topic `{self.name}` has no checks here",
                f"build it first: nnlearn topic build {self.name}"
                if self.solution_dir
                else "`nnlearn init` restores what came with nnlearn",
            )
        return self.visible_checks

    @property
    def content_digest(self) -> str:
        """SHA-256 over everything a score depends on: topic.toml, checks, mistakes and master."""
        digest = hashlib.sha256()
        for label, path in (
            ("topic.toml", self.toml),
            ("checks", self.checks),
            *((f"mistakes/{file.name}", file) for file in self.mistake_files),
            ("master", self.master),
        ):
            data = path.read_bytes() if path is not None else b""
            digest.update(f"{label}:{len(data)}:".encode() + data)
        digest.update(msgspec.json.encode([part.rules for part in self.parts]))  # groups may change
        return digest.hexdigest()


def _existing(folder: Path | None, name: str) -> Path | None:
    path = folder / name if folder is not None else None
    return path if path is not None and path.exists() else None
