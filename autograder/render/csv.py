"""A grading run as CSV: one row for each submission, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re

from autograder.render.summary import part_names, part_of
from nnlearn.results import Report, Run
from nnlearn.text import one_line

# What makes a spreadsheet read a cell as a formula; the last four are their full-width forms.
_FORMULA = re.compile("[=+\\-@＝＋－＠]")  # noqa: RUF001
# Where spreadsheets of half the world split a cell in two, quoted or not.
_FORMULA_AFTER_SEMICOLON = re.compile(f'(;[\\s"]*)(?={_FORMULA.pattern})')


def run_to_csv(run: Run) -> str:
    """`run` as CSV. Texts cannot be formulas; numbers are plain."""
    parts = part_names(tuple(report for topic in run.topics for report in topic.reports))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    header = ["topic", "learner", "submission", "score", "max_score"]
    header += [f"{part}_score" for part in parts] + [f"{part}_verdict" for part in parts]
    writer.writerow(safe_cell(cell) for cell in [*header, "noticed", "notes"])
    for topic in run.topics:
        for report in topic.reports:
            writer.writerow(safe_cell(cell) for cell in [topic.topic, *_row(report, parts)])
    return file.getvalue()


def safe_cell(value: str | float) -> str | float:
    """`value` as a cell that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return int(value) if value == int(value) else value
    text = _FORMULA_AFTER_SEMICOLON.sub(r"\1'", one_line(value))
    # A leading quote makes it text. Control characters and spaces in front are gone by now.
    return f"'{text}" if _FORMULA.match(text) else text


def _row(report: Report, parts: tuple[str, ...]) -> list[str | float]:
    results = [part_of(report, part) for part in parts]
    noticed = [f"{p.name}: {n.message} ({n.found_by.words})" for p in report.parts for n in p.noticed]
    return [
        report.learner,
        report.submission,
        report.score,
        report.max_score,
        *(result.score if result else "" for result in results),
        *(result.verdict.words if result else "" for result in results),
        " | ".join(noticed),
        " | ".join(report.notes),
    ]
