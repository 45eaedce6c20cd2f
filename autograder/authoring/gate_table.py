"""Shows a `GateReport` as tables, words before colour."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.authoring.gates import GateReport, Trial


def show(report: GateReport, console: Console) -> None:
    """Print what was tried, how long each part took, and every gate that does not hold."""
    table = Table(title=f"{report.topic.name}: what the checks say", title_justify="left")
    for column in ("what", "name", "score", "caught by", "diagnosed as"):
        table.add_column(column, overflow="fold")
    for trial in report.trials:
        table.add_row(
            trial.kind,
            escape(trial.name),
            f"{trial.score:g} / {trial.max_score:g}",
            escape(_caught_by(trial)),
            escape(", ".join(trial.diagnosed_as)),
        )
    console.print(table)
    for trial in report.trials:
        if trial.kind == "reference":
            times = ", ".join(f"{part} {seconds:.2f} s" for part, seconds in trial.seconds.items())
            console.print(f"Time per part: {times}", highlight=False)
    for problem in report.problems:
        console.print(f"GATE {problem.gate}: {escape(problem.what)}", highlight=False)
    broken = len(report.problems)
    verdict = f"{broken} gates do not hold" if broken > 1 else "1 gate does not hold"
    verdict = verdict if broken else "every gate holds"
    console.print(f"{report.topic.name}: {verdict} ({report.seconds:.1f} s)", highlight=False)


def _caught_by(trial: Trial) -> str:
    if trial.kind == "stub":
        return "not written yet"
    shown = ", ".join(name.removeprefix("test_") for name in trial.caught_by[:2])
    more = len(trial.caught_by) - 2
    return f"{shown} and {more} more" if more > 0 else shown
