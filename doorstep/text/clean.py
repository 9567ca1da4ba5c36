"""Makes clean what comes in: no control or invisible character stays, in one form of each letter (NFC).

What is only invisible between words misleads: an address with a zero-width space is never found
again, a vertical tab breaks every feed it is in. What shapes letters and pictures is kept where it
does: joiners in Persian, Hindi and emoji, the variation of a heart, the flag of Wales.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

# All by classes of characters, so that thirty million letters cost a second whatever they are.
# Latin letters and signs as they are: nearly all that comes.
_PLAIN = re.compile("[\n\x20-\x7e\xa1-\xac\xae-\u02ff]*")
# Line ends of every system, and what Word leaves of a soft one.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Controls; fillers and blanks that are called letters; formats but those that are seen, such as the end of a
# verse; half characters; private ones, some of them marks of our messages; tags; what is no character at all.
_GONE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u070f\u0890\u0891\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U0010ffff]"
)
# Scripts whose letters a joiner shapes, and pictures.
_JOINS = (
    "\u0590-\u1fff\u2190-\u2bff\u2c00-\ud7ff\uf900-\ufdff\ufe0f\ufe70-\uffef"
    "\U00010000-\U0001fbff\U00020000-\U0003fffd"
)
_JOINER = re.compile(f"(?<![{_JOINS}])[\u200c\u200d]+|[\u200c\u200d]+(?![{_JOINS}])")
# A variation belongs to the one letter or picture before it: one of a run, and none at a beginning.
_VARIES = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_VARIATIONS = re.compile(f"([{_VARIES}])[{_VARIES}]+")
_VARIATION = re.compile(
    f"(?:^|(?<=[\\s\u200c\u200d]))[{_VARIES}]|(?<![{_JOINS}])[\U000e0100-\U000e01ef]"
)
# Flags of England, Scotland and Wales: a black flag, letters that are only marks, and their end.
_FLAG = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]{4,6}\U000e007f)")


def clean(text: str) -> str:
    """Return a text without what nobody sees, its lines ended by a line feed and its letters in NFC."""
    if _PLAIN.fullmatch(text):
        return text
    text = _SPACES.sub(" ", _LINE_END.sub("\n", text))
    # Every second piece is a flag.
    pieces = [p if n % 2 else _GONE.sub("", p) for n, p in enumerate(_FLAG.split(text))]
    text = _composed("".join(pieces))
    # Marks change places when what stood between them goes, and with them what a joiner stands beside.
    while (tidy := _joined(text)) != text:
        text = tidy
    return text


def _joined(text: str) -> str:
    text = _VARIATION.sub("", _VARIATIONS.sub(r"\1", text))
    return _composed(_JOINER.sub("", text))


@cache  # 0.04 s, which every start would wait for
def _heap() -> re.Pattern[str]:
    """Return what finds more marks on a letter than any script has; to compose a heap of a million would take hours."""
    marks = "".join(chr(n) for n in range(0x300, 0x1E950) if unicodedata.combining(chr(n)))
    return re.compile(f"([{marks}]{{8}})[{marks}]+")


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", _heap().sub(r"\1", text))


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
