"""What a resident writes in their own words on the first page: what it may be about, and on from there."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from doorstep.cases.prefill import Said
from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.intake import prefill
from doorstep.places import queries as places
from doorstep.signposts import facts, index
from doorstep.waste import sorting
from doorstep.web.form import asking, counting
from doorstep.web.form.session import FormSession, begin_filling, go_on
from doorstep.web.kit.counted import counted_by

# What stands in an address is no more than someone would put on a bookmark.
IN_ADDRESS = 60
# A word or two are not worth carrying into a form.
LONG = 4
# So many words may name a thing that goes into a bin; so many things are shown.
THING, THINGS = 3, 3


def text_of(request: HttpRequest) -> str:
    """Return what was written: sent with the form, or a few words in the address."""
    if request.method == "POST":
        return request.POST.get("q", "").strip()
    return request.GET.get("q", "")[:IN_ADDRESS].strip()


def propose(request: HttpRequest, text: str) -> HttpResponse:
    """Show what a text may be about and why; unsure, every service. Nothing of it is kept."""
    here, proposals = council.current(), index.propose(text, pages=True)
    if not proposals and (postcode := _postcode(text)):
        return redirect(f"{reverse('bins')}?{urlencode({'postcode': postcode})}")
    if text and not proposals:
        counting.not_found(text, counted_by(request), timezone.now())
    anything = asking.anything()
    context = {
        "text": text,
        "found": proposals,
        "danger": here.emergency if index.is_urgent(text) else None,
        "because": _because,
        "long": len(text.split()) >= LONG,
        "anything": anything,
        # A thing, as somebody holds it over the bins.
        "things": sorting.find(text)[:THINGS] if len(text.split()) <= THING else [],
        "services": [] if proposals else [s for s in catalogue.online() if s != anything],
    }
    return render(request, "portal/own_words.html", context)


def _postcode(text: str) -> str:
    """Return a postcode that stands alone, tidy; nothing where it is none."""
    try:
        return places.tidy_postcode(text) if len(text) <= 10 else ""
    except Refused:
        return ""


def _because(words: tuple[str, ...]) -> str:
    sentence = facts.because(words)
    return sentence[:1].upper() + sentence[1:]


def begin(session: FormSession, text: str, posted: Mapping[str, str]) -> HttpResponse:
    """Begin a service with what was written; who has said that no proposal fits is not asked again."""
    filling = begin_filling(session)
    none = prefill.none_fits(filling.service) if posted.get("none") else {}
    prefill.carry_over(filling, Said(text, none))
    return go_on(session, filling)
