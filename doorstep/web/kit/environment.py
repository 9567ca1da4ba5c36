"""The Jinja2 environment of every page."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader
from jinja2.loaders import ChoiceLoader

from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.payments.money import pounds


def when(moment: datetime) -> str:
    """Return a moment as staff and residents read it, in London's time."""
    return say(moment)


def environment(**options: Any) -> Environment:
    """Make the environment: our templates first, then GOV.UK Frontend's macros."""
    options["undefined"] = ChainableUndefined
    own = options.pop("loader")
    options.setdefault("extensions", []).append("jinja2.ext.i18n")
    made = Environment(**options)
    # `_("…")` and ngettext in templates; placeholders as %(name)s, escaped like all else.
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    macros = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    made.loader = ChoiceLoader([own, macros])
    made.globals.update(static=static, url=reverse, council=council.current, new_id=uuid4)
    made.globals.update(languages=council.languages, language=council.language)
    made.filters.update(say=say, when=when, pounds=pounds)
    return made
