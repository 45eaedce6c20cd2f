"""The files that a grading run writes: each is checked before the first submission is graded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.engine.submissions import Submission
from autograder.render.csv import run_to_csv
from autograder.render.files import OutputFile
from autograder.render.html import run_to_html
from nnlearn.errors import OutputError
from nnlearn.results import Run, run_to_json


@dataclass(frozen=True)
class Outputs:
    """The files a run writes, each checked and still untouched."""

    json: OutputFile | None = None
    csv: OutputFile | None = None
    html: OutputFile | None = None

    @property
    def files(self) -> tuple[OutputFile, ...]:
        """Those that were asked for."""
        return tuple(file for file in (self.json, self.csv, self.html) if file is not None)

    @property
    def take_stdout(self) -> bool:
        """Whether one of them is standard output."""
        return any(file.is_stdout for file in self.files)

    def write(self, run: Run, say: Callable[[str], None]) -> None:
        """Write every output that can be written, then complain about those that cannot.

        Args:
            run: What was found.
            say: Told, in one line, about each file that is written.

        Raises:
            OutputError: One cannot be written.
        """
        writers = (
            (self.json, OutputFile.write, run_to_json),
            (self.csv, OutputFile.write_csv, run_to_csv),
            (self.html, OutputFile.write, run_to_html),
        )
        failures: list[OutputError] = []
        for file, write, render in writers:
            if file is None:
                continue
            try:
                write(file, render(run))
            except OutputError as error:
                failures.append(error)
            else:
                say(f"Written: {file.shown}")
        if failures:
            raise OutputError("\n".join(error.problem for error in failures), failures[0].next_step)


def open_outputs(
    submissions: Sequence[Submission],
    *,
    json: Path | None = None,
    csv: Path | None = None,
    html: Path | None = None,
) -> Outputs:
    """Check the output files without touching what stands there.

    Raises:
        OutputError: One cannot be written, is named twice, or is a submission.
    """
    outputs = Outputs(*(OutputFile(path) if path else None for path in (json, csv, html)))
    for place, file in enumerate(outputs.files):
        if any(file.is_same_file(submission.path) for submission in submissions):
            raise OutputError(
                f"{file.shown}: this is a submission, and would be overwritten.",
                "Name another file.",
            )
        if any(file.is_same_file(other.path) for other in outputs.files[:place]):
            raise OutputError(f"{file.shown}: named for two outputs.", "Name a file of its own for each.")
    return outputs
