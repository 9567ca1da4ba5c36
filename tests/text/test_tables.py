"""A table is read as any office program writes it, or refused with its line."""

import csv
import io
from typing import Any

import pytest

from doorstep.text import tables
from doorstep.text.tables import BadTable, Row, cell

COLUMNS = ("uprn", "street")
PLAIN = [Row(2, ["0123", "Caffè Row"]), Row(3, ["45", "Mill Lane, west"])]
CELLS = [["Note", "UPRN", "Street"], ["x", "0123", "Caffè Row"], ["", "45", "Mill Lane, west"]]


def written(separator: str = ",", end: str = "\n", **more: Any) -> str:
    """Return the table as a program writes it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end, **more).writerows(CELLS)
    return out.getvalue()


def read(content: str | bytes) -> list[Row]:
    return list(tables.rows(content.encode() if isinstance(content, str) else content, COLUMNS))


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_line_end_and_separator(separator: str, end: str) -> None:
    assert read(written(separator, end)) == PLAIN
    assert read(f"sep={separator}{end}" + written(separator, end)) == [
        Row(row.line + 1, row.cells) for row in PLAIN
    ]
    assert read(written(separator, end, quoting=csv.QUOTE_ALL)) == PLAIN


@pytest.mark.parametrize(
    "letters", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "cp1252"]
)
def test_every_form_of_letters(letters: str) -> None:
    mark = {"utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe"}.get(letters, b"")
    assert read(mark + written(end="\r\n").encode(letters)) == PLAIN


def test_line_ends_may_be_mixed() -> None:
    assert [row.line for row in read("uprn,street\r\n1,a\r2,b\n3,c\n\r\n4,d")] == [2, 3, 4, 6]


def test_a_line_end_in_quotes_is_the_cells_and_lines_are_counted_on() -> None:
    assert read('uprn,street\r1,"Mill\r\nLane"\r2,b\r') == [
        Row(2, ["1", "Mill\nLane"]),
        Row(4, ["2", "b"]),
    ]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ('="0123"', "0123"),
        ('"=""0123"""', "0123"),
        ("'0123", "0123"),
        ("'0123'", "0123"),
        ("'RF-07", "RF-07"),
        ("'-5", "-5"),
        ("'=SUM(A1)", "=SUM(A1)"),
        ("=1+1", "=1+1"),
        ("'s Gravenmoor", "'s Gravenmoor"),
        (" 0123 ", "0123"),
        ('"say ""no"""', 'say "no"'),
        ('5" pipe', '5" pipe'),
        ("a\0b", "ab"),
        ("a\u200b\x0bb", "a\nb"),
        (' "a,b"', "a,b"),
    ],
)
def test_a_cell_says_what_was_meant(raw: str, says: str) -> None:
    assert read(f"uprn,street\n1,{raw}\n2,b\n") == [Row(2, ["1", says]), Row(3, ["2", "b"])]


def test_empty_columns_and_rows_are_passed_over_and_cells_too_many_are_seen() -> None:
    text = "\n,,,\nstreet,uprn,,\na,1,,,,\n,,,\nb,2,,,x\nc\n , ,\n"
    assert read(text) == [
        Row(4, ["1", "a"]),
        Row(6, ["2", "b"], has_more=True),
        Row(7, ["", "c"]),
    ]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"PK\x03\x04\x14\x00", "workbook", 0),
        (b"\xd0\xcf\x11\xe0\xa1", "workbook", 0),
        (b"uprn,street\r\n1,\xe9\r\n2,\x81", "letters_unread", 3),
        (b"\xff\xfeu\x00\n\x00x", "letters_unread", 2),
        (b'uprn,street\r1,a\r2,"b\r3,c\r', "quotes_unpaired", 3),
        (b'uprn,street\n1,"a"b\n', "quotes_unpaired", 2),
        (b"uprn,street\n1,a\n2," + b"x" * 140_000, "cell_too_long", 3),
        (b"sep=;\nuprn,street\n", "columns_missing", 2),
        (b"\n\nuprn,road\n", "columns_missing", 3),
        (b'"uprn,street', "quotes_unpaired", 1),
        (b"", "columns_missing", 1),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(content: bytes, code: str, line: int) -> None:
    with pytest.raises(BadTable) as caught:
        read(content)
    assert (caught.value.code, caught.value.line) == (code, line)


def test_a_line_of_a_million_commas_is_refused_at_once() -> None:
    with pytest.raises(BadTable, match="columns_missing"):
        read("," * 5_000_000 + "x")


def test_a_cell_of_any_length_is_read_at_once() -> None:
    """Half a minute of the web's time, before: the pattern of a number kept as text tries each length."""
    long = "'a" + "1" * 100_000 + "'x"
    assert cell(long) == long
    assert cell("'0123") == "0123"
