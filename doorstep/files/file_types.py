"""The types of files that a question of files may take, by their names in a service; pictures become JPEGs, as photos do."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class FileType:
    """A type of file: its name, the endings that its files have, and whether it is a picture."""

    name: str
    endings: tuple[str, ...]
    is_picture: bool = False


TYPES: dict[str, FileType] = {
    one.name: one
    for one in (
        FileType("pdf", (".pdf",)),
        FileType("docx", (".docx",)),
        FileType("xlsx", (".xlsx",)),
        FileType("pptx", (".pptx",)),
        FileType("odt", (".odt",)),
        FileType("ods", (".ods",)),
        FileType("odp", (".odp",)),
        FileType("text", (".txt", ".csv")),
        FileType("jpeg", (".jpg", ".jpeg"), is_picture=True),
        FileType("png", (".png",), is_picture=True),
        FileType("heic", (".heic", ".heif"), is_picture=True),
        FileType("webp", (".webp",), is_picture=True),
        FileType("gif", (".gif",), is_picture=True),
    )
}
# What a question takes that names no types: what people have of letters, leases and bills.
USUAL = ("pdf", "docx", "xlsx", "odt", "ods", "jpeg", "png", "heic", "webp")


def endings(types: Iterable[str]) -> list[str]:
    """Return the endings of some types, such as ".pdf"."""
    return [ending for name in types for ending in TYPES[name].endings]


def spoken(types: Iterable[str]) -> str:
    """Return some types as people know them, in any language: "PDF, DOCX, JPG"."""
    names = [TYPES[name].endings for name in types]
    return ", ".join(
        ending.removeprefix(".").upper()
        for several in names
        for ending in (several if several == TYPES["text"].endings else several[:1])
    )
