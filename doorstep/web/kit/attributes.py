"""The further attributes of a component, as GOV.UK Frontend's macros take them."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Undefined
from markupsafe import Markup

NONE = Markup()


def attributes(of: Any) -> Markup:
    """Return attributes as they stand in a tag, each with a space before it; nothing for none.

    A value may say that it is `optional`: then it is left out where it is false or not there, and has only its name where
    it is true. (govuk-frontend, macros/attributes)
    """
    if not of or isinstance(of, Undefined):
        return NONE
    if not isinstance(of, Mapping):
        return Markup(of)
    return NONE.join(_one(name, value) for name, value in of.items())


def _one(name: str, value: Any) -> Markup:
    is_optional = isinstance(value, Mapping) and value.get("optional") is True
    if isinstance(value, Mapping):
        value = value.get("value")
    if is_optional and value is True:
        return Markup(" {}").format(name)
    if is_optional and (value is None or value is False):
        return NONE
    if isinstance(value, bool):
        value = str(value).lower()
    return Markup(' {}="{}"').format(name, value)
