"""The Jinja2 environment of every page."""

from collections.abc import MutableMapping
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader, Template
from jinja2.environment import TemplateModule
from jinja2.loaders import ChoiceLoader
from markupsafe import Markup

from doorstep import moved_clock
from doorstep.catalogue.words import pounds, say
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.files import file_types
from doorstep.forms.questions import kinds
from doorstep.outside import identity
from doorstep.staff import queries as staff
from doorstep.staff.models import Alarm
from doorstep.text.untranslated import Untranslated
from doorstep.web.desk import in_contact
from doorstep.web.form.months import day_words, months_of
from doorstep.web.kit import compiled, look, parts, times
from doorstep.web.kit.attributes import attributes
from doorstep.web.kit.page_name import page_name
from doorstep.web.kit.visitor import cookie


def when(moment: datetime) -> str:
    """Return a moment as staff and residents read it, in London's time."""
    return say(moment)


def plain(text: str) -> str:
    """Return a text without the tags that would say its language: in an attribute or a page's title."""
    if isinstance(text, Untranslated):
        return str(text)
    return text.striptags() if isinstance(text, Markup) else text


class _TokenField:
    """The field by which a form of ours is known, made where the first form of a page stands."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _once(self) -> str:
        return str(csrf_input(self._request))

    def __html__(self) -> str:
        return self._once

    __str__ = __html__


def one_token_a_page(request: HttpRequest) -> dict[str, object]:
    """Return `csrf_input` of a page's templates: Django makes another for each form, of which a case has thirty."""
    return {"csrf_input": _TokenField(request)}


def own(text: str) -> Markup:
    """Return what somebody typed, apart from the sentence around it: its own direction turns nothing else."""
    return Markup("<bdi>") + text + Markup("</bdi>") if text else Markup()


def moved_now() -> datetime | None:
    """Return what a demonstration's clock says, if it is moved."""
    is_at_home = settings.TRIED and not moved_clock.written(settings.TRIED_CLOCK)
    return None if settings.CLOCK_MOVED_BY is None or is_at_home else timezone.now()


def tried() -> str:
    """Return the name of the folder whose service is tried out here; nothing elsewhere."""
    return Path(settings.TRIED).name if settings.TRIED else ""


def staff_alarms(for_whom: int) -> QuerySet[Alarm]:
    """Return the alarms that an administrator is told of now."""
    return staff.alarms(for_whom, timezone.now())


def translated(message: str, **values: object) -> Markup:
    """Return a text of a page in the language spoken now; `%(name)s` in it is a value, escaped as all else is."""
    text = _in_words(message, get_language() or "")
    return text % values if values else _as_it_is(text)


@lru_cache(maxsize=5000)
def _in_words(message: str, language: str) -> Markup:
    """Look it up once: a page has dozens of texts, the same ones each time."""
    return Markup(gettext(message))


@lru_cache(maxsize=5000)
def _as_it_is(text: Markup) -> Markup:
    return text % {}  # where no value is, too, "%%" is one


class Page(Template):
    """A template whose macros are made once for all pages: they know no name that only one page has."""

    def _get_default_module(self, ctx: Any = None) -> TemplateModule:
        # The library looks at each import whether the page brought names of its own; a tenth of a page.
        return super()._get_default_module()


NOTHING = ChainableUndefined()
OF_A_DICT = frozenset(vars(dict))


class Pages(Environment):
    """An environment in which what a plain dict lacks, as in `options.hint`, costs no exceptions.

    Components ask their options for dozens of keys that are not there; each cost two, half of a component's time.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what a template writes as `obj.attribute`; nothing, which has nothing in turn, where it is not there."""
        if type(obj) is dict and attribute not in OF_A_DICT:
            return obj.get(attribute, NOTHING)
        return super().getattr(obj, attribute)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the names that a template knows, in one dict: the library's chain of two is gone through at each import."""
        return {**self.globals, **(d or {})}


_plain = lru_cache(maxsize=200)(reverse)


def url(name: str, kwargs: dict[str, object] | None = None) -> str:
    """Return the address of a view; the same each time, so those that name nothing are kept."""
    return reverse(name, kwargs=kwargs) if kwargs else _plain(name)


def own_sign_in() -> str:
    """Return what the council's own sign-in is called, where there is one."""
    return str(settings.OIDC_NAME) if identity.is_connected() else ""


def environment(**options: Any) -> Environment:
    """Make the environment: our templates first, then GOV.UK Frontend's macros."""
    options["undefined"] = ChainableUndefined
    loader = options.pop("loader")
    options.setdefault("extensions", []).append("jinja2.ext.i18n")
    options.setdefault(
        "bytecode_cache", compiled.Compiled(settings.ROOT / "static-built" / "pages")
    )
    jinja = Pages(**options)
    jinja.template_class = Page
    # `_("…")` and ngettext in templates; placeholders as %(name)s, escaped like all else.
    jinja.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    jinja.globals["_"] = translated
    macros = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    jinja.loader = ChoiceLoader([loader, macros])
    jinja.globals.update(
        static=lru_cache(maxsize=200)(static), url=url, council=council.current, new_id=uuid4
    )
    jinja.globals.update(
        page_name=page_name, moved_now=moved_now, tried_service=tried, part=parts.part
    )
    jinja.globals.update(own_sign_in=own_sign_in)
    jinja.globals.update(look=look.address, drawing=look.drawing, site_address=addresses.base)
    jinja.globals.update(languages=council.languages, language=council.language)
    jinja.globals.update(months_of=months_of, day_words=day_words, browser_cookie=cookie)
    jinja.globals.update(staff_alarms=staff_alarms)
    jinja.globals.update(in_contact=in_contact.bar, contact_of=in_contact.who)
    jinja.globals.update(visitor_sees=in_contact.facing)
    jinja.globals.update(map_tiles=settings.MAP_TILES, map_credit=settings.MAP_CREDIT)
    jinja.filters.update(plain=plain, own=own, say=say, when=when, pounds=pounds, kind=kinds.of)
    jinja.filters.update(attributes=attributes, due=times.due, at=times.at, lasted=times.lasted)
    jinja.filters.update(endings=file_types.endings, spoken_types=file_types.spoken)
    return jinja
