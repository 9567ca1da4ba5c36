"""Says what a paper is by what is in it, and draws the first page of a PDF small.

A program of its own as `picture` is, with the same bounds: it reads what strangers send, and knows neither Django nor a secret. Its
first argument is the task; its exit code says what became of it. What can do something by itself is refused: macros of office
documents, and what nobody can look into, because a password shuts it.
"""

import re
import sys
from io import BytesIO
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

from doorstep.files.picture import DONE, NOT_KEPT, TOO_MUCH, Refused, limit

TELL, PAGE = "tell", "page"
NOT_KNOWN, LOCKED, MACROS, BOMB, BROKEN, OLD_OFFICE = 30, 31, 32, 33, 34, 35
SIDE = 320
# Of an office document, which is a zip: parts, bytes unpacked, and bytes of a part that is looked into.
MOST_PARTS, MOST_UNPACKED, MOST_LOOKED_AT = 5_000, 300_000_000, 1_000_000
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a document's list of contents says of its main part, and what the other family says of itself.
OOXML = {
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}
ODF = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
CONTENTS = "[content_types].xml"
OOXML_MACROS = re.compile(r"(^|/)vbaproject\.bin$|(^|/)macrosheets/|(^|/)activex/")
ODF_MACROS = re.compile(r"(^|/)(basic|scripts)/.")
# Controls that no text has; what begins so is a text to a program and not to people.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = ("<", "{\\rtf", "#!", "%!")


def tell(data: bytes) -> str:
    """Return a paper's type, of `file_types`; raises Refused, MemoryError."""
    if data.startswith(ZIP):
        return _zipped(data)
    if data.startswith(OLE):  # a modern document with a password is wrapped in an old one
        raise Refused(LOCKED if "EncryptedPackage".encode("utf-16-le") in data else OLD_OFFICE)
    if data[:64].lstrip(b"\xef\xbb\xbf\x00 \t\r\n").startswith(b"%PDF-"):
        _opened(data)
        return "pdf"
    if _is_text(data):
        return "text"
    raise Refused(NOT_KNOWN)


def _zipped(data: bytes) -> str:
    """Return which office document a zip is, without unpacking more of it than its list of contents; raises Refused."""
    try:
        archive = ZipFile(BytesIO(data))
        parts = archive.infolist()
    except MemoryError:
        raise
    except Exception as exc:  # the library has several
        raise Refused(BROKEN) from exc
    named = {part.filename.casefold(): part for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused(BOMB)
    if len(named) < len(parts):  # two of one name: readers differ in which they take
        raise Refused(BROKEN)
    if any(part.flag_bits & 1 for part in parts):
        raise Refused(LOCKED)
    if CONTENTS in named:
        return _ooxml(_looked_at(archive, named[CONTENTS]), named)
    if "mimetype" in named:
        return _odf(archive, named)
    raise Refused(NOT_KNOWN)


def _looked_at(archive: ZipFile, part: ZipInfo) -> bytes:
    """Return the beginning of a part, whatever size it says it has; raises Refused."""
    try:
        with archive.open(part) as file:
            return file.read(MOST_LOOKED_AT)
    except MemoryError:
        raise
    except Exception as exc:
        raise Refused(BROKEN) from exc


def _content_types(contents: bytes) -> list[bytes]:
    """Return what a file says of the types of its parts, read as any office program would; raises Refused.

    By a reader of XML, not by its letters: `macro&#69;nabled` means the same, and a comment means nothing.
    """
    found: list[bytes] = []
    parser = expat.ParserCreate()

    def begins(_name: str, attributes: dict[str, str]) -> None:
        found.extend(v.encode() for k, v in attributes.items() if k.lower() == "contenttype")

    def declared(*_args: object) -> None:  # entities of its own, which no office program writes
        raise Refused(BROKEN)

    parser.StartElementHandler, parser.EntityDeclHandler = begins, declared
    try:
        parser.Parse(contents, True)
    except expat.ExpatError as exc:
        raise Refused(BROKEN) from exc
    return found


def _ooxml(contents: bytes, named: dict[str, ZipInfo]) -> str:
    said_of = _content_types(contents)
    if any(b"macroenabled" in said or b"vbaproject" in said for said in map(bytes.lower, said_of)):
        raise Refused(MACROS)
    if any(OOXML_MACROS.search(name) for name in named):
        raise Refused(MACROS)
    types = [name for said, name in OOXML.items() if any(said in one for one in said_of)]
    if len(types) != 1:
        raise Refused(NOT_KNOWN)
    return types[0]


def _odf(archive: ZipFile, named: dict[str, ZipInfo]) -> str:
    said = ODF.get(_looked_at(archive, named["mimetype"]).strip())
    if said is None:
        raise Refused(NOT_KNOWN)
    manifest = named.get("meta-inf/manifest.xml")
    if manifest and b"encryption-data" in _looked_at(archive, manifest):
        raise Refused(LOCKED)
    if any(ODF_MACROS.search(name) for name in named):
        raise Refused(MACROS)
    return said


def _is_text(data: bytes) -> bool:
    """Say whether a file is plain text, or a table of plain text, in an encoding that people's programs write."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not _CONTROL.search(text) and not text.lstrip().startswith(_MARKUP)
    return False


def _opened(data: bytes):  # type: ignore[no-untyped-def]  # of a library that only some tasks load
    """Return a PDF that opens without a password; raises Refused."""
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as exc:
        locked = getattr(exc, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise Refused(LOCKED if locked else BROKEN) from exc


def page(data: bytes) -> bytes:
    """Return the first page of a PDF as a JPEG of at most 320 pixels a side; raises Refused, MemoryError."""
    first = _opened(data)[0]
    side = max(first.get_size())
    if not 1 <= side <= 20_000:
        raise Refused(BROKEN)
    written = BytesIO()
    first.render(scale=SIDE / side).to_pil().convert("RGB").save(written, "JPEG", quality=85)
    return written.getvalue()


def main() -> int:
    """Do one task with standard input and write to standard output; the exit code says what became of it."""
    limit()
    data = sys.stdin.buffer.read()
    try:
        made = tell(data).encode() if sys.argv[1:] == [TELL] else page(data)
    except Refused as exc:
        return exc.code
    except MemoryError:
        return TOO_MUCH
    except Exception:  # whatever a library stumbles over
        return BROKEN
    try:
        with sys.stdout.buffer as out:
            out.write(made)
    except OSError:
        return NOT_KEPT
    return DONE


if __name__ == "__main__":
    sys.exit(main())
