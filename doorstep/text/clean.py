"""Makes clean what comes in: no control or invisible character stays, in one form of each letter (NFC).

What is only invisible between words misleads: an address with a zero-width space is never found
again, a vertical tab breaks every feed it is in. What shapes letters and pictures is kept where it
does: joiners in Persian, Hindi and emoji, the variation of a heart, the flag of Wales.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

# Line ends of every system, and what Word leaves of a soft one.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Category Cc: controls; Cf: formats; Cs: half characters; Co: private, some of them marks of our messages.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
# Formats that are seen: signs round a number, the end of a verse.
_SEEN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u08e2\U000110bd")
# Letters and marks by category that show nothing: fillers, the blank of Braille, a joiner of graphemes.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# What the database or XML cannot hold: the last two of each plane, and U+FDD0 to U+FDEF.
_NO_CHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_JOINERS, _PICTURE = "\u200c\u200d", "\ufe0f"
_SELECTS = re.compile("[\ufe00-\ufe0f]")
# Flags of England, Scotland and Wales: a black flag, letters that are only marks, and their end.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{4,6}\U000e007f")
# Latin letters and signs as they are: nearly all that comes, and a file of a million lines.
_PLAIN = re.compile("[\n\x20-\x7e\xa1-\xac\xae-\u02ff]*")
_NOT_PLAIN = re.compile("[^\n\x20-\x7e\xa1-\xac\xae-\u02ff]+")


def clean(text: str) -> str:
    """Return a text without what nobody sees, its lines ended by a line feed and its letters in NFC."""
    if _PLAIN.fullmatch(text):
        return text
    text = _NO_CHARACTER.sub("", _LINE_END.sub("\n", text))
    pieces, at = [], 0
    for flag in _FLAG.finditer(text):
        pieces += [_NOT_PLAIN.sub(_seen, text[at : flag.start()]), flag[0]]
        at = flag.end()
    return unicodedata.normalize("NFC", "".join([*pieces, _NOT_PLAIN.sub(_seen, text[at:])]))


def line(text: str) -> str:
    """Return a text clean and on one line, one space between words."""
    return " ".join(clean(text).split())


def clean_all(value: Any) -> Any:
    """Return a value of JSON with every text in it clean, names too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean_all(name): clean_all(item) for name, item in value.items()}
    if isinstance(value, list):
        return [clean_all(item) for item in value]
    return value


def _seen(run: re.Match[str]) -> str:
    """Return what is seen of a run of characters that are not all plain."""
    before, kept = run.string[max(0, run.start() - 1) : run.start()], ""
    for n in range(run.start(), run.end()):
        sign = _as_seen(run.string[n], before, run.string[n + 1 : n + 2])
        kept, before = kept + sign, sign or before
    return kept


def _as_seen(sign: str, before: str, after: str) -> str:
    """Return what stays of a character between two others."""
    if sign == "\n":
        return sign
    if sign == "\t" or unicodedata.category(sign) == "Zs":
        return " "
    if sign in _JOINERS:
        return sign if _joins(before) and _joins(after) else ""
    if _SELECTS.match(sign):
        return sign if before and not before.isspace() and not _SELECTS.match(before) else ""
    if sign in _SEEN:
        return sign
    return "" if sign in _BLANK or unicodedata.category(sign) in _UNSEEN else sign


def _joins(sign: str) -> bool:
    """Say whether a joiner shapes what stands beside it: a script that joins, or a picture."""
    if not sign or sign < "\u0590":
        return False  # Latin, Greek and Cyrillic letters are not joined
    return sign == _PICTURE or unicodedata.category(sign)[0] in "LMS"
