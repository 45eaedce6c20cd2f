"""A CSV file of somebody else's, in which single cells are replaced and every other byte stays.

A platform may refuse or misread a file whose quoting, encoding or line ends have changed, so nothing is
written anew: the places of all cells are found, and new values are put into some of them.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.exporters.lms.errors import TemplateError
from autograder.render.text import shown_name

DELIMITERS = ",;\t"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without a mark: UTF-8 if it is that, else what a spreadsheet on Windows writes; Latin-1 reads any bytes.
_UNMARKED = ("utf-8", "cp1252", "latin-1")
_NOT_CSV = {b"PK\x03\x04": "a spreadsheet (.xlsx or .ods)", b"\xd0\xcf\x11\xe0": "a spreadsheet (.xls)"}


@dataclass(frozen=True)
class Cell:
    """One cell: what it says, and where in the text it stands, quotes included."""

    value: str
    start: int
    end: int
    line: int
    quoted: bool = False


@dataclass(frozen=True)
class File:
    """A text file as it was read: `mark` and `text` in `encoding` are its bytes again."""

    shown: str
    mark: bytes
    encoding: str
    text: str


@dataclass(frozen=True)
class Table:
    """A file cut into cells at one delimiter."""

    file: File
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def header(self) -> list[str]:
        """The values of the first row, without spaces around them."""
        return [cell.value.strip() for cell in self.rows[0]]

    def with_values(self, values: Mapping[Cell, str]) -> bytes:
        """The file's bytes with new values, plain numbers or words, in some cells."""
        pieces, at = [], 0
        for cell in sorted(values, key=lambda cell: cell.start):
            value = values[cell]
            pieces += [self.file.text[at : cell.start], f'"{value}"' if cell.quoted else value]
            at = cell.end
        text = "".join([*pieces, self.file.text[at:]])
        return self.file.mark + text.encode(self.file.encoding)


def read_file(path: Path) -> File:
    """Read and decode a template.

    Raises:
        TemplateError: It cannot be read, is empty, or is no text.
    """
    shown = shown_name(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TemplateError(
            f"--template {shown}: {error.strerror or error}.", "Name the file that the platform exported."
        ) from error
    for start, kind in _NOT_CSV.items():
        if data.startswith(start):
            raise TemplateError(
                f"--template {shown}: expected a CSV file, got {kind}.",
                "Export it as CSV, or save it as CSV.",
            )
    if not data.strip():
        raise TemplateError(f"--template {shown}: the file is empty.", "Export it once more.")
    mark, encodings = next(((m, (e,)) for m, e in _MARKS if data.startswith(m)), (b"", _UNMARKED))
    for encoding in encodings:
        try:
            text = data[len(mark) :].decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return File(shown, mark, encoding, text)
    raise TemplateError(
        f"--template {shown}: expected a CSV file, got no readable text.", "Export it once more, as CSV."
    )


def cut(file: File, delimiter: str) -> Table:
    """Find the cells of `file`, as spreadsheets and `csv.reader` do.

    Raises:
        TemplateError: A quote is never closed.
    """
    text, at, line = file.text, 0, 1
    rows: list[tuple[Cell, ...]] = []
    row: list[Cell] = []
    while at < len(text):
        cell, at = _cell(file, at, line, delimiter)
        row.append(cell)
        line += _line_ends(text[cell.start : cell.end])
        if at < len(text) and text[at] == delimiter:
            at += 1
            if at == len(text):
                row.append(Cell("", at, at, line))
            continue
        rows.append(tuple(row))
        row = []
        if at < len(text):
            at += 2 if text.startswith("\r\n", at) else 1
            line += 1
    if row:
        rows.append(tuple(row))
    return Table(file, tuple(rows))


def _cell(file: File, start: int, line: int, delimiter: str) -> tuple[Cell, int]:
    """The cell that begins at `start`, and where it ends."""
    text, at, value = file.text, start, ""
    quoted = text[start] == '"'
    if quoted:
        at += 1
        while True:
            close = text.find('"', at)
            if close < 0:
                raise TemplateError(
                    f"--template {file.shown}: line {line}: a quote is opened and never closed.",
                    "Export the file once more.",
                )
            value += text[at:close]
            at = close + 1
            if not text.startswith('"', at):
                break
            value += '"'
            at += 1
    end = at
    while end < len(text) and text[end] not in (delimiter, "\r", "\n"):
        end += 1
    return Cell(value + text[at:end], start, end, line, quoted), end


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def column(header: Sequence[str], name: str) -> int | None:
    """The place of the only column called `name`, upper and lower case alike, or None."""
    places = [place for place, word in enumerate(header) if word.casefold() == name.casefold()]
    return places[0] if len(places) == 1 else None
