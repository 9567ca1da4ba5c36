"""What there is: where this interface lies, which services may be reported by it, and what each asks."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from doorstep.catalogue import queries as catalogue
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.forms.form import Page, Question
from doorstep.forms.questions import kinds
from doorstep.web.open311.formats import drawn, moment
from doorstep.web.open311.questions import Asked, asked, find, offered
from doorstep.web.open311.required import needed

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


def discovery(request: HttpRequest, format: str) -> HttpResponse:
    """Say where this interface lies, in which formats, and who gives keys."""
    here = council.current()
    changed = moment(catalogue.changed_at())
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{addresses.base()}/open311/v2",
        "changeset": changed,
        "type": "test" if here.demo else "production",
        "formats": ["text/xml", "application/json"],
    }
    reach = f"{here.name}, {here.contact.email}, {here.contact.telephone}"
    body = {
        "changeset": changed,
        "contact": reach,
        "key_service": f"Ask the council for an api_key: {here.contact.email}",
        "endpoints": [endpoint],
    }
    return drawn(format, "discovery", body)


def services(request: HttpRequest, format: str) -> HttpResponse:
    """List what may be reported."""
    return drawn(format, "services", [_service(asked(s)) for s in offered()])


def _service(of: Asked) -> dict[str, object]:
    about = of.service.about
    return {
        "service_code": about.slug,
        "service_name": about.public.name if about.public else about.title,
        "description": about.summary,
        "metadata": bool(of.attributes),
        "type": "realtime",
        "keywords": ",".join(word.replace(",", " ") for word in about.keywords),
        "group": about.group,
    }


def definition(request: HttpRequest, format: str, code: str) -> HttpResponse:
    """Say what a service asks besides place, description, photo and contact, which have fields of their own."""
    of = find(code)
    must = needed(of.service, timezone.now())
    attributes = [_attribute(n, *pair, must) for n, pair in enumerate(of.attributes, 1)]
    body = {"service_code": of.service.slug, "attributes": attributes}
    return drawn(format, "service_definition", body)


def _attribute(
    order: int, page: Page, question: Question, must: frozenset[str]
) -> dict[str, object]:
    # Options that a fact finds depend on other answers: none can be listed here.
    kind, found_later = kinds.of(question), question.source is not None
    attribute: dict[str, object] = {
        "variable": True,
        "code": question.id,
        "datatype": "string" if found_later else kind.datatype,
        "required": question.id in must,
        "datatype_description": kind.expected,
        "order": order,
        "description": question.label or page.title,
    }
    options = kind.listed(question)
    if options and not found_later:
        attribute["values"] = [{"key": value, "name": label} for value, label in options]
    return attribute
