"""Reads a file as what it should be; what has another shape is said in our words, left out, and the rest read on."""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from doorstep.catalogue import stand_ins
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.problem import Problem
from doorstep.catalogue.reading import Source
from doorstep.catalogue.shape_words import said
from doorstep.forms.rules.errors import nearest

M = TypeVar("M", bound=BaseModel)
Path = tuple[object, ...]
# Mending one mistake may show others behind it; each round says all that are there.
MOST_ROUNDS = 20
# What is written as a name, and is none, such as `How many`, may be named by its words elsewhere.
MOST_OF_A_NAME = 30
_GONE: Any = object()
# The library's words for a name that is not known.
_NAMES = ("extra_forbidden", "invalid_key")


@dataclass
class Shaped(Generic[M]):
    """A file as read: with a stand-in for each part that could not be, where those are, and the names that were lost."""

    model: M
    problems: list[Problem] = field(default_factory=list)
    mended: list[Path] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)


@dataclass
class _At:
    """Where the library found a mistake: the path in the file, what should be there, and as what."""

    path: Path
    of: object
    field: FieldInfo | None
    inside: object  # the type of the part around it
    is_key: bool = False


def read(source: Source, model: type[M]) -> M:
    """Return a file as a model; raises DefinitionError with a line for each mistake."""
    shaped = read_on(source, model)
    if shaped.problems:
        raise DefinitionError(shaped.problems)
    return shaped.model


def read_on(source: Source, model: type[M]) -> Shaped[M]:
    """Return a file as a model, whatever is wrong with it, and each mistake."""
    try:
        return Shaped(model.model_validate(source.data))
    except ValidationError:
        return _Mending(source, model).read()


def nothing(model: type[M]) -> Shaped[M]:
    """Return what stands in for a file that is not there."""
    return Shaped(model.model_validate(stand_ins.stand_in(model)), mended=[()])


class _Mending(Generic[M]):
    """One file that does not fit its model."""

    def __init__(self, source: Source, model: type[M]) -> None:
        self.source, self.model = source, model
        self.data = deepcopy(source.data)
        self.problems: list[Problem] = []
        self.mended: list[Path] = []
        self.lost: set[str] = set()
        self.meant: set[Path] = set()

    def read(self) -> Shaped[M]:
        """Mend mistake by mistake until the file can be read."""
        for _ in range(MOST_ROUNDS):
            try:
                made = self.model.model_validate(self.data)
                return Shaped(made, self.problems, self.mended, self.lost)
            except ValidationError as exc:
                # Slips in names first: what they were meant as is not missing then.
                for error in sorted(exc.errors(), key=lambda e: e["type"] not in _NAMES):
                    self._one(error)
                self._sweep(self.data, (), set())
        made = self.model.model_validate(self._root())
        return Shaped(made, self.problems, [()], self.lost)

    def _root(self) -> Any:
        is_list = stand_ins.shape(self.model) is list
        return [] if is_list else stand_ins.stand_in(self.model)

    def _one(self, error: Mapping[str, Any]) -> None:
        at = self._find(error["loc"])
        if at is None or at.path in self.meant:  # of a union, the type that was not meant
            return
        problem = said(self.source, at.path, error, at.of, at.field, at.inside, at.is_key)
        if str(problem) not in map(str, self.problems):
            self.problems.append(problem)
        self._mend(at, str(error["type"]))

    def _find(self, loc: Path) -> _At | None:
        """Follow the library's path, which has names of types in it, down the file."""
        value, path = self.data, list[object]()
        of: object = self.model
        field: FieldInfo | None = None
        inside: object = None
        for part in loc:
            if part == "[key]":
                return _At(tuple(path), of, field, inside, is_key=True)
            several = len([a for a in stand_ins.alternatives(of) if a is not type(None)]) > 1
            meant = stand_ins.chosen(of, value, part if several else None)
            if several:
                if meant is None:
                    known = stand_ins.chosen(of, value)
                    return None if known else _At(tuple(path), of, field, inside)
                of = meant
                continue
            if meant is None:
                return None
            inside, field = meant, None
            if stand_ins.is_model(meant):
                field = stand_ins.fields(meant).get(str(part))
                of = stand_ins.type_of(field) if field else None
            else:
                is_item = stand_ins.shape(meant) is list
                of = stand_ins.item_of(meant) if is_item else stand_ins.entry_of(meant)
            path.append(part)
            value = _part(value, part)
        return _At(tuple(path), of, field, inside)

    def _mend(self, at: _At, kind: str) -> None:
        if not at.path:
            self.data = self._root()
            self.mended.append(())
            return
        around, name = self._around(at.path), at.path[-1]
        if around is None:
            return
        if at.is_key or kind in _NAMES:
            self._mend_name(at, around, name)
            return
        self._lose(_part(around, name))
        self.mended.append(self.source.where(*at.path).path)
        if isinstance(around, list):
            around[int(str(name))] = _GONE
        elif at.field is not None and not at.field.is_required():
            around.pop(name, None)
        else:
            around[name] = stand_ins.stand_in(at.of, at.field.metadata if at.field else ())

    def _mend_name(self, at: _At, around: Any, name: object) -> None:
        """Read a name that is a slip as the one that was meant; leave out what is not known at all."""
        meant = str(name)
        if isinstance(name, str):
            names = [n for n in stand_ins.names_of(at.inside) if n not in around]
            meant = nearest(name, names)
        if name not in around:
            return
        value = around.pop(name)
        if meant:
            around[meant] = value
            self.source.rename(at.path, meant)
            self.meant.add((*at.path[:-1], meant))
        else:
            self._lose({name: value})

    def _around(self, path: Path) -> Any:
        value = self.data
        for part in path[:-1]:
            value = _part(value, part)
        there = isinstance(value, dict) or (
            isinstance(value, list) and isinstance(path[-1], int) and path[-1] < len(value)
        )
        return value if there else None

    def _lose(self, value: object) -> None:
        """Remember every name in a part that is left out: what rests on one of them is no mistake of its own."""
        if isinstance(value, dict):
            for name, part in value.items():
                self.lost.add(str(name))
                self._lose(part)
        elif isinstance(value, list):
            for part in value:
                self._lose(part)
        elif isinstance(value, str):
            self.lost.add(value)
            if len(value) <= MOST_OF_A_NAME:
                self.lost |= set(re.findall(r"\w+", value.lower()))

    def _sweep(self, value: object, path: Path, seen: set[int]) -> None:
        """Take the items out of lists that were left out, in the data and in what knows its lines."""
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, list):
            gone = {n for n, item in enumerate(value) if item is _GONE}
            if gone:
                value[:] = [item for item in value if item is not _GONE]
                self.source.leave_out(path, gone)
            for n, item in enumerate(value):
                self._sweep(item, (*path, n), seen)
        elif isinstance(value, dict):
            for name, item in value.items():
                self._sweep(item, (*path, name), seen)


def _part(value: object, part: object) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None
