"""Texts as people and attackers send them: what each becomes at the gate. The one list that every input and output is tried with."""

from typing import Any

# What shall stay as it is.
HUMAN = {
    "welsh": "Tŷ Gwyn, Stryd y Ffynnon",
    "name of one letter": "O",
    "quotes": "It’s Ann O'Neill’s “gate” & 'fence'",
    "arabic": "حفرة كبيرة أمام البيت",
    "hebrew": "בור גדול ליד הבית",
    "persian": "می‌خواهم گزارش بدهم",
    "hindi": "क्‍ष में गड्ढा",
    "chinese": "路上有一个大坑",
    "polish": "Zażółć gęślą jaźń",
    "emoji": "👩‍👩‍👧‍👦 ❤️ 1️⃣ 👍🏽",
    "flag of wales": "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "formula": "=1+1",
    "minus": "-3 degrees",
    "at": "@here",
    "braces": "{{7*7}} {link} {name} %(what)s %s",
    "markup": "<b>bold</b> &amp; <script>alert(1)</script> ]]> <!-- -->",
    "sql": "'; drop table cases; --",
    "calendar": "BEGIN:VEVENT; a,b\\n",
}
# What is typed, and what stays of it.
HOSTILE = {
    "nul": ("a\x00b", "ab"),
    "escape": ("a\x1b[31mb", "a[31mb"),
    "tab": ("a\tb", "a b"),
    "no-break space": ("a\u00a0b", "a b"),
    "zero-width space": ("a\u200bb", "ab"),
    "byte order mark": ("\ufeffab", "ab"),
    "right-to-left mark": ("a\u200fb", "ab"),
    "right-to-left override": ("a\u202egpj.exe\u202c", "agpj.exe"),
    "soft hyphen": ("a\u00adb", "ab"),
    "joiner between letters": ("a\u200db", "ab"),
    "tag letters": ("a\U000e0061\U000e0062b", "ab"),
    "our own mark": ("a\ue000b\ue001", "ab"),
    "no character": ("a\ufffeb\uffff", "ab"),
    "decomposed": ("cafe\u0301", "café"),
    "blank of braille": ("a\u2800b", "ab"),
}
# What ends lines: taken in a text of several lines.
LINES = {
    "vertical tab": ("a\x0bb", "a\nb"),
    "form feed": ("a\x0cb", "a\nb"),
    "carriage return": ("a\rb", "a\nb"),
    "windows": ("a\r\nb", "a\nb"),
    "next line": ("a\x85b", "a\nb"),
    "line separator": ("a\u2028b\u2029c", "a\nb\nc"),
}
# Each by its name, as sent and as kept.
ONE_LINE: dict[str, tuple[str, str]] = {**{k: (v, v) for k, v in HUMAN.items()}, **HOSTILE}
ALL: dict[str, tuple[str, str]] = {**ONE_LINE, **LINES}


def params(texts: dict[str, tuple[str, str]]) -> list[Any]:
    """Return texts as parameters of a test, each under its name."""
    import pytest

    return [pytest.param(*pair, id=name) for name, pair in texts.items()]
