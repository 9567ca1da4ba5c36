"""Draws a page of a form, as it was left or with what is wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from doorstep.cases.models import Draft
from doorstep.cases.values import from_json, of_nature
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.facts import shared
from doorstep.forms.form import Page
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid, NotHad, Options, Posted, Typed
from doorstep.intake import answers
from doorstep.intake.filling import Filling
from doorstep.places import queries as places
from doorstep.places import spots
from doorstep.web.form import outages
from doorstep.web.form.session import FormSession

# What is wrong with a postcode rather than with the home that is chosen at it.
OF_POSTCODE = ("postcode_missing", "postcode_shape", "too_many")


def render_page(
    request: HttpRequest,
    session: FormSession,
    filling: Filling,
    here: Page,
    wrong: dict[str, Invalid],
    posted: Posted | None = None,
    *,
    template: str = "form/page.html",
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Draw a page with what was typed, or was answered before, and what is wrong with it; `more` goes to its template."""
    draft, before = filling.draft, filling.page_before(here)
    typed = posted or filled(here, draft)
    # What is typed and not taken has no price: that of an earlier answer would be false.
    so_far = journey.answered(here, draft.answers) and not wrong and here.id not in draft.typed
    context: dict[str, Any] = {
        "page": filling.asked(here),
        "base": session.address(draft),
        "draft": draft,
        "wrong": wrong,
        "session": session,
        "typed": typed,
        "back": f"{session.address(draft)}/{before.id}" if before else session.start,
        "service": filling.service,
        "step": filling.step(here.id),
        "down": outages.on_page(session, filling.service, here),
        **held(request, draft, session.now),
        "so_far": fill(here.so_far, filling.values) if so_far else "",
    }
    draw = _homes if here.questions and kinds.of(here.questions[0]).has_own_page else choices
    context |= draw(request, filling, here, wrong, typed)
    return render(request, template, {**context, **(more or {})})


def choices(
    request: HttpRequest,
    filling: Filling,
    here: Page,
    wrong: dict[str, Invalid],
    typed: Posted,
) -> dict[str, Any]:
    """Return what may be chosen on a page, and the places that were found by their name."""
    # Looked up too often: nothing is found now.
    over = {name for name, invalid in wrong.items() if invalid.code == "too_many"}
    options = {q.id: filling.options(q, typed) for q in here.questions}
    spotted = [q for q in here.questions if kinds.of(q).nature == "spot" and q.id not in over]
    anywhere = [q for q in here.questions if kinds.of(q).nature == "anywhere" and q.id not in over]
    return {
        "options": options,
        "not_had": {name for name, offered in options.items() if isinstance(offered, NotHad)},
        "places": {
            q.id: found_places(text) for q in spotted if (text := typed.get(f"{q.id}-typed"))
        },
        "addresses": {
            q.id: found_addresses(text) for q in anywhere if (text := typed.get(f"{q.id}-typed"))
        },
    }


def found_places(text: str) -> Options:
    """Return the places that a text may mean, looked up once where facts are found together."""
    return shared(("places", text), lambda: answers.places_of(spots.search(text)))


def found_addresses(text: str) -> Options:
    """Return our addresses at a postcode, looked up once where facts are found together; none where it is no postcode."""
    try:
        postcode = places.tidy_postcode(text)
    except Refused:
        return ()
    return shared(
        ("addresses", postcode), lambda: answers.addresses_of(places.at_postcode(postcode))
    )


def _homes(
    request: HttpRequest,
    filling: Filling,
    here: Page,
    wrong: dict[str, Invalid],
    typed: Posted,
) -> dict[str, Any]:
    """Return the homes at the postcode that was typed, or of the home that was chosen before.

    None where the postcode itself is asked for: it is wrong, or is to be changed.
    """
    text = typed.get("postcode") or request.GET.get("postcode", "")
    if "change" in request.GET or any(w.code in OF_POSTCODE for w in wrong.values()):
        return {"postcode": text}
    if not text:
        home = places.find(str(filling.draft.answers.get(here.questions[0].id, "")))
        text = home.postcode if home else ""
    return _at_postcode(text)


def _at_postcode(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        postcode = places.tidy_postcode(text)
    except Refused:
        return {"postcode": text}
    return {"postcode": postcode, "homes": places.at_postcode(postcode), "searched": True}


def held(request: HttpRequest, draft: Draft, now: datetime) -> dict[str, Any]:
    """Return until when the person's day is kept, the seconds left, and what came of asking for longer.

    Of a day that was chosen and is not kept now, that it is not: its time ran out, or it was closed.
    """
    service = catalogue.service(draft.version_id)
    days = [q.id for q in of_nature(service, "slot")] if service.workflow.reserve else []
    before = draft.changes.answers if draft.changes else {}
    # The day of the case that is changed is booked.
    chosen = any(draft.answers.get(day) not in (None, before.get(day)) for day in days)
    if not chosen or not draft.held_until or draft.held_until <= now:
        return {"held_until": None, "is_not_held": chosen}
    told = {
        "longer": _("It is kept longer."),
        "longest": _("It cannot be kept longer than that."),
    }.get(request.GET.get("held", ""), "")
    left = int((draft.held_until - now).total_seconds())
    return {"held_until": draft.held_until, "held_left": left, "held_told": told}


def filled(here: Page, draft: Draft) -> Typed:
    """Return the page's fields as they were sent before."""
    before, typed = from_json(draft.answers), Typed()
    for question in here.questions:
        if question.id in before:
            typed |= kinds.of(question).fill(question, before[question.id])
    return Typed({**typed, **draft.typed.get(here.id, {})})
