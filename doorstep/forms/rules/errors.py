"""What can be wrong with a rule."""

from collections.abc import Iterable
from difflib import get_close_matches


class RuleError(Exception):
    """A rule that cannot be read or does not type: where, what, and near which text; `unknown` is a name that is not there."""

    unknown = ""

    def __init__(self, message: str, text: str, offset: int, where: str) -> None:
        self.message, self.text, self.offset, self.where = message, text, offset, where
        near = text[offset : offset + 30].split("\n")[0]
        place = f"{where}: " if where else ""
        super().__init__(f"{place}{message}" + (f", near `{near}`" if near else ""))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is nearest to one, or nothing where none is near."""
    near = get_close_matches(name, list(known), n=1)
    return near[0] if near else ""


def suggest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean `x`?" for the nearest known name, or nothing."""
    near = nearest(name, known)
    return f"; did you mean `{near}`?" if near else ""
