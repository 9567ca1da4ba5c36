"""Reads YAML with line numbers, so that every mistake names file and line."""

import re
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.problem import Place

M = TypeVar("M", bound=BaseModel)


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's idea of booleans: only true and false; `on`, `yes` and `no` are words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


class _TooMuch(ValueError):
    """A file that would hold up, or end, the process that reads it."""


# A definition of ours is 8 deep and has a tenth of these parts.
MOST_LETTERS, MOST_DEPTH, MOST_PARTS = 1_000_000, 40, 100_000


def _check_size(text: str) -> None:
    """Raise _TooMuch for a text that is too long, too deep (the library's reader would end the process), or grows by its aliases."""
    if len(text) > MOST_LETTERS:
        raise _TooMuch(f"longer than {MOST_LETTERS:,} letters")
    parts, anchors, open_ones = 0, dict[str | None, int](), list[tuple[str | None, int]]()
    # One event after another, so this is never deep itself.
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            parts += anchors.get(event.anchor, 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_ones.append((event.anchor, parts))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_ones.pop()
            anchors[anchor] = parts - before
        else:
            parts += 1
        if len(open_ones) > MOST_DEPTH or parts > MOST_PARTS:
            raise _TooMuch(f"deeper than {MOST_DEPTH} levels or of more than {MOST_PARTS:,} parts")


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """Return a text's nodes, which know their lines, and its data; parsed once."""
    _check_size(text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node else None
    finally:
        loader.dispose()


class Source:
    """One YAML file: its data, and the line of any place in it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        try:
            self._node, self.data = _parsed(text)
        except yaml.YAMLError as exc:
            mark = getattr(exc, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            why = getattr(exc, "problem", None) or str(exc).splitlines()[0]
            wrong = Place(name, (), line).wrong("yaml", f"not readable as YAML: {why}")
            raise DefinitionError([wrong]) from exc
        except (ValueError, OverflowError) as exc:  # such as 2026-13-45, which looks like a day
            raise DefinitionError([Place(name).wrong("yaml", f"not readable: {exc}")]) from exc

    def where(self, *path: object) -> Place:
        """Return a place by its path, with the line of the deepest part that stands in the file."""
        node, line = self._node, 1
        for part in path:
            child = None
            if isinstance(node, yaml.MappingNode):
                child = next((v for k, v in node.value if k.value == str(part)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                child = node.value[part] if part < len(node.value) else None
            if child is None:
                continue
            node = child
            line = node.start_mark.line + 1
        return Place(self.name, path, line)

    def as_model(self, model: type[M]) -> M:
        """Return the file as a model; raises DefinitionError with a line for each mistake."""
        try:
            return model.model_validate(self.data)
        except ValidationError as exc:
            raise DefinitionError(
                [
                    self.where(*e["loc"]).wrong(
                        "shape", f"{'.'.join(map(str, e['loc']))}: {e['msg']}"
                    )
                    for e in exc.errors()
                ]
            ) from exc
