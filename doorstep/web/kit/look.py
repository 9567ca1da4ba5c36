"""The council's own look: its colours and drawings as a style sheet, its mark, at addresses that change as they do."""

import hashlib
from functools import cache
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse
from markupsafe import Markup

from doorstep.council import front
from doorstep.council import queries as council

# A doorstep, for a council that has no mark of its own.
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="8" fill="#fff"/>'
    '<rect x="2" y="2" width="36" height="36" rx="7" fill="{colour}"/>'
    '<path d="M13 29V10h14v19M6 31h28" fill="none" stroke="#fff" stroke-width="3.4"/></svg>'
)


def style() -> str:
    """Return the council's colours, typefaces and the colours of its drawings as CSS."""
    here = council.current()
    return _style(here.brand, tuple(here.drawn.items()))


@cache
def _style(brand: front.Brand, drawn: tuple[tuple[str, front.Drawing], ...]) -> str:
    own = f"--brand:{brand.colour};--own-link:{brand.link};--council-font:{brand.font}"
    colours = [f".kit-c-{name}{{--body:{of.body};--lid:{of.lid}}}" for name, of in drawn]
    return f":root{{{own}}}" + "".join(colours)


def mark() -> bytes:
    """Return the council's mark as SVG."""
    brand = council.current().brand
    own = _file(council.folder(), brand.mark) if brand.mark else b""
    return own or MARK.format(colour=brand.colour).encode()


def share() -> bytes:
    """Return the picture shown where a page is passed on, as PNG; nothing where the council has none."""
    name = council.current().brand.share
    return _file(council.folder(), name) if name else b""


@cache
def _file(folder: Path, name: str) -> bytes:
    path = folder / name
    return path.read_bytes() if path.exists() else b""


def drawing(name: str, width: int = 48) -> Markup:
    """Return a container, or what else the council's data has drawings of, as SVG; words beside it say what it is."""
    return _drawing(council.folder(), name, width)


@cache
def _drawing(folder: Path, name: str, width: int) -> Markup:
    """Draw it once: a page of collections has dozens. Under 24 px the simpler drawing of the same thing."""
    of = council.current().drawn.get(name)
    is_small = width < 24
    shape = f"{of.shape if of else 'wheeled-bin'}{'-s' if is_small else ''}"
    height = round(width * 10 / 9) if is_small else round(width * 7 / 6)
    return Markup(
        '<svg class="kit-drawing kit-c-{}" width="{}" height="{}" aria-hidden="true"><use href="{}#{}"/></svg>'
    ).format(name, width, height, static("kit/drawings.svg"), shape)


MADE = {"brand": lambda: style().encode(), "icon": mark, "share": share}


def address(name: str) -> str:
    """Return where the brand's style sheet, its icon or its picture lies, with a mark of what it holds now."""
    return f"{reverse(name)}?v={digest(name)}"


def digest(name: str) -> str:
    """Return a mark of what lies there now."""
    return _digest(council.folder(), name)


@cache
def _digest(folder: Path, name: str) -> str:
    """Work it out once: each page names three, and a council's data is read once."""
    return hashlib.sha256(MADE[name]()).hexdigest()[:12]
