"""A text in another language than the one spoken now: a page says so of it, so that it is read aloud rightly."""

from collections.abc import Sequence

from markupsafe import Markup


class Untranslated(str):
    """A text that was not given in the language spoken; on a page it carries its own as `lang`.

    Everywhere else, such as in a message or a feed, it is the text alone.
    """

    language: str

    def __new__(cls, text: str, language: str) -> "Untranslated":
        """Return the text with the code of its language."""
        made = super().__new__(cls, text)
        made.language = language
        return made

    def __html__(self) -> str:
        """Return the text as a page draws it; the page's own escaping asks for this."""
        return Markup('<span lang="{}">{}</span>').format(self.language, str(self)) if self else ""


def together(texts: Sequence[str]) -> str:
    """Return texts as one, with commas; in the language of the first that is untranslated."""
    first = next((text for text in texts if isinstance(text, Untranslated)), "")
    return like(first, ", ".join(texts))


def like(text: str, changed: str) -> str:
    """Return what was made of a text, in that text's language."""
    return Untranslated(changed, text.language) if isinstance(text, Untranslated) else changed
