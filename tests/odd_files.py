"""Files as people send them, made here: PDFs, office documents, tables, pictures, and what is wrong with some."""

import io
import zipfile
from collections.abc import Mapping

from django.core.files.uploadedfile import SimpleUploadedFile
from fpdf import FPDF
from PIL import Image
from pypdf import PdfReader, PdfWriter

MAIN = "application/vnd.openxmlformats-officedocument."
DOCX = MAIN + "wordprocessingml.document.main+xml"
XLSX = MAIN + "spreadsheetml.sheet.main+xml"
PPTX = MAIN + "presentationml.presentation.main+xml"
WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
ODF = "application/vnd.oasis.opendocument."
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def pdf(text: str = "A lease", pages: int = 1, weight: int = 0) -> bytes:
    """Return a PDF; `weight` more bytes stand in it that no page shows."""
    made = FPDF()
    made.set_font("Helvetica", size=20)
    for _ in range(pages):
        made.add_page()
        made.cell(text=text)
    body = bytes(made.output())
    return body + b"%" + b"x" * weight + b"\n%%EOF\n" if weight else body


def locked_pdf() -> bytes:
    """Return a PDF that asks for a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of some parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def office(kind: str = DOCX, **parts: str | bytes) -> bytes:
    """Return a document of Office, by its main part's kind."""
    contents = f'<Types><Override PartName="/main.xml" ContentType="{kind}"/></Types>'
    more = {name.replace("__", "/"): body for name, body in parts.items()}
    return zipped({"[Content_Types].xml": contents, "main.xml": "<w/>", **more})


def open_document(kind: str = "text", **parts: str | bytes) -> bytes:
    """Return a document of LibreOffice."""
    more = {name.replace("__", "/"): body for name, body in parts.items()}
    return zipped({"mimetype": ODF + kind, "content.xml": "<o/>", **more})


def encrypted_zip() -> bytes:
    """Return a document whose parts ask for a password: the bit that says so is set."""
    body = bytearray(office())
    at = -1
    while (at := body.find(b"PK\x01\x02", at + 1)) >= 0:
        body[at + 8] |= 1
    return bytes(body)


def bomb() -> bytes:
    """Return a document of some kilobytes that says that it unpacks to 400 MB."""
    return office(word__document=bytes(400_000_000))


def picture(form: str = "PNG") -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (200, 40, 40)).save(out, form)
    return out.getvalue()


def sent(name: str, body: bytes, says: str = "application/pdf") -> SimpleUploadedFile:
    """Return a file as a browser sends it, with what the browser says that it is."""
    return SimpleUploadedFile(name, body, says)
