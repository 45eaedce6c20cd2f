"""Somebody else's CSV: every cell is found where spreadsheets find it, and only chosen ones change."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exporters.lms.errors import TemplateError
from autograder.exporters.lms.table import File, cut, read_file

PIECES = st.text(alphabet='a,";\t \r\né"', max_size=40)


def file_of(text, encoding="utf-8", mark=b""):
    return File("f.csv", mark, encoding, text)


@settings(deadline=None, max_examples=60)
@given(PIECES, st.sampled_from(",;\t"))
def test_cells_are_those_that_the_csv_module_reads(text, delimiter):
    try:
        rows = cut(file_of(text), delimiter).rows
    except TemplateError:
        with pytest.raises(csv.Error):  # a quote is never closed
            list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        return
    expected = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert [[cell.value for cell in row] for row in rows] == [row or [""] for row in expected]


@settings(deadline=None, max_examples=60)
@given(PIECES, st.data())
def test_a_new_value_changes_one_cell_and_no_other_byte(text, data):
    try:
        table = cut(file_of(text), ",")
    except TemplateError:
        return
    assert table.with_values({}) == text.encode()
    if table.rows:
        cell = data.draw(st.sampled_from([cell for row in table.rows for cell in row]))
        changed = table.with_values({cell: "9.5"}).decode()
        assert changed[: cell.start] == text[: cell.start]
        assert changed[cell.start :].strip('"').startswith("9.5")
        assert changed.endswith(text[cell.end :])
        before = [[c.value if c != cell else "9.5" for c in row] for row in table.rows]
        assert [[c.value for c in row] for row in cut(file_of(changed), ",").rows] == before


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"\xef\xbb\xbf", "utf-8"),
        (b"", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"", "cp1252"),
    ],
)
def test_encoding_mark_line_ends_and_quotes_are_kept(tmp_path, mark, encoding):
    text = 'Name;"Grade"\r\n"Núñez; C";""\r\nBo\t; \r'
    path = tmp_path / "export.csv"
    path.write_bytes(mark + text.encode(encoding))
    table = cut(read_file(path), ";")
    assert [[cell.value for cell in row] for row in table.rows] == [
        ["Name", "Grade"],
        ["Núñez; C", ""],
        ["Bo\t", " "],
    ]
    changed = table.with_values({table.rows[1][1]: "9.5", table.rows[2][1]: "0"})
    assert changed == mark + 'Name;"Grade"\r\n"Núñez; C";"9.5"\r\nBo\t;0\r'.encode(encoding)


def test_lines_are_counted_as_an_editor_counts_them():
    table = cut(file_of('a,b\r\n"two\nlines",x\n\nlast,y'), ",")
    assert [row[0].line for row in table.rows] == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"PK\x03\x04...", "spreadsheet"),
        (b"a\0b,\xff", "no readable text"),
        (b'Student,ID\n"Ada', "never closed"),
    ],
)
def test_what_is_no_csv_is_refused(tmp_path, data, problem):
    path = tmp_path / "export.csv"
    path.write_bytes(data)
    with pytest.raises(TemplateError, match=problem):
        cut(read_file(path), ",")
    with pytest.raises(TemplateError, match="No such file"):
        read_file(tmp_path / "missing.csv")
