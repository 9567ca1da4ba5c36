"""What a resident writes in their own words on the first page: what it may be about, and on from there."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from doorstep.cases.prefill import Said
from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.intake import prefill
from doorstep.signposts import facts, index
from doorstep.web.form.session import FormSession, begin_filling, go_on

# What stands in an address is no more than someone would put on a bookmark.
IN_ADDRESS = 60
# A word or two are not worth carrying into a form.
LONG = 4


def text_of(request: HttpRequest) -> str:
    """Return what was written: sent with the form, or a few words in the address."""
    if request.method == "POST":
        return request.POST.get("q", "").strip()
    return request.GET.get("q", "")[:IN_ADDRESS].strip()


def propose(request: HttpRequest, text: str) -> HttpResponse:
    """Show what a text may be about and why; unsure, every service. Nothing of it is kept."""
    here, proposals = council.current(), index.propose(text)
    anything = catalogue.current(here.anything) if here.anything else None
    anything = anything if anything and anything.is_online else None
    context = {
        "text": text,
        "found": proposals,
        "danger": here.emergency if index.is_urgent(text) else None,
        "because": _because,
        "long": len(text.split()) >= LONG,
        "anything": anything,
        "services": [] if proposals else [s for s in catalogue.online() if s != anything],
    }
    return render(request, "portal/own_words.html", context)


def _because(words: tuple[str, ...]) -> str:
    sentence = facts.because(words)
    return sentence[:1].upper() + sentence[1:]


def begin(session: FormSession, text: str, posted: Mapping[str, str]) -> HttpResponse:
    """Begin a service with what was written; who has said that no proposal fits is not asked again."""
    filling = begin_filling(session)
    none = prefill.none_fits(filling.service) if posted.get("none") else {}
    prefill.carry_over(filling, Said(text, none))
    return go_on(session, filling)
