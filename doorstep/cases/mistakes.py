"""What is wrong with answers, in sentences whose places are filled in."""

from collections.abc import Mapping

from doorstep.catalogue.words import fill
from doorstep.forms.questions.kind import Invalid


def said(wrong: Mapping[str, Invalid], values: Mapping[str, object]) -> dict[str, Invalid]:
    """Return what is wrong with answers as it is said; a sentence about one entry may name what that answers."""
    return {name: _said(invalid, values) for name, invalid in wrong.items()}


def _said(invalid: Invalid, values: Mapping[str, object]) -> Invalid:
    more = dict(invalid.values)
    names = more.pop("names", None)
    if isinstance(say := more.get("say"), str):
        more["say"] = fill(say, {**values, **names} if isinstance(names, Mapping) else values)
    if isinstance(wrong := more.get("wrong"), Mapping):
        more["wrong"] = said(wrong, values)
    return Invalid(invalid.code, **more)
