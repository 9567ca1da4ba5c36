"""Reads YAML with line numbers, so that every mistake names file and line."""

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from typing import Any

import yaml

from doorstep.catalogue import yaml_mistakes
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.problem import Place, Problem


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's idea of booleans: only true and false; `on`, `yes` and `no` are words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


class _Unreadable(Exception):
    """A text that is no YAML, or that would hold up, or end, the process that reads it."""

    def __init__(self, words: str, line: int = 1) -> None:
        super().__init__(words)
        self.words, self.line = words, line


# A definition of ours is 8 deep and has a tenth of these parts.
MOST_LETTERS, MOST_DEPTH, MOST_PARTS = 1_000_000, 40, 100_000


def _check_size(text: str) -> None:
    """Raise _Unreadable for a text that is too long, too deep (the library's reader would end the process), or grows by its aliases."""
    if len(text) > MOST_LETTERS:
        raise _Unreadable(f"longer than {MOST_LETTERS:,} letters")
    parts, anchors, open_ones = 0, dict[str | None, int](), list[tuple[str | None, int]]()
    # One event after another, so this is never deep itself.
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in (anchor for anchor, _ in open_ones):
                raise _Unreadable(f"`*{event.anchor}` stands inside of what it stands for")
            parts += anchors.get(event.anchor, 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_ones.append((event.anchor, parts))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_ones.pop()
            anchors[anchor] = parts - before
        else:
            parts += 1
        if len(open_ones) > MOST_DEPTH or parts > MOST_PARTS:
            raise _Unreadable(
                f"deeper than {MOST_DEPTH} levels or of more than {MOST_PARTS:,} parts"
            )


# What the library raises for a text that looks like a day, a time or a number, and is none.
NO_VALUE = (ValueError, OverflowError, TypeError)
Doubled = list[tuple[tuple[object, ...], int]]


# The same text comes again in each language of the council, and whenever a folder is looked at.
@lru_cache(maxsize=16)
def _parsed(text: str) -> tuple[yaml.Node | None, Any, Doubled]:
    """Return a text's nodes, which know their lines, its data, and names said twice; raises _Unreadable."""
    try:
        _check_size(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            twice = list(yaml_mistakes.doubled(node))  # before what `<<:` takes in stands there too
            return node, _constructed(loader, node) if node else None, twice
        finally:
            loader.dispose()
    except yaml.YAMLError as exc:
        raise _Unreadable(yaml_mistakes.words(exc), yaml_mistakes.line(exc, text)) from exc


def _constructed(loader: _Loader, node: yaml.Node) -> Any:
    try:
        return loader.construct_document(node)
    except NO_VALUE as exc:  # such as 2026-13-45, which looks like a day
        raise _Unreadable(*_no_value(loader, node)) from exc


def _no_value(loader: _Loader, node: yaml.Node) -> tuple[str, int]:
    """Return which value looks like a day, a time or a number and is none, and its line."""
    for leaf in _leaves(node):
        loader.recursive_objects, loader.constructed_objects = {}, {}
        try:
            loader.construct_object(leaf)
        except NO_VALUE:
            value = str(leaf.value)[:30]
            words = f"`{value}` looks like a day, a time or a number and is none; put it in quotes"
            return words, leaf.start_mark.line + 1
    return "the names before colons must be plain words", 1


def _leaves(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _leaves(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _leaves(key)
            yield from _leaves(value)


class Source:
    """One YAML file: its data, and the line of any place in it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        # Which items of a list are still there, by the list's node, where mistaken ones were left out.
        self._left: dict[int, list[int]] = {}
        self._is_own = False
        try:
            self._node, self.data, self._doubled = _parsed(text)
        except _Unreadable as exc:
            place = Place(name, (), exc.line)
            raise DefinitionError(
                [place.wrong("yaml", f"not readable as YAML: {exc.words}")]
            ) from exc

    def where(self, *path: object) -> Place:
        """Return a place by its path, with the line of the deepest part that stands in the file."""
        node, line, true_path = self._node, 1, list[object]()
        for part in path:
            child = None
            if isinstance(node, yaml.MappingNode):
                # The last: what `<<:` takes in stands before what a part says itself.
                child = next((v for k, v in reversed(node.value) if k.value == str(part)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                child = node.value[part] if part < len(node.value) else None
                left = self._left.get(id(node))
                part = left[part] if left and part < len(left) else part
            true_path.append(part)
            if child is None:
                continue
            node = child
            line = node.start_mark.line + 1
        return Place(self.name, tuple(true_path), line)

    def leave_out(self, path: tuple[object, ...], gone: set[int]) -> None:
        """Take it that items of a list are not there: what is asked for by its number is another then."""
        self._take_own()
        node = self._at(path)
        if isinstance(node, yaml.SequenceNode):
            left = self._left.get(id(node), list(range(len(node.value))))
            self._left[id(node)] = [n for i, n in enumerate(left) if i not in gone]
            node.value = [item for i, item in enumerate(node.value) if i not in gone]

    def rename(self, path: tuple[object, ...], name: str) -> None:
        """Take it that a part is called otherwise."""
        self._take_own()
        node = self._at(path[:-1])
        if isinstance(node, yaml.MappingNode):
            for key, _ in node.value:
                key.value = name if key.value == str(path[-1]) else key.value

    def _take_own(self) -> None:
        """Copy what others read of the same text, before it is changed."""
        if not self._is_own:
            self._node, self._is_own = deepcopy(self._node), True

    def _at(self, path: tuple[object, ...]) -> yaml.Node | None:
        node = self._node
        for part in path:
            if isinstance(node, yaml.MappingNode):
                node = next((v for k, v in reversed(node.value) if k.value == str(part)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                node = node.value[part] if part < len(node.value) else None
        return node

    def doubled(self) -> Iterator[Problem]:
        """Find names that one part has twice: only the last would count."""
        for path, line in self._doubled:
            words = f"`{path[-1]}` stands here twice; only the last would count: leave one out"
            yield Place(self.name, path, line).wrong("twice", words)
