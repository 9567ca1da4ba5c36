"""Makes safe what goes out, by format: also what was stored before anything was made clean."""

import re
from collections.abc import Mapping, Sequence

# Characters that no XML may hold, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A cell that begins so is worked out by spreadsheets, as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def for_xml(text: str) -> str:
    """Return what XML, and so RSS, can hold of a text; escaping is for whoever writes it."""
    return _NOT_IN_XML.sub("", text)


def for_json(value: object) -> object:
    """Return a value with each of its texts as every reader of JSON takes it."""
    if isinstance(value, str):
        return for_xml(value)
    if isinstance(value, Mapping):
        return {name: for_json(item) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [for_json(item) for item in value]
    return value


def for_csv(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula; a number stays one."""
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else for_xml(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def for_subject(text: str) -> str:
    """Return a text as the subject of an e-mail: one line, nothing that could begin another header."""
    return " ".join(for_xml(text).split())
