"""Says in our words what has another shape than it should: what is missing, not known, or of another kind."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic.fields import FieldInfo

from doorstep.catalogue import stand_ins
from doorstep.catalogue.problem import Problem
from doorstep.catalogue.reading import Source
from doorstep.forms.rules.errors import suggest

_A_DAY = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")
# Names that a file has for all its own ones would fill the screen.
MOST_NAMES = 12


def said(
    source: Source,
    path: tuple[object, ...],
    error: Mapping[str, Any],
    of: object,
    field: FieldInfo | None,
    inside: object,
    is_key: bool,
) -> Problem:
    """Return a mistake of shape as a problem: `of` is what should stand there, `inside` the part around it."""
    where, kind = source.where(*map(_as_written, path)), str(error["type"])
    value, about = error.get("input"), field.description or "" if field else ""
    if kind == "missing":
        return where.wrong("missing", f"{_name(path)} is missing{_colon(about)}")
    if is_key or kind in ("extra_forbidden", "invalid_key"):
        return where.wrong("unknown_name", _unknown(path, inside))
    if kind == "value_error":
        context = error.get("ctx", {})
        return where.wrong("wrong_value", f"{_name(path)}: {context.get('error', '')}")
    if kind == "string_pattern_mismatch":
        return where.wrong(
            "wrong_form", f"{_name(path)} cannot be `{_short(value)}`{_colon(about)}"
        )
    if kind == "literal_error":
        names = [str(name) for name in _values(of)]
        words = (
            f"cannot be `{_short(value)}`{suggest(str(value), names)}; it is {stand_ins.wanted(of)}"
        )
        return where.wrong("not_among", f"{_name(path)} {words}")
    if bound := _bound(kind, error.get("ctx", {})):
        return where.wrong("out_of_range", f"{_name(path)} must be {bound}, not {value}")
    words = f"{_name(path)} must be {stand_ins.wanted(of)}; here is {_there(value, of)}"
    return where.wrong("wrong_type", words)


def _as_written(part: object) -> object:
    """Return a name as it stands in the file: the library that reads shapes writes a day as a program does."""
    day = _A_DAY.fullmatch(str(part))
    return date(*map(int, day.groups())).isoformat() if day else part


def _values(of: object) -> tuple[object, ...]:
    return tuple(v for one in stand_ins.alternatives(of) for v in getattr(one, "__args__", ()))


def _name(path: tuple[object, ...]) -> str:
    """Return what a part is called: its name, or which line of its list it is."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"line {path[-1] + 1} of {_name(path[:-1])}"
    return f"`{path[-1]}`"


def _colon(words: str) -> str:
    return f": {words}" if words else ""


def _unknown(path: tuple[object, ...], inside: object) -> str:
    name, names = path[-1], stand_ins.names_of(inside)
    if _as_written(name) != name:
        name = date.fromisoformat(str(_as_written(name)))
    if not isinstance(name, str):
        said = name.isoformat() if isinstance(name, date) else name
        return f"the name `{said}` must stand in quotes, such as '{said}'"
    hint = suggest(name, names)
    if hint or len(names) > MOST_NAMES:
        return f"`{name}` is not known here{hint}"
    return f"`{name}` is not known here; there may be: {', '.join(names)}"


def _bound(kind: str, context: Mapping[str, Any]) -> str:
    bounds = {"greater_than_equal": ("ge", "or more"), "less_than_equal": ("le", "or less")}
    if kind not in bounds:
        return ""
    name, words = bounds[kind]
    return f"{context.get(name)} {words}"


def _there(value: object, of: object) -> str:
    """Return what stands there instead, and what to do where it only looks like something else."""
    wants_text = any(stand_ins.shape(one) is str for one in stand_ins.alternatives(of))
    quotes = "; put it in quotes" if wants_text else ""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()}{quotes}"
    if isinstance(value, int | float):
        return f"the number {value}{quotes}"
    if isinstance(value, date):
        return f"the day {value}{quotes}"
    if isinstance(value, str):
        return f"the text `{_short(value)}`"
    if isinstance(value, dict):
        return f"a part with {', '.join(f'`{_short(name)}`' for name in list(value)[:3])}"
    return "a list"


def _short(value: object) -> str:
    text = str(value).split("\n")[0]
    return text if len(text) <= 40 else f"{text[:40]}…"
