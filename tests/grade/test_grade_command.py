"""`nnlearn grade` from the request to the exit code, with a stand-in for the engine."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

import nnlearn.catalogue
from autograder.engine.command import grade, require_checks, run_grading
from autograder.engine.outputs import open_outputs
from autograder.engine.submissions import Submission
from nnlearn.errors import ContentError, NnlearnError, OutputError
from nnlearn.isolation import confinement
from nnlearn.isolation.confinement import LAYERS, Layer
from nnlearn.results import Report, Run, TopicReports, Verdict


class Engine:
    """Gives each submission a report, and can stop like a person or fail like a program."""

    def __init__(self, make_report: Any, interrupt_after: int | None = None, **verdicts: Verdict):
        self.make_report = make_report
        self.interrupt_after = interrupt_after
        self.verdicts = verdicts
        self.asked: dict[str, Any] = {}

    def __call__(
        self,
        submissions: Sequence[Submission],
        catalogue: Any,
        *,
        on_report: Callable[[Submission, Report], None],
        start_executor: Callable[[], Any] | None = None,
        **asked: Any,
    ) -> Run:
        """Grade as told; the journal is left, as the real one is."""
        journal: Path = asked.pop("journal")
        self.asked = asked
        journal.parent.mkdir(exist_ok=True)
        journal.write_text("")
        reports = []
        for place, submission in enumerate(submissions):
            if place == self.interrupt_after:
                break
            verdict = self.verdicts.get(submission.learner, Verdict.PASSED)
            report = self.make_report(
                submission.learner, verdict, submission=submission.name, sha256=submission.sha256
            )
            on_report(submission, report)
            reports.append(report)
        digest = catalogue.topic("activations").content_digest
        topics = (TopicReports("activations", digest, tuple(reports)),) if reports else ()
        return Run(topics, ("landlock",), interrupted=len(reports) < len(submissions))


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """A folder with the submissions of three learners."""
    folder = tmp_path / "activations"
    folder.mkdir()
    for name in ("ada.py", "bo.py", "cy.ipynb"):
        (folder / name).write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, catalogue: Any, make_report: Any) -> Any:
    """Runs `grade` with the given arguments; `.engine` decides what happens."""
    app = typer.Typer()
    app.command()(grade)
    state = SimpleNamespace(engine=Engine(make_report))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(nnlearn.catalogue, "load_catalogue", lambda _: catalogue)
    stand_in = SimpleNamespace(
        grade_all=lambda *args, **more: state.engine(*args, **more),
    )
    monkeypatch.setitem(sys.modules, "autograder.engine.grade_all", stand_in)
    state.lacks = lambda *names: monkeypatch.setattr(
        confinement, "layers_available", lambda: [Layer(n, n not in names, p) for n, p in LAYERS.items()]
    )
    state.lacks()

    def run(*arguments: object) -> Any:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, (SystemExit, NnlearnError)):
            raise result.exception
        return result

    state.run = run
    return state


def journals() -> list[Path]:
    """What is kept for a run that goes on."""
    return list(Path(".nnlearn").glob("*"))


def test_all_graded_ends_with_0_whatever_the_scores(command: Any, handed_in: Path) -> None:
    """Low scores are no failure of the command."""
    command.engine.verdicts = {"bo": Verdict.TIMED_OUT}
    result = command.run(handed_in, "--seed", 7, "--jobs", 3)
    assert result.exit_code == 0
    assert "activations: 3 submissions" in result.stdout
    assert command.engine.asked == {"seed": 7, "jobs": 3, "resume": False}
    assert journals() == []


def test_every_output_is_written(command: Any, handed_in: Path, tmp_path: Path) -> None:
    """JSON, CSV and HTML of the same run; the last line names what can be opened."""
    files = [tmp_path / "out" / f"class.{kind}" for kind in ("json", "csv", "html")]
    result = command.run(handed_in, *(f"--{f.suffix[1:]}={f}" for f in files))
    assert result.exit_code == 0
    document = json.loads(files[0].read_text(encoding="utf-8"))
    assert [r["learner"] for r in document["topics"][0]["reports"]] == ["ada", "bo", "cy"]
    assert files[1].read_text(encoding="utf-8").count("\n") == 4
    assert files[2].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert result.stdout.splitlines()[-1] == f"Written: {files[2]}"


def test_progress_off_a_terminal_is_a_line_each_beside_the_result(command: Any, handed_in: Path) -> None:
    """Progress goes to stderr, so that the result can be piped; nothing is drawn over."""
    result = command.run(handed_in)
    assert result.stderr.splitlines() == [
        "1/3 activations ada: 5 of 7",
        "2/3 activations bo: 5 of 7",
        "3/3 activations cy: 5 of 7",
    ]
    assert "\x1b" not in result.output


def test_grader_errors_end_with_3(command: Any, handed_in: Path) -> None:
    """A fault of ours never passes silently."""
    command.engine.verdicts = {"cy": Verdict.GRADER_ERROR}
    assert command.run(handed_in).exit_code == 3


def test_interruption_keeps_what_is_done(command: Any, handed_in: Path, tmp_path: Path) -> None:
    """Two of three are graded when Ctrl-C comes: both are shown and written, and kept for the rest."""
    command.engine.interrupt_after = 2
    target = tmp_path / "class.json"
    result = command.run(handed_in, "--json", target)
    assert result.exit_code == 2
    assert "Interrupted: 2 of 3 submissions graded. With --resume" in result.stderr
    reports = json.loads(target.read_text(encoding="utf-8"))["topics"][0]["reports"]
    assert [report["learner"] for report in reports] == ["ada", "bo"]
    [journal] = journals()
    assert f"what is done is kept in {journal}." in result.stderr


def test_interruption_before_the_first_report(command: Any, handed_in: Path) -> None:
    """Nothing is done, and that is said."""
    command.engine.interrupt_after = 0
    result = command.run(handed_in)
    assert result.exit_code == 2
    assert "Interrupted: 0 of 3 submissions graded." in result.stderr


def test_each_request_has_a_journal_of_its_own(command: Any, handed_in: Path) -> None:
    """However its folder is spelled; other submissions, content and seeds are other requests."""
    command.engine.interrupt_after = 1
    command.run(handed_in)
    [first] = journals()
    command.run(handed_in.parent / "." / handed_in.name, "--jobs", 3, "--json", "class.json")
    assert journals() == [first]
    for other in ([handed_in / "ada.py"], [handed_in, "--seed", 1], [handed_in, "--topic", "activations"]):
        known = journals()
        command.engine.interrupt_after = 0
        command.run(*other)
        assert len(journals()) == len(known) + 1
    command.engine.interrupt_after = None
    command.run(handed_in, "--resume")
    assert first not in journals()


def test_resuming_what_was_not_interrupted_is_said(command: Any, handed_in: Path) -> None:
    """Everything is graded, which may not be what was meant."""
    result = command.run(handed_in, "--resume")
    assert "There is nothing to resume: .nnlearn/grading-" in result.stderr
    assert result.exit_code == 0
    assert "nothing to resume" not in command.run(handed_in).stderr


def test_what_was_graded_survives_an_output_that_cannot_be_written(
    command: Any, handed_in: Path, tmp_path: Path
) -> None:
    """The disk is full after two hours: that is said, and how to go on."""
    target = tmp_path / "class.json"
    grade_all = command.engine

    def and_then(*given: Any, **asked: Any) -> Run:
        target.mkdir()
        return grade_all(*given, **asked)

    command.engine = and_then
    result = command.run(handed_in, "--json", target)
    assert isinstance(result.exception, OutputError)
    [journal] = journals()
    assert f"What was graded is kept in {journal}: with --resume nothing is graded again." in result.stderr


def test_missing_isolation_is_one_loud_line(command: Any, handed_in: Path) -> None:
    """Grading goes on, but nobody can say they were not told."""
    command.lacks("netns", "landlock")
    result = command.run(handed_in)
    assert result.exit_code == 0
    loud = [line for line in result.stderr.splitlines() if "WARNING" in line]
    assert loud == [
        "WARNING: layers of isolation are missing: netns, landlock. See `nnlearn doctor --grading`.",
    ]


def test_required_isolation_that_is_missing_is_refused(command: Any, handed_in: Path) -> None:
    """Nothing is graded; each missing layer is named with what it protects."""
    command.lacks("netns", "landlock")
    result = command.run(handed_in, "--require-isolation")
    assert isinstance(result.exception, NnlearnError)
    assert result.exception.exit_code == 4
    for name in ("netns", "landlock"):
        assert f"{name}: {LAYERS[name]}" in result.exception.problem
    assert command.engine.asked == {}


def test_required_isolation_that_holds_is_not_mentioned(command: Any, handed_in: Path) -> None:
    """A user namespace is not needed by root, nor a uid to drop to by anyone else."""
    command.lacks("userns")
    result = command.run(handed_in, "--require-isolation")
    assert result.exit_code == 0
    assert "isolation" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nowhere"], "nowhere: No such file"),
        (["."], "found none"),
        (["activations", "--topic", "activatons"], "activatons"),
        (["activations", "--html", "."], "it is a folder"),
        (["activations", "--html", "activations/ada.py"], "this is a submission"),
        (["activations", "--json", "x", "--csv", "./x"], "named for two outputs"),
    ],
)
def test_bad_requests_are_refused_before_grading(
    command: Any,
    handed_in: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    problem: str,
) -> None:
    """The error says what is wrong, the engine is never asked, nothing is written."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty if arguments == ["."] else tmp_path)
    result = command.run(*arguments)
    assert isinstance(result.exception, NnlearnError)
    assert result.exception.exit_code == 4
    assert problem in result.exception.problem
    assert command.engine.asked == {}
    assert (handed_in / "ada.py").read_text(encoding="utf-8") == ""
    assert not (tmp_path / "x").exists()


def test_content_without_checks_cannot_grade(catalogue: Any, tmp_path: Path) -> None:
    """Learners' copies have no checks; the message says what to pass."""
    catalogue.topic("losses").checks = None
    submission = Submission("ada", tmp_path / "losses.py", "losses", "losses.py", "0" * 64)
    with pytest.raises(ContentError, match=r"no checks to grade losses with") as caught:
        require_checks([submission], catalogue)
    assert "--content" in caught.value.next_step


def test_one_lost_output_does_not_cost_the_others(catalogue: Any, make_report: Any, tmp_path: Path) -> None:
    """When the JSON cannot be written in the end, CSV and HTML are written before it is said."""
    outputs = open_outputs(
        [], json=tmp_path / "a" / "x.json", csv=tmp_path / "x.csv", html=tmp_path / "x.html"
    )
    (tmp_path / "a").rmdir()
    submission = Submission("ada", tmp_path / "ada.py", "activations", "ada.py", "0" * 64)
    quiet = Console(file=io.StringIO())
    with pytest.raises(OutputError, match=r"x\.json: cannot write here"):
        run_grading(
            [submission],
            catalogue,
            outputs,
            executor=Engine(make_report),
            jobs=1,
            seed=0,
            journal=tmp_path / "kept" / "grading.jsonl",
            resume=False,
            console=quiet,
            messages=quiet,
        )
    assert (tmp_path / "x.csv").exists()
    assert (tmp_path / "x.html").exists()


def test_bar_on_a_terminal(catalogue: Any, make_report: Any, tmp_path: Path) -> None:
    """A terminal sees one bar, which is gone when the result is shown; names are no markup."""
    submissions = [
        Submission(name, tmp_path / "x.py", "activations", "x.py", "0" * 64)
        for name in ("ada", "[red]eve[/]\x1b[2J")
    ]
    messages = Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)
    code = run_grading(
        submissions,
        catalogue,
        open_outputs(submissions),
        executor=Engine(make_report),
        jobs=1,
        seed=0,
        journal=tmp_path / "kept" / "grading.jsonl",
        resume=False,
        console=Console(file=io.StringIO()),
        messages=messages,
    )
    drawn = messages.file.getvalue()  # type: ignore[attr-defined]
    assert code == 0
    assert "2/2" in drawn
    assert "[red]eve[/]" in drawn
    assert "\x1b[2J" not in drawn
    assert drawn.count("Grading") < 20
