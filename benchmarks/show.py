"""Shows what was measured: as a table, as JSON and as a figure."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.results import Benchmark, CourseTimes, Endurance
from nnlearn import figures

_BUSY = 0.5  # load for each core above which times say more about the neighbours


def print_tables(found: Benchmark, console: Console) -> None:
    """Tables: graders, getting ready, and what learners wait for."""
    console.print(_graders(found))
    console.print(_starts(found))
    if found.topics:
        console.print(_topics(found))
    if found.saves:
        console.print(_saves(found))
    if found.course:
        console.print(course(found.course))
    if found.endurance:
        console.print(endurance(found.endurance))
    for peer in found.peers:
        if peer.problem:
            console.print(f"{peer.name}: not measured. {peer.problem}", markup=False, highlight=False)
        elif peer.reference_share is not None and peer.reference_share < 1:
            share = f"{peer.reference_share:.0%}"
            console.print(f"{peer.name} gave the reference {share} of the points: its times mean little.")
    if found.machine.load > _BUSY * found.machine.cores:
        console.print(
            f"The machine was busy when this began (load {found.machine.load} on {found.machine.cores} "
            "cores): times are provisional, ratios less so."
        )


def write_json(found: Benchmark, path: Path) -> None:
    """The measurements with the ratios that follow from them."""
    document = dataclasses.asdict(found) | {"ratios": ratios(found)}
    if found.course:
        document["course"]["ratios"] = found.course.ratios
    if found.endurance:
        document["endurance"]["growth"] = found.endurance.growth
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def ratios(found: Benchmark) -> dict[str, float]:
    """How many times as long as nnlearn (at its best number of jobs) each of the others takes."""
    ours = found.best.per_submission
    others = {p.name: p.per_submission for p in found.peers if p.per_submission is not None}
    return {name: round(each / ours, 3) for name, each in {**others, "floor": _floor(found)}.items()}


def draw(found: Benchmark, path: Path) -> None:
    """Bars: seconds for a submission, on a logarithmic axis."""
    import matplotlib as mpl

    mpl.use("Agg")
    rows = [(p.name, p.per_submission) for p in found.peers if p.per_submission is not None]
    rows += [(f"nnlearn, {_jobs(e.jobs)}", e.per_submission) for e in found.engine]
    rows += [("the checks alone, one process", _floor(found))]
    figure, axis = figures.panels(1, 1, width=8.0, height=0.6 + 0.5 * len(rows))
    shades = [figures.BLUE if name.startswith("nnlearn") else figures.GREY for name, _ in rows]
    bars = axis.barh([name for name, _ in rows], [seconds for _, seconds in rows], color=shades)
    axis.bar_label(bars, [f" {seconds:.3g} s" for _, seconds in rows])
    axis.set(xscale="log", xlabel="seconds for each submission, warm")
    seconds = [each for _, each in rows]
    axis.set_xlim(10 ** math.floor(math.log10(min(seconds))), 4 * max(seconds))
    axis.invert_yaxis()
    figure.savefig(path)


def _graders(found: Benchmark) -> Table:
    title = f"{found.topic}: {found.floor.submissions} notebooks on {found.machine.cores} cores"
    table = Table("", title=title, title_justify="left")
    columns = ("s/submission", "per minute", "x nnlearn", "all, cold (s)", "worker (MB)", "learner (MB)")
    for column in columns:
        table.add_column(column, justify="right")
    ours = found.best.per_submission
    for peer in found.peers:
        each = peer.per_submission
        speed = _speed(each, ours) if each is not None else ("not measured", "", "")
        table.add_row(f"{peer.name}{f' ({peer.submissions})' if peer.submissions else ''}", *speed)
    for engine in found.engine:
        memory = (_mb(engine.worker_mb), _mb(engine.learner_mb))
        row = (*_speed(engine.per_submission, ours), f"{engine.first_pass:.1f}", *memory)
        table.add_row(f"nnlearn, {_jobs(engine.jobs)}", *row)
    table.add_row("the checks alone, one process", *_speed(_floor(found), ours))
    return table


def _starts(found: Benchmark) -> Table:
    table = Table("", title="Waiting", title_justify="left")
    table.add_column("s", justify="right")
    table.add_row("known mistakes: run once, then remembered", f"{found.start.mistakes:.2f}")
    table.add_row("zygote: start to ready", f"{found.start.zygote:.2f}")
    table.add_row("learner's process: fork to confined and ready", f"{found.start.fork_to_ready:.4f}")
    if found.commands is not None:
        table.add_row(f"pytest exercises/{found.topic}, cold", f"{found.commands.pytest:.2f}")
        table.add_row("nnlearn list", f"{found.commands.list:.2f}")
    return table


def _topics(found: Benchmark) -> Table:
    count = next(iter(found.topics.values())).submissions
    table = Table("", title=f"All topics, {count} notebooks of each, 1 job", title_justify="left")
    for column in ("s/submission", "processor (s)", "learner (MB)"):
        table.add_column(column, justify="right")
    for name, engine in found.topics.items():
        cpu = "" if engine.cpu is None else f"{engine.cpu:.3f}"
        table.add_row(name, f"{engine.per_submission:.3f}", cpu, _mb(engine.learner_mb))
    return table


def _saves(found: Benchmark) -> Table:
    title = f"From a save to the first part's result, {found.saves[0].saves} saves each (s)"
    table = Table("", title=title, title_justify="left")
    for column in ("median", "95 %", "processor", "pytest, cold", "x nnlearn"):
        table.add_column(column, justify="right")
    for each in found.saves:
        times = (each.median, each.p95, each.cpu, each.cold_pytest)
        row = [f"{seconds:.2f}" for seconds in times]
        table.add_row(f"{each.topic}: {each.part}", *row, f"{each.cold_pytest / each.median:.0f}")
    return table


def course(found: CourseTimes) -> Table:
    """A course graded in several ways, as a table."""
    shown = Table("", title="A course, the same notebooks", title_justify="left")
    for column in ("submissions", "s/submission", "times as fast", "all of them, cold (s)"):
        shown.add_column(column, justify="right")
    for way in found.ways:
        row = (f"{way.many}", f"{way.per_submission:.3f}", f"{found.ratios[way.name]:.1f}")
        shown.add_row(way.name, *row, f"{way.many_seconds:.1f}")
    return shown


def endurance(found: Endurance) -> Table:
    """A long grading run, as a table."""
    title = f"{found.submissions} submissions in one run, {_jobs(found.jobs)}, {found.seconds:.0f} s"
    left = f"Left afterwards: processes: {found.processes_left}, files: {len(found.files_left)}"
    shown = Table("", title=title, title_justify="left", caption=left, caption_justify="left")
    for column in ("first tenth", "last tenth", "most"):
        shown.add_column(column, justify="right")
    names = {
        "grader_mb": "the grader, unshared (MB)",
        "worker_mb": "a worker, unshared (MB)",
        "processes": "processes",
        "descriptors": "open descriptors",
        "files": "temporary files",
    }
    for name, values in found.growth.items():
        shown.add_row(names[name], *(f"{value:.0f}" for value in values))
    return shown


def _speed(each: float, ours: float) -> tuple[str, str, str]:
    return f"{each:.3f}", f"{60 / each:,.0f}", f"{each / ours:.2f}"


def _floor(found: Benchmark) -> float:
    return found.floor.per_submission


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"


def _mb(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
