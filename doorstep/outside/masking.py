"""What a vendor says of a failure, for staff: its own words, without anything that may be a person's."""

import re
from collections.abc import Iterable

MOST = 120
MASK = "…"
# E-mail addresses, postcodes, and numbers of three digits or more: telephones, UPRNs, cards, references.
_PERSONAL = re.compile(
    r"\S+@\S+|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b\w*\d[\d\s-]{1,}\d\w*", re.IGNORECASE
)
_WORD = re.compile(r"\w{3,}")
# Words of every system's failures, which stay though we sent them, too.
_PLAIN = frozenset(
    {
        "the",
        "and",
        "not",
        "for",
        "has",
        "was",
        "with",
        "this",
        "that",
        "service",
        "worksheet",
        "missed",
        "item",
    }
)


def masked(said: str, sent: Iterable[str] = ()) -> str:
    """Return a vendor's sentence with what may be personal left out, and each word that we had sent: it may repeat our request."""
    sent = [text for text in sent if len(text) > 1]
    ours = {word.lower() for text in sent for word in _WORD.findall(text)} - _PLAIN
    plain = " ".join(said.split())
    for text in sorted(sent, key=len, reverse=True):  # also what is no word, such as a password
        plain = plain.replace(text, MASK)
    plain = _PERSONAL.sub(MASK, plain)
    return _WORD.sub(lambda m: MASK if m[0].lower() in ours else m[0], plain)[:MOST]
