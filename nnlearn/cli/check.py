"""`nnlearn check TOPIC|FILE`: the visible checks on one's own work, in this process."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnlearn.catalogue import Catalogue, Topic, load_catalogue
from nnlearn.cli.options import Content
from nnlearn.errors import EXIT_CHECKS_FAILED, NnlearnError
from nnlearn.results import PartResult, Report, Verdict, report_to_dict

if TYPE_CHECKING:
    from nnlearn.checking.bench import Bench


def check(
    target: Annotated[str, typer.Argument(metavar="TOPIC|FILE", help="A topic, or your .py or .ipynb file.")],
    topic: Annotated[
        str | None, typer.Option(help="The topic, where the file's name does not say it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    content: Content = None,
) -> None:
    """Run the visible checks of a topic on your own file. Exits 0 when all of them pass."""
    catalogue = load_catalogue(content)
    chosen, file = _resolve(target, topic, catalogue)
    bench = run_visible_checks(chosen, file, quiet=as_json)
    report = Report(
        learner="",
        submission=str(file),
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        parts=bench.parts(),
        notes=tuple(getattr(bench.seat, "notes", ())),
    )
    if as_json:
        typer.echo(json.dumps(report_to_dict(report), indent=2))
    else:
        _show(chosen, report)
    if any(part.verdict is not Verdict.PASSED for part in report.parts):
        raise typer.Exit(EXIT_CHECKS_FAILED)


def _resolve(target: str, topic: str | None, catalogue: Catalogue) -> tuple[Topic, Path]:
    """The topic and the file that `target` stands for."""
    path = Path(target)
    if path.suffix not in (".py", ".ipynb"):
        chosen = catalogue.topic(topic or target)
        return chosen, chosen.stub
    if not path.exists():
        raise NnlearnError(f"there is no file {target}", "`nnlearn list` shows the topics")
    if topic is not None:
        return catalogue.topic(topic), path
    found = catalogue.topic_of(path.resolve())
    if found is None:
        raise NnlearnError(
            f"the name of {target} does not say which topic it belongs to",
            "name it: nnlearn check FILE --topic TOPIC",
        )
    return found, path


def run_visible_checks(topic: Topic, file: Path, quiet: bool = False) -> Bench:
    """Run the visible checks of `topic` on `file`; a progress bar counts them unless `quiet`."""
    if not topic.visible_checks.exists():
        raise NnlearnError(
            f"{topic.visible_checks} is missing: topic `{topic.name}` has no checks here",
            f"build it first: nnlearn topic build {topic.name}",
        )
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from nnlearn.checking.runner import CheckRunner
    from nnlearn.checking.selfcheck import learner_bench

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    disable = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=disable) as progress:
        task = progress.add_task(f"checking {topic.name}", total=None)
        bench = learner_bench(topic, file)
        with CheckRunner(topic, topic.visible_checks) as runner:
            progress.update(task, total=len(runner.check_names))
            return runner.run(bench, on_check=lambda _: progress.advance(task))


def _show(topic: Topic, report: Report) -> None:
    for note in report.notes:
        typer.echo(f"Note: {note}")
    for part in report.parts:
        _show_part(part)
    outcomes = [outcome for part in report.parts for outcome in part.outcomes]
    passed = sum(outcome.verdict is Verdict.PASSED for outcome in outcomes)
    hidden = sum(part.hidden_checks for part in topic.parts)
    more = f"; {hidden} more run when graded" if hidden else ""
    typer.echo(f"{passed} of {len(outcomes)} visible checks pass{more}")


def _show_part(part: PartResult) -> None:
    passed = sum(outcome.verdict is Verdict.PASSED for outcome in part.outcomes)
    count = f"{passed} of {len(part.outcomes)} pass"
    typer.echo(f"{part.name:<24} {part.verdict.words:<14} {count}")
    first = next((o for o in part.outcomes if o.verdict is not Verdict.PASSED), None)
    if first is not None and first.verdict is not Verdict.NOT_WRITTEN:
        typer.echo("\n" + "\n".join(f"    {line}".rstrip() for line in first.message.splitlines()))
        typer.echo("")
