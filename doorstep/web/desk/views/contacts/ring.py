"""The one-use address that a telephone system opens for who takes a call."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from doorstep.contacts import actions, ringing
from doorstep.contacts.models import Contact
from doorstep.web.desk import in_contact
from doorstep.web.desk.views.contacts.bar import TAKES, to
from doorstep.web.desk.views.contacts.contact import known_by
from doorstep.web.kit.access import needs


def _is_opened_by_hand(request: HttpRequest) -> bool:
    """Say whether a browser shows this address to somebody now: what only fetches it ahead takes no call."""
    headers = request.headers
    is_ahead = "prefetch" in f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')}"
    return request.method == "GET" and headers.get("Sec-Fetch-Dest") == "document" and not is_ahead


@needs(TAKES)
@never_cache
@require_http_methods(["GET", "POST"])
def ring(request: HttpRequest, token: str) -> HttpResponse:
    """Begin the call that rings, once, and lead to its page; a browser that does not say who opens it is asked by a button."""
    if request.method != "POST" and not _is_opened_by_hand(request):
        return render(request, "desk/contacts/ring.html", {"is_over": False})
    user: Any = request.user
    contact = ringing.answer(token=token, by=user, now=timezone.now())
    if contact is None:
        return render(request, "desk/contacts/ring.html", {"is_over": True}, status=410)
    in_contact.changed(request)
    _say_who(request, contact)
    return to(contact)


def _say_who(request: HttpRequest, contact: Contact) -> None:
    """Say whose call it is, where one person alone is known by its number."""
    found = known_by(request, contact)
    if len(found) == 1:
        user: Any = request.user
        about: dict[str, Any] = {"by": user, "now": timezone.now(), "person": found[0].person}
        actions.say_who(contact_id=contact.pk, **about)
