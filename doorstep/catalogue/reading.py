"""Reads YAML with line numbers, so that every mistake names file and line."""

import re
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from doorstep.catalogue.errors import DefinitionError

M = TypeVar("M", bound=BaseModel)


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's idea of booleans: only true and false; `on`, `yes` and `no` are words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """Return a text's nodes, which know their lines, and its data; parsed once."""
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
            raise DefinitionError([f"{name}:{line}: not readable as YAML: {why}"]) from exc

    def where(self, *path: object) -> str:
        """Return "file:line" of the deepest part of the path that stands in the file."""
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
        return f"{self.name}:{line}"

    def as_model(self, model: type[M]) -> M:
        """Return the file as a model; raises DefinitionError with a line for each mistake."""
        try:
            return model.model_validate(self.data)
        except ValidationError as exc:
            raise DefinitionError(
                [
                    f"{self.where(*e['loc'])}: {'.'.join(map(str, e['loc']))}: {e['msg']}"
                    for e in exc.errors()
                ]
            ) from exc
