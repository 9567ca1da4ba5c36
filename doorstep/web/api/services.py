"""Operations on services: which there are, what they ask."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.forms.form import Page, Question
from doorstep.forms.questions import kinds
from doorstep.intake.filling import asked_on
from doorstep.web.api.access import READERS
from doorstep.web.api.problems import Problem, answers
from doorstep.web.api.shapes import FormShape, ServiceShape

router = Router(tags=["Services"])


def current(slug: str) -> Service:
    """Return the running version of a service; raises Problem 404."""
    service = catalogue.current(slug)
    if service is None:
        raise Problem(404, "no_such_service")
    return service


@router.get(
    "/services",
    auth=READERS,
    response=list[ServiceShape],
    operation_id="services",
    openapi_extra=answers(429),
)
def services(request: HttpRequest) -> list[dict[str, Any]]:
    """List the services that residents can ask for by themselves."""
    return [_about(s) for s in catalogue.online()]


@router.get(
    "/services/{slug:slug}",
    auth=READERS,
    response=FormShape,
    operation_id="service",
    openapi_extra=answers(404, 429),
)
def service(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Return a service with its pages and questions; their answers are described as JSON Schema."""
    of = current(slug)
    if not of.is_online:
        raise Problem(404, "no_such_service")
    pages = [_page(p) for p in of.form.pages]
    about = of.about
    return {**_about(of), "needs": about.needs, "privacy": about.privacy, "pages": pages}


def _about(of: Service) -> dict[str, Any]:
    about = of.about
    return {name: getattr(about, name) for name in ServiceShape.model_fields}


def _page(page: Page) -> dict[str, Any]:
    questions = asked_on(page)
    answers = {
        "type": "object",
        "properties": {q.id: _question(q) for q in questions},
        "required": [q.id for q in questions if not q.optional],
    }
    hint, always = page.hint, page.is_sure
    return {"id": page.id, "title": page.title, "hint": hint, "always": always, "answers": answers}


def _question(question: Question) -> dict[str, Any]:
    shape: dict[str, Any] = {**kinds.of(question).schema(question), **_bounds(question)}
    if question.optional:
        shape = {"anyOf": [shape, {"type": "null"}]}
    if question.contact:
        shape["x-contact"] = question.contact
    title = question.label or question.short
    return {"title": title, **({"description": question.hint} if question.hint else {}), **shape}


def _bounds(question: Question) -> dict[str, Any]:
    """Return what an answer lies between, and what a text is like, where that is written down and not reckoned."""
    bounds: dict[str, Any] = {}
    for name, rule in (("minimum", question.lowest), ("maximum", question.highest)):
        if rule is not None and rule.text.lstrip("-").isdecimal():
            bounds[name] = int(rule.text)
    if question.pattern:
        bounds["pattern"] = f"^(?:{question.pattern})$"
    return bounds
