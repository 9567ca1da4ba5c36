"""Parts of a page that are alike on every page, drawn once a language: its head, header and footer."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, pass_environment
from markupsafe import Markup, escape

from doorstep.council import queries as council

# Nothing that anybody writes holds it.
WHERE = "\x00where\x00"


@pass_environment
def part(pages: Environment, name: str, where: str = "", **by: object) -> Markup:
    """Return a part by its template's name, with the one text that each page has of its own, `where`, in it.

    `by` is what else it hangs on, each yes or no.
    """
    yes_or_no = tuple((key, bool(value)) for key, value in by.items())
    pieces = _drawn(pages, name, council.folder(), council.language(), yes_or_no)
    return Markup(str(escape(where)).join(pieces))


@lru_cache(maxsize=200)
def _drawn(
    pages: Environment, name: str, folder: Path, language: str, by: tuple[tuple[str, bool], ...]
) -> list[str]:
    """Draw a part for a council, in the language spoken now, and cut it where the page's own text goes."""
    return pages.get_template(name).render(where=WHERE, **dict(by)).split(WHERE)
