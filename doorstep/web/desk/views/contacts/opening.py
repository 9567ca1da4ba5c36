"""The one way in which a view of the desk comes by a contact: one's own, or, to correct it, anybody's."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from doorstep.contacts import queries
from doorstep.contacts.actions import CORRECT
from doorstep.contacts.models import Contact
from doorstep.council.errors import Refused
from doorstep.web.desk import contact_rows

View = Callable[..., HttpResponseBase]


def of_contact(view: View) -> View:
    """Give a view the contact of its address, one's own; of anybody else it is not there. What is refused is said on a page."""

    @wraps(view)
    def opened(request: HttpRequest, number: int, **named: str) -> HttpResponseBase:
        contact = queries.contact(number)
        if contact is None or contact.by_id != request.user.pk:
            raise Http404
        try:
            return view(request, contact=contact, **named)
        except Refused as exc:
            # Such as ended in another tab: the page of the contact shows how it stands, and says why.
            return render(
                request, "desk/contacts/refused.html", {"contact": contact, "refused": exc.code}
            )

    return opened


def shown(request: HttpRequest, contact: Contact) -> Contact:
    """Return a contact of which all is open to who asks, as its page shows it; raises Refused("contact_hidden") for another."""
    (row,) = contact_rows.rows(request, [contact])
    if row.is_hidden:
        raise Refused("contact_hidden")
    return contact


def of_any_contact(view: View) -> View:
    """Give a view the contact of its address: one's own, or anybody's to who watches over them all."""

    @wraps(view)
    def opened(request: HttpRequest, number: int) -> HttpResponseBase:
        user: Any = request.user
        contact = queries.contact(number)
        if contact is None or not (contact.by_id == user.pk or user.may(CORRECT)):
            raise Http404
        return view(request, contact=contact)

    return opened
