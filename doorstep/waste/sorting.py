"""What goes into which container: a list that the council keeps in `what-goes-where.yaml`."""

import unicodedata
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from doorstep.council import queries as council
from doorstep.council.spoken import Words

FILE = "what-goes-where.yaml"


class Thing(BaseModel):
    """One thing: the containers it goes into (none: `say` says where else), and other words for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    thing: Words
    also: tuple[Words, ...] = ()
    into: tuple[str, ...] = ()
    say: Words = ""


def things() -> tuple[Thing, ...]:
    """Return the council's list by name, in the language spoken now; raises pydantic's ValidationError."""
    return _things(council.folder(), council.language())


@cache
def _things(folder: Path, language: str) -> tuple[Thing, ...]:
    path = folder / FILE
    rows = yaml.safe_load(path.read_text()) if path.exists() else []
    listed = TypeAdapter(tuple[Thing, ...]).validate_python(rows)
    return tuple(sorted(listed, key=lambda of: _plain(of.thing)))


def find(text: str) -> list[Thing]:
    """Return the things that a text is about: those with all its words first, else those with one of them."""
    words = [_one(word) for word in _plain(text).split()]
    named = [(of, _plain(" ".join((of.thing, *of.also)))) for of in things()]
    whole = [of for of, says in named if words and all(word in says for word in words)]
    long = [word for word in words if len(word) > 2]
    return whole or [of for of, says in named if any(word in says for word in long)]


def _one(word: str) -> str:
    """Return a word as it is of one thing, roughly: "boxes" is looked for as "box"."""
    for ending in ("es", "s"):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word.removesuffix(ending)
    return word


def _plain(text: str) -> str:
    """Return a text in small letters without accents or signs."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
