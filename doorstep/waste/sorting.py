"""What goes into which container: a list that the council keeps in `what-goes-where.yaml`."""

import unicodedata
from functools import cache
from pathlib import Path

import structlog
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from doorstep.council import checking
from doorstep.council import queries as council
from doorstep.council.spoken import Words

FILE = "what-goes-where.yaml"
log = structlog.get_logger("doorstep.waste")


class Thing(BaseModel):
    """One thing: the containers it goes into (none: `say` says where else), and other words for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    thing: Words
    also: tuple[Words, ...] = ()
    into: tuple[str, ...] = ()
    say: Words = ""


def things() -> tuple[Thing, ...]:
    """Return the council's list by name, in the language spoken now; nothing where it cannot be read."""
    return _things(council.folder(), council.language())


@cache
def _things(folder: Path, language: str) -> tuple[Thing, ...]:
    try:
        return tuple(sorted(_read(folder), key=lambda of: _plain(of.thing)))
    except (ValidationError, yaml.YAMLError) as exc:
        # Said at start (`problems`); who changed it since has a page that says so.
        log.error("what_goes_where_unreadable", error=type(exc).__name__)
        return ()


def _read(folder: Path) -> tuple[Thing, ...]:
    path = folder / FILE
    rows = yaml.safe_load(path.read_text()) if path.exists() else []
    return TypeAdapter(tuple[Thing, ...]).validate_python(rows)


def problems() -> list[str]:
    """Return what is wrong in the council's list, by its file and the thing."""
    path, known = council.folder() / FILE, council.current().containers
    try:
        things = _read(council.folder())
    except ValidationError as exc:
        return checking.said(path, exc)
    except yaml.YAMLError as exc:
        return [f"{path}: not YAML: {' '.join(str(exc).split())}"]
    unknown = [(of.thing, kind) for of in things for kind in of.into if kind not in known]
    return [f"{path}: {thing}: `{kind}` is not among `containers`" for thing, kind in unknown]


def find(text: str) -> list[Thing]:
    """Return the things that a text is about: those with all its words, the closest first; else those with one of them.

    A word is found at the beginning of another, never inside one: "poo" is no shampoo.
    """
    asked = [word for word in _words(text) if len(word) > 1]
    named = [(of, _words(" ".join((of.thing, *of.also)))) for of in things()]
    whole = [(of, said) for of, said in named if asked and all(_has(said, word) for word in asked)]
    if whole:
        return [of for of, said in sorted(whole, key=lambda row: not set(asked) <= set(row[1]))]
    long = [word for word in asked if len(word) > 3]
    return [of for of, said in named if any(word in said for word in long)]


def _has(said: list[str], word: str) -> bool:
    return any(other == word or (len(word) > 3 and other.startswith(word)) for other in said)


def _words(text: str) -> list[str]:
    return [_one(word) for word in _plain(text).split()]


def _one(word: str) -> str:
    """Return a word as it is of one thing, roughly: boxes, leaves and tyres are looked for as box, leaf and tyre."""
    for many, single in (("ves", "f"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ies", "y")):
        if len(word) > len(many) + 1 and word.endswith(many):
            return word.removesuffix(many) + single
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _plain(text: str) -> str:
    """Return a text in small letters without accents or signs."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
