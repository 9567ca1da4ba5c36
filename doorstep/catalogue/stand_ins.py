"""What a part of a definition may be, by its type: in words, and a value that stands in for one that cannot be read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from doorstep.council.spoken import Words

# One of these fits each pattern that a field of ours has.
_FITTING = ("", "x", "XX", "2026-01-01T10:00")
_PLAIN: dict[object, tuple[str, object]] = {
    str: ("a text", ""),
    int: ("a whole number", 0),
    float: ("a number", 0.0),
    bool: ("true or false", False),
    date: ("a day, such as 2026-11-26", date(2026, 1, 1)),
}
_LABELS = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}


def alternatives(of: object) -> list[object]:
    """Return the types that a value may be of: several for a union; what annotates them is left out, but of words."""
    if of == Words or get_origin(of) is not Annotated:
        inner = get_args(of) if get_origin(of) in (Union, UnionType) else ()
        return [each for one in inner for each in alternatives(one)] or [of]
    return alternatives(get_args(of)[0])


def type_of(field: FieldInfo) -> object:
    """Return a field's type; of one that holds words that residents read, that."""
    is_words = any(part in get_args(Words)[1:] for part in field.metadata)
    return Words if is_words else field.annotation


def is_model(of: object) -> bool:
    """Say whether a type is made of named fields."""
    return isinstance(of, type) and issubclass(of, BaseModel) and not issubclass(of, RootModel)


def fields(of: object) -> Mapping[str, FieldInfo]:
    """Return the fields of a type that is made of them, by what they are called in a file."""
    assert isinstance(of, type) and issubclass(of, BaseModel)
    return {field.alias or name: field for name, field in of.model_fields.items()}


def item_of(of: object) -> object:
    """Return of what type each item of a list is."""
    if isinstance(of, type) and issubclass(of, RootModel):
        return item_of(of.model_fields["root"].annotation)
    return (get_args(of) or (Any,))[0]


def entry_of(of: object) -> object:
    """Return of what type each value behind a name is."""
    return (get_args(of) or (Any, Any))[1]


def names_of(of: object) -> list[str]:
    """Return the names that may stand in a part, where they are fixed."""
    if is_model(of):
        return list(fields(of))
    key = (get_args(of) or (str,))[0]
    return [str(name) for name in get_args(key)] if get_origin(key) is Literal else []


def shape(of: object) -> type | None:
    """Return the plain type that YAML gives for a type; none where any fits."""
    if of == Words or get_origin(of) is Literal:
        return str
    if is_model(of) or get_origin(of) is dict:
        return dict
    if get_origin(of) is list or (isinstance(of, type) and issubclass(of, RootModel)):
        return list
    return of if isinstance(of, type) and of is not NoneType else None


def chosen(of: object, value: object, label: object = None) -> object | None:
    """Return which of the types of a union a value is meant to be: by what it is, and by the library's name of it."""
    those = [one for one in alternatives(of) if one is not NoneType]
    if len(those) == 1:
        return those[0]
    for one in those:
        wanted = shape(one)
        named = _LABELS.get(str(label).split("[")[0]) if label is not None else wanted
        if wanted is not None and isinstance(value, wanted) and named in (wanted, None):
            return one
    return None


def _each_wanted(of: object) -> Iterator[str]:
    for one in alternatives(of):
        if one == Words:
            yield "a text, or one for each language, such as {en: …, cy: …}"
        elif get_origin(one) is Literal:
            yield f"one of {', '.join(map(str, get_args(one)))}"
        elif is_model(one):
            needed = [name for name, field in fields(one).items() if field.is_required()]
            shown = needed[:3] or list(fields(one))[:3]
            yield f"lines such as {', '.join(f'`{name}: …`' for name in shown)}"
        elif shape(one) is list:
            yield "a list, such as [one, two]" if shape(item_of(one)) is str else "a list"
        elif shape(one) is dict:
            yield "names with what belongs to each, such as `name: …`"
        elif one in _PLAIN:
            yield _PLAIN[one][0]


def wanted(of: object) -> str:
    """Return in words what a value may be."""
    return ", or ".join(_each_wanted(of)) or "something else"


def stand_in(of: object, metadata: Sequence[object] = ()) -> Any:
    """Return a value that fits a type, so that what is beside a mistake can be read."""
    one = alternatives(of)[0]
    if get_origin(one) is Literal:
        return get_args(one)[0]
    if is_model(one):
        needed = {name: field for name, field in fields(one).items() if field.is_required()}
        return {name: stand_in(type_of(f), f.metadata) for name, f in needed.items()}
    if one == Words:
        return ""
    pattern = next((p for m in metadata if (p := getattr(m, "pattern", None))), None)
    if pattern:
        return next(text for text in _FITTING if re.search(pattern, text))
    kind = shape(one)
    return kind() if kind in (list, dict) else _PLAIN.get(one, ("", None))[1]
