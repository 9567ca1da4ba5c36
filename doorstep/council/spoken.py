"""In which language this council's texts are said now, and where its folder is."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from django.utils import translation
from pydantic import ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

from doorstep.text.untranslated import Untranslated

_CODE = re.compile(r"^[a-z]{2,3}$")
# A test dresses every text, to find those on a page that never came this way.
dress: Callable[[str], str] = str


def pick(value: object) -> object:
    """Return a text in the language spoken now, where it is given in several; the first given, failing that.

    One that is not given in the language spoken knows in which it is; given once, it is in the council's own.
    """
    code = own_language()
    if isinstance(value, Mapping) and value and all(_CODE.match(str(code)) for code in value):
        code = language() if language() in value else str(next(iter(value)))
        value = value[code]
    if not isinstance(value, str):
        return value
    return dress(value) if code == language() else Untranslated(dress(value), code)


def _kept(value: object, check: ValidatorFunctionWrapHandler) -> object:
    picked = pick(value)
    check(picked)  # which would give back a plain text
    return picked


# A text that residents read: a string, or a mapping from language to string.
Words = Annotated[
    str,
    WrapValidator(_kept),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        }
    ),
]


CHECKOUT = Path(__file__).resolve().parents[2]


# Where a deployment's data lies and which council's it is do not change while a process runs, and every page asks dozens
# of times; a test that sets them anew clears both.
@cache
def home() -> Path:
    """Return the folder that holds `services/` and `councils/` (DOORSTEP_HOME, else the checkout)."""
    given = os.environ.get("DOORSTEP_HOME")
    return Path(given) if given else CHECKOUT


@cache
def folder() -> Path:
    """Return this council's own folder."""
    return home() / "councils" / os.environ.get("DOORSTEP_COUNCIL", "demo")


def languages() -> dict[str, str]:
    """Return the languages residents may choose, by code; the first is the council's own."""
    return dict(_languages(folder()))


@cache
def _languages(folder: Path) -> dict[str, str]:
    return dict(_read(folder).get("languages") or {"en": "English"})


def own_language() -> str:
    """Return the code of the council's own language, in which staff and crews work."""
    return next(iter(languages()))


def language() -> str:
    """Return the code of the language spoken now: the active one where the council offers it, else its own."""
    return _offered(folder(), translation.get_language() or "")


@cache
def _offered(folder: Path, active: str) -> str:
    code, offered = active.split("-")[0], _languages(folder)
    return code if code in offered else next(iter(offered))


def speaking(code: str) -> AbstractContextManager[None]:
    """Speak a language inside the block."""
    return translation.override(code)


@cache
def _read(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "council.yaml").read_text()))
