"""Checks that a setting's value fits its type: the service's default, and the council's own."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from doorstep.catalogue.files import SettingFile
from doorstep.catalogue.problem import Problem
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Service
from doorstep.forms.rules.errors import suggest

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
# What a rule may write down: fifteen digits.
MOST_NUMBER = 10**15
FITS: dict[str, tuple[Callable[[object], bool], str]] = {
    "number": (
        lambda v: isinstance(v, int) and not isinstance(v, bool) and abs(v) <= MOST_NUMBER,
        "a whole number",
    ),
    "money": (
        lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= MOST_NUMBER,
        "pence, such as 2500 for £25",
    ),
    "yes_no": (lambda v: isinstance(v, bool), "true or false"),
    "text": (lambda v: isinstance(v, str), "a text"),
    "time": (
        lambda v: isinstance(v, str) and bool(_TIME.fullmatch(v)),
        'a time in quotes, such as "18:00"',
    ),
    "texts": (
        lambda v: isinstance(v, list) and all(isinstance(item, str) for item in v),
        "a list of texts",
    ),
}


_CELLS: dict[str, tuple[Callable[[object], bool], str]] = {
    **FITS,
    "words": (lambda v: isinstance(v, str | dict), "a text, or {language: text}"),
}


def _wrong_table(setting: SettingFile, value: object) -> str:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return "must be a list of rows"
    for number, row in enumerate(value, 1):
        if set(row) != set(setting.columns):
            return f"row {number} must have the columns {', '.join(setting.columns)}"
        for name, kind in setting.columns.items():
            fits, words = _CELLS[kind]
            if not fits(row[name]):
                return f"row {number}: `{name}` must be {words}"
    return ""


def misfit(setting: SettingFile, value: object) -> str:
    """Return what a value of a setting must be, where it is something else; else nothing."""
    if setting.type == "table":
        return _wrong_table(setting, value)
    fits, words = FITS[setting.type]
    return "" if fits(value) else f"must be {words}"


def default_problems(service: Service, source: Source) -> list[Problem]:
    """Return what is wrong with the defaults in service.yaml, each with its line."""
    problems = []
    for name, setting in service.about.settings.items():
        where = source.where("settings", name, "default")
        if is_dated(setting, setting.default):
            problems += [
                where.wrong("setting", f"`default`: {wrong}")
                for wrong in _dated(setting, setting.default)
            ]
        elif said := misfit(setting, setting.default):
            problems.append(where.wrong("setting", f"`default` {said}"))
    return problems


def is_dated(setting: SettingFile, value: object) -> bool:
    """Say whether a value is a dated list, and not one value (which may be a table)."""
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return False
    return setting.type != "table" or set(value[0]) == {"since", "value"}


def _dated(setting: SettingFile, values: list[object]) -> Iterator[str]:
    for item in values:
        if not isinstance(item, dict) or set(item) != {"since", "value"}:
            yield "each dated value says `since` and `value`"
        elif not isinstance(item["since"], date):
            yield "`since` must be a day, such as 2027-04-01"
        else:
            said = misfit(setting, item["value"])
            if said:
                yield said


def own_problems(service: Service, source: Source, own: object) -> list[Problem]:
    """Return what is wrong with a council's own values for a service, each with file and line."""
    if not isinstance(own, dict):
        where = source.where(service.slug)
        return [where.wrong("setting", "settings are said as `name: value`")]
    problems = []
    for name, value in own.items():
        where, setting = source.where(service.slug, name), service.about.settings.get(str(name))
        if setting is None:
            near = suggest(str(name), service.about.settings)
            words = f"{service.slug} has no setting `{name}`{near}"
            problems.append(where.wrong("no_such_setting", words))
        elif is_dated(setting, value):
            dated = _dated(setting, value)
            problems += [where.wrong("setting", f"`{name}`: {wrong}") for wrong in dated]
        elif said := misfit(setting, value):
            problems.append(where.wrong("setting", f"`{name}` {said}"))
    return problems
