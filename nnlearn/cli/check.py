"""`nnlearn check TOPIC|PART|FILE`: the visible checks on one's own work, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nnlearn.catalogue import Topic
from nnlearn.cli.place import Place, here
from nnlearn.cli.say import complain, say
from nnlearn.cli.topics import next_step
from nnlearn.errors import EXIT_CHECKS_FAILED, EXIT_OK, NnlearnError
from nnlearn.results import PartResult, Report, Verdict, report_to_dict
from nnlearn.runtime.output import keep_stdout_for_json
from nnlearn.submission.source import Source, load_source

if TYPE_CHECKING:
    from nnlearn.checking.bench import Bench
    from nnlearn.learner.local import Impatience


@dataclass(frozen=True)
class Target:
    """What to check.

    Attributes:
        topic: The topic.
        file: The learner's file.
        part: The one part to check; None for all.
    """

    topic: Topic
    file: Path
    part: str | None = None


def check(target: str, topic: str | None = None, as_json: bool = False, content: Path | None = None) -> int:
    """Run the visible checks of a topic on a learner's own file, and show how they went.

    Args:
        target: A topic, a part, or a file.
        topic: The topic, where the file's name does not say it.
        as_json: Print the report as JSON, and nothing else, on standard output.
        content: What `--content` says.

    Returns:
        The exit code: 0 where all of them pass, else 1.
    """
    from nnlearn.cli.begin_anew import able_to_begin_anew

    impatience = able_to_begin_anew()  # with the streams that it has now
    answer = keep_stdout_for_json() if as_json else None
    place = here(content)
    chosen = _resolve(target, topic, place)
    source = load_source(chosen.file)
    bench = run_visible_checks(chosen.topic, source, as_json, chosen.part, impatience)
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
        _show(chosen, report)
    _remember(place, chosen.topic, report)
    if not as_json and place.workspace is not None:
        _show_next(place, chosen, report, bench)
    passed = all(part.verdict is Verdict.PASSED for part in report.parts)
    return EXIT_OK if passed else EXIT_CHECKS_FAILED


def _resolve(target: str, topic: str | None, place: Place) -> Target:
    """What `target` stands for."""
    path = Path(target)
    if path.suffix not in (".py", ".ipynb"):
        chosen, part = (
            (place.catalogue.topic(topic), None) if topic is not None else place.topic_or_part(target)
        )
        file = place.workspace.file_of(chosen) if place.workspace else chosen.stub
        return Target(chosen, file, part.name if part else None)
    if not path.exists():
        raise NnlearnError(f"there is no file {target}", "`nnlearn list` shows the topics")
    if topic is not None:
        return Target(place.catalogue.topic(topic), path)
    found = place.catalogue.topic_of(path.resolve())
    if found is None:
        raise NnlearnError(
            f"the name of {target} does not say which topic it belongs to",
            "name it: nnlearn check FILE --topic TOPIC",
        )
    return Target(found, path)


def _remember(place: Place, topic: Topic, report: Report) -> None:
    """Record the verdicts of work in the workspace; what stands in the way of that is a note."""
    workspace = place.workspace
    if workspace is None or workspace.root not in Path(report.submission).resolve().parents:
        return
    try:
        workspace.progress.record(topic.name, {part.name: part.verdict.value for part in report.parts})
    except NnlearnError as error:
        complain(f"Note: progress was not recorded: {error}")
    place.say_notes()


def run_visible_checks(
    topic: Topic,
    source: Source,
    quiet: bool = False,
    part: str | None = None,
    impatience: Impatience | None = None,
) -> Bench:
    """Run the visible checks of `topic`, or of one part, on a file; a bar counts them unless `quiet`.

    Args:
        topic: The topic.
        source: The file.
        quiet: Whether nothing moves on the terminal.
        part: The one part to check; all if left out.
        impatience: What is done about a cell that never ends, unless somebody debugs it.
    """
    checks = topic.require_visible_checks()
    import pdb

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
        bench = learner_bench(topic, source, None if debugged else impatience)
        set_trace = pdb.set_trace
        with CheckRunner(topic, checks) as runner:
            pdb.set_trace = set_trace  # pytest's own needs the terminal reporter, which is off here
            names = runner.check_names if part is None else runner.checks_of(part)
            progress.update(task, total=len(names))
            parts = None if part is None else [part]
            return runner.run(bench, parts, on_check=lambda _: progress.advance(task))


def _stops_at_breakpoints(source: Source) -> bool:
    """Whether the learner's file asks for a debugger."""
    return any("breakpoint()" in cell.code or "set_trace()" in cell.code for cell in source.cells)


def _show(target: Target, report: Report) -> None:
    for note in report.notes:
        say(f"Note: {note}")
    for part in report.parts:
        _show_part(part)
    outcomes = [outcome for part in report.parts for outcome in part.outcomes]
    passed = sum(outcome.verdict is Verdict.PASSED for outcome in outcomes)
    hidden = sum(p.hidden_checks for p in target.topic.parts if target.part in (None, p.name))
    more = f"; {hidden} more run when graded" if hidden else ""
    say(f"{passed} of {len(outcomes)} visible checks pass{more}")


def _show_next(place: Place, target: Target, report: Report, bench: Bench) -> None:
    """Say what to write first, or what comes after a topic that is done."""
    first = next((part for part in report.parts if part.verdict is not Verdict.PASSED), None)
    if first is None:
        step = next_step(place)
        say(f"Next: {step}" if step else "Every part of every topic here passes.")
    elif first.verdict is Verdict.NOT_WRITTEN:
        where = bench.seat.place(first.name)
        say(f"Write {first.name}, {f'at {where}' if where else f'in {target.file.name}'}.")
        say(f"Next: nnlearn hint {place.catalogue.name_of(target.topic, first.name)}")


def _show_part(part: PartResult) -> None:
    passed = sum(outcome.verdict is Verdict.PASSED for outcome in part.outcomes)
    count = f"{passed} of {len(part.outcomes)} pass"
    say(f"{part.name:<24} {part.verdict.words:<14} {count}")
    first = next((o for o in part.outcomes if o.verdict is not Verdict.PASSED), None)
    if first is not None and first.verdict is not Verdict.NOT_WRITTEN:
        say("\n" + "\n".join(f"    {line}".rstrip() for line in first.message.splitlines()))
        say("")
