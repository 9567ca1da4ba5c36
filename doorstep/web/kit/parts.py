"""Parts of a page that are alike on many pages, drawn once a language: its frame, the weeks of all homes of the same rounds."""

from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, pass_environment
from markupsafe import Markup, escape

from doorstep.council import queries as council

# Nothing that anybody writes holds it.
WHERE = "\x00where\x00"


@pass_environment
def part(pages: Environment, name: str, where: str = "", **drawn_of: Hashable) -> Markup:
    """Return a part by its template's name, with the one text that each page has of its own, `where`, in it.

    What it is drawn of besides is plain values, equal where what is drawn is: those that were drawn last are kept. A template
    of a part reads nothing else that changes, such as the clock or the request.
    """
    values = tuple(drawn_of.items())
    pieces = _drawn(pages, name, council.folder(), council.language(), values)
    return Markup(str(escape(where)).join(pieces))


@lru_cache(maxsize=500)
def _drawn(
    pages: Environment,
    name: str,
    folder: Path,
    language: str,
    values: tuple[tuple[str, Hashable], ...],
) -> list[str]:
    """Draw a part for a council, in the language spoken now, and cut it where the page's own text goes."""
    return pages.get_template(name).render(where=WHERE, **dict(values)).split(WHERE)
