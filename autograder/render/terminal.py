"""A grading run on a terminal, in words first and never wider than the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.render.summary import (
    ClassSummary,
    PartSummary,
    part_names,
    part_of,
    parts_by_verdict,
    summarise,
)
from autograder.render.text import count, outcome_of, points, shown_name
from nnlearn.results import Outcome, PartResult, Report, Run, TopicReports, Verdict
from nnlearn.text import clean, laid_out, one_line

_GAP = 2
_NAME_WIDTH = 20
_NAME_AT_LEAST = 12
_DETAIL_INDENT = 4


def print_run(run: Run, console: Console) -> None:
    """Print each topic's class table and summary, and all details if there is one submission."""
    for topic in run.topics:
        if len(topic.reports) == 1:
            print_report(topic.reports[0], topic.topic, console)
        elif topic.reports:
            print_class(topic, console)


def print_class(topic: TopicReports, console: Console) -> None:
    """Print a row for each learner, what is wrong below it, then the class as a whole."""
    summary = summarise(topic)
    _heading(f"{topic.topic}: {summary.in_words}", console)
    rows = _Rows(topic.reports, console.width)
    for line in rows.header():
        _print(line, console)
    for report in topic.reports:
        _print(rows.row(report), console)
        if not rows.in_columns:
            _detail(rows.in_words(report), console)
        for note in report.notes:
            _detail(Text(one_line(note)), console)
        for group in parts_by_verdict(report):
            _detail(_what_happened(group), console)
    console.print()
    _print_summary(summary, console)


def print_report(report: Report, topic: str, console: Console) -> None:
    """Print everything about one submission: each part, and each check that did not pass."""
    _heading(
        f"{topic}: {shown_name(report.learner)}, {outcome_of(report)} ({shown_name(report.submission)})",
        console,
    )
    for note in report.notes:
        _print(Text(clean(note)), console)
    width = max((cell_len(one_line(part.name)) for part in report.parts), default=0)
    for part in report.parts:
        score = f"{points(part.score)} of {points(part.max_score)}"
        line = Text(f"{one_line(part.name):<{width}}  {score:<10}  ")
        _print(line.append(part.verdict.words, _style(part.verdict)), console)
    for part in report.parts:
        for outcome in part.outcomes:
            if outcome.verdict not in {Verdict.PASSED, Verdict.WAITING}:
                _print_outcome(part, outcome, console)
        waiting = sum(outcome.verdict is Verdict.WAITING for outcome in part.outcomes)
        if waiting:
            text = f"{count(waiting, 'check')} of {one_line(part.name)} not run before that is right."
            console.print()
            _print(Text(text), console)
    if report.output:
        console.print()
        _print(Text("Printed by the submission:", "bold"), console)
        _detail(Text(clean(report.output).rstrip()), console, indent=2)
    console.print()


def _print_outcome(part: PartResult, outcome: Outcome, console: Console) -> None:
    console.print()
    hidden = " (hidden)" if outcome.hidden else ""
    line = Text(f"{one_line(part.name)}: {one_line(outcome.title)}{hidden}  ", "bold")
    _print(line.append(outcome.verdict.words, _style(outcome.verdict)), console)
    message = clean(outcome.message).strip("\n")
    if message:
        _detail(Text(laid_out(message, console.width - 2)), console, indent=2)


def _print_summary(summary: ClassSummary, console: Console) -> None:
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False)
    table.add_column("Part", overflow="fold")
    table.add_column("Mean", justify="right", no_wrap=True)
    table.add_column("Full marks", justify="right")
    table.add_column("What happened to the others", overflow="fold")
    if not summary.parts:  # nothing could be read
        return
    for part in summary.parts:
        table.add_row(
            Text(one_line(part.name)),
            f"{points(part.mean)} of {points(part.max_score)}",
            f"{part.full} of {part.submissions}",
            Text(_others(part)),
        )
    _print_table(table, console)
    _print_common_mistakes(summary, console)
    if summary.grader_errors:
        console.print()
        _print(
            Text(
                f"{count(summary.grader_errors, 'submission')} could not be graded in full: "
                "the fault is the grader's, not the learner's.",
                _style(Verdict.GRADER_ERROR),
            ),
            console,
        )
    console.print()


def _print_common_mistakes(summary: ClassSummary, console: Console) -> None:
    """Mistakes of several learners, which are worth a word to the class."""
    shared = [mistake for mistake in summary.mistakes if len(mistake.learners) > 1]
    if not shared:
        return
    console.print()
    _print(Text("Noticed more than once", "bold"), console)
    for mistake in shared:
        text = f"{len(mistake.learners)} learners, {one_line(mistake.part)}: "
        _detail(Text(text + one_line(mistake.noticed.message)), console, indent=2)


class _Rows:
    """Lines with a column for the learner, the score and each part, fitted to a width.

    Where the columns do not fit, the parts' points are written below the learner's line.
    """

    def __init__(self, reports: Sequence[Report], width: int) -> None:
        self.parts = part_names(tuple(reports))
        self.headers = [one_line(part).replace("_", "_ ").split() for part in self.parts]
        cells = [[_part_points(report, part) for report in reports] for part in self.parts]
        self.widths = [
            max(map(len, [*header, *column])) for header, column in zip(self.headers, cells, strict=True)
        ]
        self.score_width = max(map(len, ["Score", *map(_score, reports)]))
        names = [cell_len(shown_name(report.learner)) for report in reports]
        self.name_width = min(max([len("Learner"), *names]), _NAME_WIDTH)
        figures = self.score_width + sum(self.widths) + _GAP * (len(self.parts) + 1)
        self.in_columns = min(self.name_width, _NAME_AT_LEAST) + figures <= width
        if self.in_columns:
            self.name_width = min(self.name_width, width - figures)

    def header(self) -> list[Text]:
        first = f"{'Learner':<{self.name_width}}  {'Score':>{self.score_width}}"
        if not self.in_columns:
            return [Text(first, "bold")]
        height = max(map(len, self.headers), default=1)
        lines = []
        for level in range(height):
            start = first if level == height - 1 else " " * len(first)
            # Headers stand at the bottom, right above the figures.
            words = [[""] * (height - len(header)) + header for header in self.headers]
            cells = [f"{w[level]:>{n}}" for w, n in zip(words, self.widths, strict=True)]
            lines.append(Text("  ".join([start, *cells]).rstrip(), "bold"))
        return lines

    def row(self, report: Report) -> Text:
        name = shown_name(report.learner)
        if cell_len(name) > self.name_width:
            name = set_cell_size(name, self.name_width - 1) + "…"
        line = Text(f"{set_cell_size(name, self.name_width)}  ", "bold")
        line.append(f"{_score(report):>{self.score_width}}")
        if self.in_columns:
            for part, width in zip(self.parts, self.widths, strict=True):
                result = part_of(report, part)
                full = result is not None and result.verdict is Verdict.PASSED
                line.append(f"  {_part_points(report, part):>{width}}", "green" if full else "red")
        return line

    def in_words(self, report: Report) -> Text:
        return Text(", ".join(f"{one_line(p)} {_part_points(report, p)}" for p in self.parts))


def _score(report: Report) -> str:
    return "-" if report.is_unreadable else points(report.score)


def _part_points(report: Report, name: str) -> str:
    part = part_of(report, name)
    return points(part.score) if part and not report.is_unreadable else "-"


def _what_happened(group: tuple[PartResult, ...]) -> Text:
    """`softmax failed: every column ...`, or `relu, gelu not written`."""
    verdict = group[0].verdict
    text = Text(", ".join(one_line(part.name) for part in group) + " ")
    text.append(verdict.words, _style(verdict))
    noticed = [one_line(n.message) for n in group[0].noticed]
    return text.append(f": {' Also: '.join(noticed)}") if noticed else text


def _others(part: PartSummary) -> str:
    return ", ".join(f"{number} {verdict.words}" for verdict, number in part.verdicts)


def _style(verdict: Verdict) -> str:
    if verdict is Verdict.PASSED:
        return "green"
    if verdict is Verdict.GRADER_ERROR:
        return "bold magenta"
    return "yellow" if verdict in {Verdict.NOT_WRITTEN, Verdict.WAITING} else "red"


def _heading(text: str, console: Console) -> None:
    console.print()
    _print(Text(text, "bold"), console)
    console.print()


def _detail(text: Text, console: Console, indent: int = _DETAIL_INDENT) -> None:
    _print(text, console, indent)


def _print(text: Text, console: Console, indent: int = 0) -> None:
    """Print text as it is: no markup, no highlighting, long words folded, no blanks at the end of a line."""
    for line in text.wrap(console, max(console.width - indent, 1), overflow="fold"):
        _print_line(Text(" " * indent).append_text(line), console)


def _print_table(table: Table, console: Console) -> None:
    for segments in console.render_lines(table, pad=False):
        _print_line(Text.assemble(*((segment.text, segment.style or "") for segment in segments)), console)


def _print_line(line: Text, console: Console) -> None:
    line.rstrip()
    console.print(line, markup=False, highlight=False, no_wrap=True, crop=False)
