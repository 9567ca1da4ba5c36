"""What the reader of YAML finds wrong, in words for who writes services."""

import re
from collections.abc import Iterator

import yaml

# What the library says, in part, and what we say; the first that fits counts.
_SAID = (
    ("found a tab", "a tab stands where spaces should: indent with spaces alone"),
    ("cannot start any token", "a line cannot begin so: write spaces instead of a tab, and put a text with @ ` or % in quotes"),
    ("mapping values are not allowed", "a colon is one too many here: one is missing after the name before it, a text with a colon needs quotes, or the line is not indented as those around it"),
    ("could not find expected ':'", "a colon is missing: each line says `name: value`"),
    ("did not find expected ',' or ']'", "a list is not closed: a comma or `]` is missing"),
    ("did not find expected ',' or '}'", "a comma or `}` is missing, or a text with a comma, a colon, { or [ needs quotes"),
    ("did not find expected node content", "a value is missing here, or a list or `{` is never closed"),
    ("did not find expected '-' indicator", "this line stands in a list and does not begin with `- `, or its indent differs"),
    ("did not find expected key", "a line is indented otherwise than those beside it, or a quote ends too early"),
    ("unexpected end of stream", "a quote is opened and never closed"),
    ("unexpected document indicator", "a quote is opened and never closed"),
    ("unknown escape", "in double quotes `\\` means something else: use single quotes, or write it twice"),
    ("block sequence entries are not allowed", "a list cannot begin here: put `- ` on a line of its own, under its name"),
    ("expected <document start>", "a line is indented otherwise than those beside it"),
    ("expected <block end>", "a line is indented otherwise than those beside it"),
    ("undefined alias", "`*name` stands for a part marked `&name`, and there is none before it; put a text with * in quotes"),
    ("duplicate anchor", "two parts are marked with the same `&name`"),
    ("control characters", "a letter that cannot be seen stands here; delete it and type the line again"),
    ("determine a constructor", "`!` begins something that is not used here; put the text in quotes"),
    ("undefined tag handle", "`!` begins something that is not used here; put the text in quotes"),
    ("but found another document", "`---` begins a second text in the same file; leave it out"),
    ("expected a single document", "`---` begins a second text in the same file; leave it out"),
    ("while scanning a directive", "a line that begins with % must be in quotes"),
    ("unhashable", "the name before a colon must be a plain word, not a list or { }; a text with { needs quotes"),
    ("merge", "`<<:` takes parts in from a mark such as `*name`, which must be made of lines `name: value`"),
)  # fmt: skip


_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")


def words(exc: yaml.YAMLError) -> str:
    """Return what is wrong, in our words."""
    text = str(exc)
    return next(
        (ours for theirs, ours in _SAID if theirs in text),
        "this cannot be read: look at the indent, the quotes and the colons of this line and the one above",
    )


def line(exc: yaml.YAMLError, text: str) -> int:
    """Return the line of a mistake in a text; of a quote that is never closed, the one where it opens."""
    if isinstance(exc, yaml.reader.ReaderError):  # knows no lines
        return next((n for n, one in enumerate(text.split("\n"), 1) if _UNSEEN.search(one)), 1)
    context, problem = getattr(exc, "context_mark", None), getattr(exc, "problem_mark", None)
    opened = "quoted scalar" in str(getattr(exc, "context", ""))
    mark = context if opened and context else problem or context
    return mark.line + 1 if mark else 1


def doubled(node: yaml.Node | None) -> Iterator[tuple[tuple[object, ...], int]]:
    """Go through the names that a part has twice: the path of each, and the line of the second."""
    seen = set[int]()  # what is marked and stands in several places is looked at once
    todo: list[tuple[tuple[object, ...], yaml.Node | None]] = [((), node)]
    while todo:
        path, node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            there = set[str]()
            for key, value in node.value:
                name = str(key.value)
                if name in there:
                    yield (*path, name), key.start_mark.line + 1
                there.add(name)
                todo.append(((*path, name), value))
        elif isinstance(node, yaml.SequenceNode):
            todo += [((*path, n), item) for n, item in enumerate(node.value)]
