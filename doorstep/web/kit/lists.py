"""Lists that leave the desk: as CSV that no spreadsheet runs, and on paper."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.http import HttpResponse

from doorstep.text.safe import for_csv, for_xml

# By npm, as the pages' assets are (tools/frontend.py).
FONTS = settings.ROOT / "static-built" / "fonts"
Rows = Iterable[Sequence[object]]


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def as_csv(name: str, columns: Sequence[str], rows: Rows) -> HttpResponse:
    """Return a table as a CSV file."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(columns)
    table.writerows([for_csv(cell) for cell in row] for row in rows)
    return _file(out.getvalue().encode(), "text/csv; charset=utf-8", name)


def as_pdf(
    name: str, title: str, columns: Sequence[str], rows: Rows, widths: tuple[int, ...]
) -> HttpResponse:
    """Return a table on sheets of A4, its headings on each, in letters from Welsh to Arabic."""
    from fpdf import FPDF  # 0.7 s, which every start of the web would wait for

    paper = FPDF(orientation="landscape", format="A4")
    for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        paper.add_font("DejaVu", style, FONTS / file)
    paper.set_text_shaping(True)
    paper.set_title(for_xml(title))
    paper.set_lang("en-GB")
    paper.add_page()
    paper.set_font("DejaVu", style="B", size=14)
    paper.multi_cell(0, 9, for_xml(title), new_x="LMARGIN", new_y="NEXT")
    paper.set_font("DejaVu", size=9)
    with paper.table(col_widths=widths, text_align="LEFT", line_height=6) as table:
        for line in (columns, *rows):
            row = table.row()
            for words in line:
                row.cell(for_xml(str(words)))
    return _file(bytes(paper.output()), "application/pdf", name)
