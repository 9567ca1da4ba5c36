"""Sums of money as people type them: read where they can mean one thing alone."""

import re
from unicodedata import normalize

# A point before two digits of pence; commas only where thousands are.
_SUM = re.compile(r"(?:£\s*)?([0-9]{1,7}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,2})(?:\.([0-9]{2}))?")
_MOST = 9_999_999


def pence(text: str) -> int | None:
    """Return the pence of a sum typed in pounds ("12", "12.50", "£1,234.50"); nothing where it is none, or could be another.

    "1,50" is £1.50 to some and "1.5" may be a slip for 15: who typed it is asked again, never guessed at.
    Digits of full width are digits.
    """
    match = _SUM.fullmatch(normalize("NFKC", text[:40]).strip())
    if match is None:
        return None
    whole = int(match[1].replace(",", ""))
    return whole * 100 + int(match[2] or 0) if whole <= _MOST else None
