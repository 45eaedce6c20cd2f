"""Reads CSV files that people keep: class lists, extensions. An error names the line and the column."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.course.layout import CourseError
from autograder.render.text import shown_name

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_table(
    file: Path,
    columns: Mapping[str, tuple[str, ...]],
    needed: tuple[str, ...],
    example: str,
    *,
    may_end_early: bool = False,
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line and its fields by column, without blanks around them; empty rows are none.

    Args:
        file: The file, with commas, semicolons or tabs, in UTF-8 or as spreadsheets write "Unicode text".
        columns: The columns that are read, and what each may be called in the first line.
        needed: Those that have to be there.
        example: What is said of the first line where something is wrong with it.
        may_end_early: Whether a row may lack the last fields that are not needed: they are empty.

    Raises:
        CourseError: It cannot be read, a column is missing or there twice, or a row has other fields.
    """
    reader = _reader(file, example)
    try:
        header = next(reader)
        places = _places(file, header, columns, needed, example)
        least = 1 + max(places[name] for name in (needed if may_end_early else places))
        for row in reader:
            if any(field.strip() for field in row):
                yield reader.line_num, _fields(file, reader.line_num, places, row, least, len(header))
    except csv.Error as error:
        raise CourseError(f"{file}:{reader.line_num}: not CSV: {error}", "put that line right") from error


def other_columns(file: Path, columns: Mapping[str, tuple[str, ...]], example: str) -> list[str]:
    """The columns of a file that `read_table` would leave alone.

    Raises:
        CourseError: It cannot be read.
    """
    known = {name for names in columns.values() for name in names}
    return [name.strip() for name in next(_reader(file, example)) if name.strip().lower() not in known]


def _reader(file: Path, example: str) -> Any:
    """What reads the rows, at the separator that the first line has most of."""
    text = _text(file).lstrip("\r\n")
    if not text.strip():
        raise CourseError(f"{file} is empty", example)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CourseError(f"{file} cannot be read: {error.strerror}", "name the CSV file") from error
    # "Unicode text", as spreadsheets call it, is UTF-16 and says so.
    try:
        text = data.decode("utf-16" if data.startswith(_WIDE) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise CourseError(f"{file} is not UTF-8 text", "save it as CSV UTF-8") from error
    if "\0" in text:
        raise CourseError(f"{file} is no text, or not UTF-8", "save it as CSV UTF-8")
    return text


def _places(
    file: Path,
    header: list[str],
    columns: Mapping[str, tuple[str, ...]],
    needed: tuple[str, ...],
    example: str,
) -> dict[str, int]:
    """The place of each column; others are left alone."""
    named = [name.strip().lower() for name in header]
    found = {}
    for field, names in columns.items():
        places = [place for place, name in enumerate(named) if name in names]
        if len(places) > 1:
            raise CourseError(
                f"{file}:1: two columns for `{field}`: {', '.join(header[p] for p in places)}", "keep one"
            )
        if places:
            found[field] = places[0]
    for name in needed:
        if name not in found:
            raise CourseError(f"{file}:1: expected a column `{name}`, got: {', '.join(header)}", example)
    return found


def _fields(
    file: Path, line: int, places: dict[str, int], row: list[str], least: int, width: int
) -> dict[str, str]:
    if any(field.strip() for field in row[width:]):
        raise CourseError(
            f"{file}:{line}: expected {width} fields, got {len(row)}: {shown_name(', '.join(row), 80)}",
            "put a field that holds the separator between quotes",
        )
    if len(row) < least:
        raise CourseError(f"{file}:{line}: expected {least} fields, got {len(row)}", "put that line right")
    return {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
