"""Two records of one person: looked at side by side, shown as one, and parted again; and who acts for whom."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases import queries as cases
from doorstep.council.errors import Refused
from doorstep.customers import finding, matching, merging, people, queries
from doorstep.customers.models import Person
from doorstep.customers.queries import Group
from doorstep.web.desk.views.customers.changing import day_of
from doorstep.web.desk.views.customers.customer import CHANGE, draw
from doorstep.web.desk.views.customers.opening import (
    done,
    looked_at_found,
    may_restricted,
    of_another,
    of_person,
)
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import looked, staff_of

# Pairs on a page of those that are doubtful, and people who are found.
PAGE = 50


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
@of_person
def other(request: HttpRequest, group: Group) -> HttpResponse:
    """Ask for another person by name, telephone or e-mail: to be the same as this one, or to act for them."""
    text = request.POST.get("who", "")[:120]
    if text:
        matching.match_lately(timezone.now())
    may = may_restricted(request)
    found = finding.find(text, restricted=may, limit=PAGE + 1) if text else []
    others = [one.person for one in found if one.person.pk not in group.ids]
    if others:
        looked_at_found(request)
    context = {
        "person": group.person,
        "text": text,
        "asked": request.method == "POST",
        "found": others[:PAGE],
        "has_more": len(found) > PAGE,
    }
    return render(request, "desk/customers/other.html", context)


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
@of_person
@of_another
def merge(request: HttpRequest, group: Group, other: Person) -> HttpResponse:
    """Show two records side by side; say that they are one person's, and which stays in front."""
    looked(request, "customer", str(other.pk))
    groups = [group, queries.group_of(other)]
    context = {
        "groups": [(one, queries.contacts(one), queries.first_given(one)) for one in groups],
        "shared": queries.shared(*groups),
        "person": group.person,
        "other": other,
        "refused": "",
        "typed": request.POST,
    }
    if request.method == "POST":
        keeps_other = request.POST.get("keep") == str(other.pk)
        kept, gone = (other, group.person) if keeps_other else (group.person, other)
        why, by = request.POST.get("why", ""), actor(request)
        about: dict[str, Any] = {"kept_id": kept.pk, "gone_id": gone.pk, "why": why}
        try:
            merging.merge(**about, by=by, now=timezone.now())
            return done(kept.pk, "#merged")
        except Refused as exc:
            context["refused"] = exc.code
    return render(request, "desk/customers/merge.html", context)


@needs(CHANGE)
@require_POST
@of_person
@of_another
def say_other(request: HttpRequest, group: Group, other: Person) -> HttpResponse:
    """Say that two records are two people's."""
    about = {"one_id": group.person.pk, "other_id": other.pk}
    merging.say_other(**about, by=actor(request), now=timezone.now())
    if request.POST.get("back") == "doubtful":
        return redirect("doubtful_customers")
    return done(group.person.pk)


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
@of_person
def not_theirs(request: HttpRequest, group: Group, reference: str) -> HttpResponse:
    """Ask whether a case is somebody else's; make it so."""
    theirs = cases.of_people(group.ids, staff_of(request), timezone.now())
    case = theirs.filter(reference=reference).first()
    if case is None or case.customer_id is None:
        raise Http404
    if request.method == "GET":
        context = {"person": group.person, "case": case}
        return render(request, "desk/customers/not_theirs.html", context)
    by, now = actor(request), timezone.now()
    return done(merging.take_out(customer_id=case.customer_id, by=by, now=now).pk)


@needs(CHANGE)
@require_POST
@of_person
def part(request: HttpRequest, group: Group, merged: int) -> HttpResponse:
    """Take back that two records are one person's."""
    if merged not in [one.pk for one in queries.merges(group)]:
        return draw(request, group, Refused("parted_already"))
    try:
        merging.part(merge_id=merged, by=actor(request), now=timezone.now())
    except Refused as exc:
        return draw(request, group, exc)
    return done(group.person.pk)


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
@of_person
@of_another
def acting(request: HttpRequest, group: Group, other: Person) -> HttpResponse:
    """Ask as what another person acts for this one; write it down."""
    looked(request, "customer", str(other.pk))
    context = {"person": group.person, "other": other, "typed": request.POST, "refused": ""}
    if request.method == "POST":
        try:
            people.add_actor(
                person_id=group.person.pk,
                by_id=other.pk,
                role=request.POST.get("role", ""),
                seen=request.POST.get("seen", ""),
                until=day_of(request.POST.get("until", "")),
                by=actor(request),
                now=timezone.now(),
            )
            return done(group.person.pk, "#acting")
        except Refused as exc:
            context["refused"] = exc.code
    return render(request, "desk/customers/acting.html", context)


@needs(CHANGE)
@require_GET
def doubtful(request: HttpRequest) -> HttpResponse:
    """List the records of which nobody has said whether they are one person's."""
    rows = queries.doubtful(restricted=False)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    looked(request, "customers", "doubtful")
    context = {"page": page, "shared": queries.shared_of(list(page.object_list))}
    return render(request, "desk/customers/doubtful.html", context)
