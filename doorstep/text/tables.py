"""Reads tables as office programs write them: CSV and its kin, in whichever letters, line ends and marks.

The stdlib's reader knows quotes and quoted line ends. What it does not know is worked out here: which
letters the bytes are, what parts the cells, and where a row begins, so that each fault has its line. Its
`Sniffer` guesses what parts cells from how often a sign comes, and takes a space or a letter for it
where cells hold sentences: the names of the columns say it for certain.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doorstep.text.clean import clean

# UTF-32's mark begins with UTF-16's, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How workbooks (xlsx and ods, xls), PDFs and pictures begin.
_NO_TABLES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_LINE_END = re.compile("\r\n|\r")
# Excel's own first line, which says what parts the cells: `sep=;`.
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*', re.I)
SEPARATORS = (",", ";", "\t", "|")
# Of a first line no more is looked at: a line of a million commas would take the web's time.
MOST_COLUMNS, LONGEST_HEAD = 1000, 20_000
# What keeps a spreadsheet from taking a text for a number: ="0123" and '0123. A word's own apostrophe stays.
_AS_TEXT = re.compile(r'="(.*)"', re.S)
LONGEST_NUMBER = 200
_APOSTROPHE = re.compile(r"'([=+\-@\d].*?|[^\s']*\d[^\s']*)'?", re.S)


class BadTable(Exception):
    """A file that is no table: the code of what is wrong, its line (0: the file as a whole), the columns it lacks.

    Codes: "workbook", "letters_unread", "columns_missing", "cell_too_long", "quotes_unpaired".
    """

    def __init__(self, code: str, line: int = 0, missing: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code, self.line, self.missing = code, line, missing


@dataclass(frozen=True)
class Row:
    """A row: the line on which it begins, its cells in the order asked for, whether it has more than the first line names."""

    line: int
    cells: list[str]
    has_more: bool = False


def rows(content: bytes, columns: Sequence[str]) -> Iterator[Row]:
    """Go through the rows of a file that say anything, with the cells of some columns; raises BadTable."""
    text = _decoded(content)
    above, separator, table = _form(text, columns)
    records = (
        (line, cells) for line, cells in _records(table, separator) if any(map(str.strip, cells))
    )
    begins, first = next(records, (1, []))
    names = _names(first)
    if missing := [name for name in columns if name not in names]:
        raise BadTable("columns_missing", above + begins, missing)
    places = [names.index(name) for name in columns]
    for line, cells in records:
        said = [cell(cells[at]) if at < len(cells) else "" for at in places]
        yield Row(above + line, said, any(map(str.strip, cells[len(names) :])))


def cell(raw: str) -> str:
    """Return what a cell says: clean, and without the marks that keep a text from being a number."""
    # Nearly all cells are plain, and a plan has a million.
    text = (raw if raw.isascii() and raw.isprintable() else clean(raw)).strip()
    if not text.startswith(("=", "'")):
        return text
    if match := _AS_TEXT.fullmatch(text):
        text = match[1].replace('""', '"').strip()
    # Nothing that looks like a number is longer, and the pattern's work grows with the square of the length.
    match = _APOSTROPHE.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    return match[1].strip() if match else text


def _decoded(content: bytes) -> str:
    """Return a file's text with line feeds alone; raises BadTable.

    Without a mark it is UTF-8, or else what Windows writes in Western Europe.
    """
    if content.startswith(_NO_TABLES):
        raise BadTable("workbook")
    mark, marked = next((m for m in _MARKS if content.startswith(m[0])), (b"", ""))
    body = content.removeprefix(mark)
    for letters in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            return _lines(body.decode(letters))
        except UnicodeDecodeError as exc:
            unread = exc
    before = _lines(body[: unread.start].decode(letters, "replace"))
    raise BadTable("letters_unread", before.count("\n") + 1) from unread


def _lines(text: str) -> str:
    return _LINE_END.sub("\n", text.replace("\0", ""))


def _form(text: str, columns: Sequence[str]) -> tuple[int, str, str]:
    """Return how many lines stand above a table, what parts its cells, and the table."""
    first, _, rest = text.partition("\n")
    if match := _SEPARATOR.fullmatch(first):
        return 1, match[1], rest
    head = text.lstrip("\n").partition("\n")[0][:LONGEST_HEAD]
    return 0, max(SEPARATORS, key=lambda separator: _known(head, separator, columns)), text


def _known(head: str, separator: str, columns: Sequence[str]) -> int:
    """Return how many of some columns a first line names, were its cells parted so."""
    try:
        _, first = next(_records(head, separator), (1, []))
    except BadTable:
        return 0
    return len(set(columns) & set(_names(first)))


def _names(cells: Sequence[str]) -> list[str]:
    return [cell(name).lower() for name in cells[:MOST_COLUMNS]]


def _records(table: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Go through the records of a table, each with the line on which it begins; raises BadTable."""
    begins, lines = 1, io.StringIO(table)
    reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as exc:
            # The library says it in words alone.
            code = "cell_too_long" if "limit" in str(exc) else "quotes_unpaired"
            raise BadTable(code, begins) from exc
        if cells is None:
            return
        yield begins, cells
        begins = reader.line_num + 1
