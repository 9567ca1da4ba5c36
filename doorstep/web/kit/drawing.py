"""Draws a page of a form, as it was left or with what is wrong."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from doorstep.cases.models import Draft
from doorstep.cases.values import from_json
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.form import Page
from doorstep.forms.questions.kind import Invalid, Posted, Typed
from doorstep.forms.questions.kinds import KINDS
from doorstep.places import queries as places
from doorstep.places import spots
from doorstep.web.kit import answering
from doorstep.web.kit.seating import Seat, Values


def draw(
    request: HttpRequest,
    seat: Seat,
    draft: Draft,
    here: Page,
    pages: list[Page],
    values: Values,
    wrong: dict[str, Invalid],
    posted: Posted | None = None,
) -> HttpResponse:
    """Draw a page with what was typed, or was answered before, and what is wrong with it."""
    typed = posted or _filled(here, draft)
    context: dict[str, Any] = {
        "page": here,
        "base": seat.base,
        "draft": draft,
        "wrong": wrong,
        "seat": seat,
        "typed": typed,
        "back": _back(seat, pages, here),
        "service": catalogue.service(draft.version_id),
        "kinds": KINDS,
        "held_until": held(draft, seat.now),
        "so_far": fill(here.so_far, values) if journey.answered(here, draft.answers) else "",
    }
    if here.questions and here.questions[0].kind == "address":
        context |= _addresses(request, typed)
        home = places.find(str(draft.answers.get(here.questions[0].id, "")))
        if home and not wrong and "postcode" not in context:
            context |= _addresses(request, Typed({"postcode": [home.postcode]}))
    else:
        context["options"] = {
            q.id: answering.options(q, values, typed, seat.now) for q in here.questions
        }
        context["places"] = {
            q.id: answering.places_of(spots.search(text))
            for q in here.questions
            if q.kind == "location"
            and q.id not in _over(wrong)
            and (text := typed.get(f"{q.id}-typed"))
        }
    return render(request, "kit/page.html", context, status=200)


def _over(wrong: dict[str, Invalid]) -> set[str]:
    """Return the questions that were looked up too often, for which nothing is found now."""
    return {name for name, invalid in wrong.items() if invalid.code == "too_many"}


def held(draft: Draft, now: datetime) -> datetime | None:
    """Return until when something is held for this draft, if it still is."""
    return draft.held_until if draft.held_until and draft.held_until > now else None


def _filled(here: Page, draft: Draft) -> Typed:
    """Return the page's fields as they were sent before."""
    answers, typed = from_json(draft.answers), Typed()
    for question in here.questions:
        if question.id in answers:
            typed |= KINDS[question.kind].fill(question, answers[question.id])
    return Typed({**typed, **draft.typed.get(here.id, {})})


def _addresses(request: HttpRequest, posted: Posted) -> dict[str, Any]:
    text = posted.get("postcode") or request.GET.get("postcode", "")
    if not text:
        return {}
    try:
        postcode = places.tidy_postcode(text)
    except Refused:
        return {"postcode": text}
    return {
        "postcode": postcode,
        "homes": list(places.at_postcode(postcode)[:500]),
        "searched": True,
    }


def _back(seat: Seat, pages: list[Page], here: Page) -> str:
    index = pages.index(here)
    return f"{seat.base}/{pages[index - 1].id}" if index else seat.base
