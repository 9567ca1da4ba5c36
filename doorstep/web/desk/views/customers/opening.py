"""The one way in which a view of the desk comes by a person: who may, a reason where it is restricted, and a trace."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from doorstep.customers import people, queries
from doorstep.customers.models import Person
from doorstep.web.kit import opening

SEE, RESTRICTED = "customer.see", "customer.restricted"


def may_restricted(request: HttpRequest) -> bool:
    """Say whether who asks may see restricted people at all, with a reason for each."""
    user: Any = request.user
    return bool(user.may(RESTRICTED))


def of_person(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give a view the person of its address, whole, and write the look where a page is drawn.

    A record that stands behind another leads to that. A restricted one is open to few, and to them once they said why.
    """

    @wraps(view)
    def opened(request: HttpRequest, number: int, **named: Any) -> HttpResponseBase:
        user: Any = request.user
        person = queries.person(number) if user.may(SEE) else None
        if person is not None and person.same_as_id:
            if request.method in ("GET", "HEAD"):
                name = request.resolver_match.view_name if request.resolver_match else "customer"
                there = reverse(name, kwargs={"number": person.same_as_id, **named})
                return HttpResponseRedirect(there)
            person = queries.person(person.same_as_id)
        if person is None:
            raise Http404
        if person.restricted and not is_open(request, person):
            return ask_why(request, person)
        opening.mark(request, "customer", str(person.pk))
        return view(request, queries.group_of(person), **named)

    return opened


def is_open(request: HttpRequest, person: Person) -> bool:
    """Say whether a restricted record is open to who asks; raises PermissionDenied for who may not see such at all."""
    if not may_restricted(request):
        raise PermissionDenied(opening.NOT_THEIRS)
    return people.is_open_to(person, request.user.pk or 0, timezone.now())


def ask_why(request: HttpRequest, person: Person, refused: str = "") -> HttpResponse:
    """Ask why a restricted record is to be opened; nothing of it is shown."""
    context = {"number": person.pk, "refused": refused, "typed": request.POST.get("why", "")}
    return render(request, "desk/customers/why.html", context)


def done(number: int, part: str = "") -> HttpResponse:
    """Lead to a person's page once something was done, to a part of it."""
    return HttpResponseRedirect(reverse("customer", kwargs={"number": number}) + part)
