"""`nnlearn check`: the checks that learners have on one's own work, in this process."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.cli.named import named
from nnlearn.cli.place import Place, not_installed, place_at, whole_topic
from nnlearn.cli.say import complain, say
from nnlearn.cli.topics import next_step, points_of
from nnlearn.errors import EXIT_CHECKS_FAILED, EXIT_OK, NnlearnError
from nnlearn.results import Outcome, PartResult, Report, Verdict, report_to_dict
from nnlearn.runtime.output import keep_stdout_for_json
from nnlearn.submission.source import Source, load_source
from nnlearn.text import laid_out
from nnlearn.workspace.beyond import beyond

if TYPE_CHECKING:
    from nnlearn.checking.bench import Bench
    from nnlearn.learner.local import Impatience

_INDENT = 4  # of a message below its part


@dataclass(frozen=True)
class Target:
    """What to check.

    Attributes:
        place: The topics it is one of.
        topic: The topic.
        file: The learner's file.
        part: The one part to check; None for all.
    """

    place: Place
    topic: Topic
    file: Path
    part: str | None = None


def check(
    target: str | None = None,
    topic: str | None = None,
    every: bool = False,
    as_json: bool = False,
    content: Path | None = None,
) -> int:
    """Run the checks of a topic on a learner's own file, and show how they went.

    Args:
        target: A topic, a part, a file or a folder; what was saved last if left out.
        topic: The topic, where the file's name does not say it.
        every: Also run the hidden checks of each part that passes the visible ones.
        as_json: Print the report as JSON, and nothing else, on standard output.
        content: What `--content` says.

    Returns:
        The exit code: 0 where all of them pass, else 1.

    Raises:
        NnlearnError: There is nothing to check, or no hidden checks are here.
    """
    from nnlearn.cli.begin_anew import able_to_begin_anew

    impatience = able_to_begin_anew()  # with the streams that it has now
    answer = keep_stdout_for_json() if as_json else None
    chosen = _chosen(target, topic, content)
    place = chosen.place
    whole = whole_topic(place, chosen.topic, content) if every else None
    if whole is not None and whole.checks is None:
        raise not_installed("hidden checks", "nnlearn check --all TOPIC")
    source = load_source(chosen.file)
    bench = run_checks(chosen.topic, source, as_json, chosen.part, impatience, whole)
    report = Report(
        learner="",
        submission=str(chosen.file),
        sha256=source.sha256,
        parts=bench.parts(),
        notes=tuple(getattr(bench.seat, "notes", ())),
    )
    if answer is not None:
        answer(report_to_dict(report))
    else:
        _show(chosen, report, every)
    _remember(place, chosen.topic, report)
    if not as_json and place.workspace is not None:
        _show_next(place, chosen, report, bench)
    passed = all(part.verdict is Verdict.PASSED for part in report.parts)
    return EXIT_OK if passed else EXIT_CHECKS_FAILED


def _chosen(target: str | None, topic: str | None, content: Path | None) -> Target:
    """What is meant: a file of one's own, or the one in the workspace."""
    if topic is not None and target is not None and Path(target).is_file():
        place = place_at(Path(target), content)
        return Target(place, place.catalogue.topic(topic), Path(target))
    found = named(topic or target, content)
    part = found.part.name if found.part else None
    file = found.file or found.place.need_workspace().file_of(found.topic)
    return Target(found.place, found.topic, file, part)


def _remember(place: Place, topic: Topic, report: Report) -> None:
    """Record the verdicts of work in the workspace, by the visible checks; what prevents that is a note."""
    workspace = place.workspace
    if workspace is None or workspace.root not in Path(report.submission).resolve().parents:
        return
    try:
        verdicts = {part.name: _visible(part).verdict.value for part in report.parts}
        workspace.progress.record(topic.name, verdicts)
    except NnlearnError as error:
        complain(f"Note: progress was not recorded: {error}")
    place.say_notes()


def _visible(part: PartResult) -> PartResult:
    return replace(part, outcomes=tuple(outcome for outcome in part.outcomes if not outcome.hidden))


def run_checks(
    topic: Topic,
    source: Source,
    quiet: bool = False,
    part: str | None = None,
    impatience: Impatience | None = None,
    whole: Topic | None = None,
) -> Bench:
    """Run the visible checks of `topic`, or of one part, on a file; a bar counts them unless `quiet`.

    Then, where they are there, run the hidden ones of the parts that pass all of those.

    Args:
        topic: The topic.
        source: The file.
        quiet: Whether nothing moves on the terminal.
        part: The one part to check; all if left out.
        impatience: What is done about a cell that never ends, unless somebody debugs it.
        whole: The topic with its hidden checks, if these are to be run.
    """
    checks = (whole.checks if whole else None) or topic.require_visible_checks()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from nnlearn.checking.runner import CheckRunner
    from nnlearn.checking.selfcheck import learner_bench

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    # A bar that moves would write over the prompt of a debugger.
    debugged = _stops_at_breakpoints(source)
    disable = quiet or not console.is_terminal or debugged
    with Progress(*columns, console=console, transient=True, disable=disable) as progress:
        task = progress.add_task(f"checking {topic.name}", total=None)
        bench = learner_bench(topic, source, None if debugged else impatience, open_book=whole is not None)
        with CheckRunner(whole or topic, checks) as runner:
            names = runner.check_names if part is None else runner.checks_of(part)
            progress.update(task, total=len(names))
            parts = [known.name for known in topic.parts if part in (None, known.name)]
            for hidden in (False, True):
                runner.run(bench, parts, hidden=hidden, on_check=lambda _: progress.advance(task))
                failed = [result.name for result in bench.parts() if result.verdict is not Verdict.PASSED]
                parts = [name for name in parts if name not in failed]
            return bench


def _stops_at_breakpoints(source: Source) -> bool:
    """Whether the learner's file asks for a debugger."""
    return any("breakpoint()" in cell.code or "set_trace()" in cell.code for cell in source.cells)


def _show(target: Target, report: Report, every: bool) -> None:
    for note in report.notes:
        say(f"Note: {note}")
    width = max([24, *(len(part.name) for part in report.parts)])
    for part in report.parts:
        _show_part(part, width)
    outcomes = [outcome for part in report.parts for outcome in part.outcomes]
    visible = [outcome for outcome in outcomes if not outcome.hidden]
    hidden = [outcome for outcome in outcomes if outcome.hidden]
    left = sum(p.hidden_checks for p in target.topic.parts if target.part in (None, p.name)) - len(hidden)
    also = f", and {_passing(hidden)} hidden ones" if every else ""
    when = "once their parts pass these" if every else "when graded"
    more = f"; {left} more run {when}" if left > 0 else ""
    say(f"{_passing(visible)} visible checks pass{also}{more}")


def _passing(outcomes: Sequence[Outcome]) -> str:
    return f"{sum(outcome.verdict is Verdict.PASSED for outcome in outcomes)} of {len(outcomes)}"


def _show_next(place: Place, target: Target, report: Report, bench: Bench) -> None:
    """Say what to write first, or what comes after a topic that is done."""
    first = next((part for part in report.parts if part.verdict is not Verdict.PASSED), None)
    if first is None:
        was_run = any(outcome.hidden for part in report.parts for outcome in part.outcomes)
        for line in beyond(place.need_workspace(), target.topic, target.part or "", was_run=was_run):
            say(line)
        if target.part is None and (responses := target.topic.responses):
            names = ", ".join(f"{response.name} ({points_of(response)})" for response in responses)
            where = "ANSWERS" if target.file.suffix == ".py" else "the notebook"
            say(f"To answer in words, for a person to read: {names}, in {where}")
        step = next_step(place)
        say(f"Next: {step}" if step else "Every part of every topic here passes.")
    elif first.verdict is Verdict.NOT_WRITTEN:
        where = bench.seat.place(first.name)
        say(f"Write {first.name}, {f'at {where}' if where else f'in {target.file.name}'}.")
        say(f"Next: nnlearn hint {place.catalogue.name_of(target.topic, first.name)}")


def _show_part(part: PartResult, width: int) -> None:
    visible, hidden = _visible(part).outcomes, [outcome for outcome in part.outcomes if outcome.hidden]
    count = f"{_passing(visible)} pass{f', and {_passing(hidden)} hidden' if hidden else ''}"
    say(f"{part.name:<{width}} {part.verdict.words:<14} {count}")
    room = shutil.get_terminal_size().columns - _INDENT
    for outcome in part.to_look_at(apart=part.name == PREDICTIONS):
        if outcome.verdict is Verdict.NOT_WRITTEN:
            return
        lines = laid_out(outcome.message, room).splitlines()
        say("\n" + "\n".join(f"{' ' * _INDENT}{line}".rstrip() for line in lines))
        say("")
