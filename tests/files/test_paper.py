"""What a paper is is told by what is in it, in a process of its own; what can do something by itself is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from doorstep.files import paper, picture
from tests import odd_files as odd

VBA = "application/vnd.ms-office.vbaProject"
AS_READ = "application/vnd.ms-word.document.macro&#69;nabled.main+xml"
CASES = [
    ("pdf", odd.pdf()),
    ("pdf", b"\xef\xbb\xbf\r\n" + odd.pdf()),
    ("docx", odd.office()),
    ("xlsx", odd.office(odd.XLSX)),
    ("pptx", odd.office(odd.PPTX)),
    ("odt", odd.open_document()),
    ("ods", odd.open_document("spreadsheet")),
    ("odp", odd.open_document("presentation")),
    ("text", b"name,sum\r\nAnn,12\r\n"),
    ("text", "Bronllwyn, tŷ â thŵr".encode()),
    ("text", "Café £5".encode("cp1252")),
    ("text", "Café £5".encode("utf-16")),
    ("text", b"5 < 6"),
    (paper.LOCKED, odd.locked_pdf()),
    (paper.LOCKED, odd.encrypted_zip()),
    (paper.LOCKED, odd.OLE + "EncryptedPackage".encode("utf-16-le")),
    (paper.LOCKED, odd.open_document(**{"META-INF__manifest.xml": "<encryption-data/>"})),
    (paper.MACROS, odd.office(odd.WITH_MACROS)),
    (paper.MACROS, odd.office(**{"word__vbaProject.bin": b"x"})),
    (paper.MACROS, odd.office(**{"WORD__VBAPROJECT.BIN": b"x"})),
    (paper.MACROS, odd.office(odd.XLSX, **{"xl__macrosheets__sheet1.xml": b"x"})),
    (paper.MACROS, odd.office(f'{odd.DOCX}"/><Override ContentType="{VBA}')),
    # As an office program reads it, whatever its letters are, and whatever a comment says.
    (paper.MACROS, odd.office(f'x"/><!-- {odd.DOCX} --><Override ContentType="{AS_READ}')),
    (
        paper.MACROS,
        odd.office(f'{odd.DOCX}"/><Override ContentType="application/vnd.ms-office.vba&#80;roject'),
    ),
    (paper.NOT_KNOWN, odd.office(f'x"/><!-- {odd.DOCX} --><Override ContentType="y')),
    (paper.MACROS, odd.open_document(**{"Basic__Standard__Module1.xml": b"x"})),
    (paper.MACROS, odd.open_document(**{"Object 1__Basic__Standard__Module1.xml": b"x"})),
    (paper.BOMB, odd.bomb()),
    (paper.BOMB, odd.office(**{f"a{n}": "" for n in range(paper.MOST_PARTS)})),
    (paper.OLD_OFFICE, odd.OLE + "WordDocument".encode("utf-16-le")),
    (paper.BROKEN, odd.pdf()[:200]),
    (paper.BROKEN, odd.office()[:-30]),
    (paper.BROKEN, b"%PDF-1.7\n" + b"x" * 500),
    (paper.BROKEN, odd.zipped({"[Content_Types].xml": odd.DOCX, "[content_types].XML": ""})),
    (paper.NOT_KNOWN, odd.zipped({"setup.exe": b"MZ"})),
    (paper.NOT_KNOWN, odd.office(f"{odd.DOCX} {odd.XLSX}")),
    (paper.NOT_KNOWN, odd.open_document("graphics")),
    (paper.NOT_KNOWN, b"MZ\x90\x00" + odd.pdf()),
    (paper.NOT_KNOWN, b"\x7fELF" + bytes(100)),
    (paper.NOT_KNOWN, b"<html><script>alert(1)</script></html>"),
    (paper.NOT_KNOWN, b"  <svg onload='alert(1)'/>"),
    (paper.NOT_KNOWN, b"{\\rtf1 hello}"),
    (paper.NOT_KNOWN, b"#!/bin/sh\nrm -rf /"),
    (paper.NOT_KNOWN, bytes(1000)),
]


def run(task: str, body: bytes) -> tuple[int, bytes]:
    command = [sys.executable, "-P", paper.__file__, task]
    done = subprocess.run(command, input=body, capture_output=True, env={"MALLOC_ARENA_MAX": "1"})
    return done.returncode, done.stdout


@pytest.mark.parametrize(("is_what", "body"), CASES)
def test_a_paper_is_what_is_in_it(is_what: str | int, body: bytes) -> None:
    """Told in this process, as the program does it in its own."""
    try:
        told: str | int = paper.tell(body)
    except picture.Refused as exc:
        told = exc.code
    assert told == is_what


def test_the_program_says_so_and_knows_no_secret() -> None:
    assert run(paper.TELL, odd.pdf()) == (picture.DONE, b"pdf")
    assert run(paper.TELL, odd.locked_pdf()) == (paper.LOCKED, b"")
    assert "doorstep.settings" not in Path(paper.__file__).read_text()


def test_a_bomb_takes_neither_memory_nor_time() -> None:
    code, _ = run(paper.TELL, odd.bomb())
    assert code == paper.BOMB


def test_the_first_page_is_drawn_small(tmp_path: Path) -> None:
    from PIL import Image

    code, body = run(paper.PAGE, odd.pdf(pages=3))
    (tmp_path / "page.jpg").write_bytes(body)
    with Image.open(tmp_path / "page.jpg") as drawn:
        assert code == picture.DONE and drawn.format == "JPEG" and max(drawn.size) == paper.SIDE
        darkest = min(drawn.convert("L").getdata())
    assert darkest < 100  # what stands on it is seen
    assert run(paper.PAGE, b"%PDF-1.7 no page")[0] == paper.BROKEN
