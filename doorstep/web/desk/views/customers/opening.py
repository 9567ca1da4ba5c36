"""The one way in which a view of the desk comes by a person: who may, a reason where it is restricted, and a trace."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from doorstep.customers import people, queries
from doorstep.customers.models import Person
from doorstep.customers.queries import Group
from doorstep.web.kit import limits, opening, typed

SEE, RESTRICTED = "customer.see", "customer.restricted"


def may_restricted(request: HttpRequest) -> bool:
    """Say whether who asks may see restricted people at all, with a reason for each."""
    user: Any = request.user
    return bool(user.may(RESTRICTED))


def of_person(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give a view the person of its address, whole, and write the look where a page is drawn.

    A record that stands behind another leads to that, and nothing that is sent to it is done. A restricted one is open to few,
    and to them once they said why; to others it is not there.
    """

    @wraps(view)
    def opened(request: HttpRequest, number: int, **named: Any) -> HttpResponseBase:
        user: Any = request.user
        record = queries.person(number) if user.may(SEE) else None
        if record is None:
            raise Http404
        person = record.shown
        is_shut = person.restricted and not is_open(request, person)
        if person is not record:
            return _in_front(request, person, named)
        if is_shut:
            return ask_why(request, person)
        opening.mark(request, "customer", str(person.pk))
        return view(request, group=queries.group_of(person), **named)

    return opened


def _in_front(request: HttpRequest, person: Person, named: dict[str, Any]) -> HttpResponse:
    """Lead to the record in front of the one that was asked for; what was sent was meant for another, so the page says that."""
    if request.method not in ("GET", "HEAD"):
        return done(person.pk, "?joined")
    name = request.resolver_match.view_name if request.resolver_match else "customer"
    return HttpResponseRedirect(reverse(name, kwargs={"number": person.pk, **named}))


def of_another(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give a view of a person the other one that its address names; why a restricted one is opened is asked first."""

    @wraps(view)
    def opened(request: HttpRequest, group: Group, other: int) -> HttpResponseBase:
        record = queries.person(other)
        if record is None or record.shown.pk in group.ids:
            raise Http404
        person = record.shown
        if person.restricted and not is_open(request, person):
            return ask_why(request, person)
        return view(request, group=group, other=person)

    return opened


def is_open(request: HttpRequest, person: Person) -> bool:
    """Say whether a restricted record is open to who asks; raises Http404 for who may not see such at all."""
    if not may_restricted(request):
        raise Http404
    return people.is_open_to(person, request.user.pk or 0, timezone.now())


def ask_why(request: HttpRequest, person: Person) -> HttpResponse:
    """Ask why a restricted record is to be opened; nothing of it is shown, and what was sent is given back afterwards."""
    return typed.keep(request, request.user.pk, lambda kept: why_page(request, person, kept=kept))


def why_page(
    request: HttpRequest, person: Person, *, refused: str = "", kept: str = ""
) -> HttpResponse:
    """Draw the page that asks why a restricted record is to be opened."""
    context = {"number": person.pk, "refused": refused, "kept": kept}
    context["typed"] = request.POST.get("why", "") if refused else ""
    return render(request, "desk/customers/why.html", context)


def looked_at_found(request: HttpRequest) -> None:
    """Write that somebody was shown a list of people, once a minute: as one types, there are many."""
    if limits.is_first(f"found:{request.user.pk}", 60):
        opening.looked(request, "find", "people")


def is_sent_again(request: HttpRequest) -> bool:
    """Say whether a form came before, by the id that each form drawn has; within the transaction of what it does."""
    once = request.POST.get("once", "")[:40]
    return bool(once) and not limits.is_first(f"once:{request.user.pk}:{once}", 3600)


def done(number: int, part: str = "") -> HttpResponse:
    """Lead to a person's page once something was done, to a part of it."""
    return HttpResponseRedirect(reverse("customer", kwargs={"number": number}) + part)
