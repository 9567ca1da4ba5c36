"""People and what they may: accounts, roles by team, ward, list and partner, and what is not narrowed yet."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.places import queries as places
from doorstep.staff import actions, lost, queries
from doorstep.staff.models import StaffUser
from doorstep.staff.permissions import OF_KEY, OF_TEAM, OF_WARD, ROLES
from doorstep.staff.who import Held
from doorstep.tasks import queries as tasks
from doorstep.waste import queries as rounds_of
from doorstep.web.desk.refusal import says_why_not
from doorstep.web.kit.access import needs
from doorstep.web.kit.proof import proved

MANAGE = "people.manage"
# People on a page of their list.
PAGE = 100


def _by(request: HttpRequest) -> StaffUser:
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def found(number: int) -> StaffUser:
    """Return somebody by the number of their account; raises Http404."""
    person = queries.person(number)
    if person is None:
        raise Http404
    return person


@needs(MANAGE)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List everybody with an account and what they may, a page at a time, or who is called so."""
    now, name = timezone.now(), " ".join(request.GET.get("name", "").split())[:120]
    page = Paginator(queries.people(now, name), PAGE).get_page(request.GET.get("page"))
    context = {
        "people": page.object_list,
        "page": page,
        "name": name,
        "asked": urlencode({"name": name} if name else {}),
        "wide": len(queries.not_narrowed(now)),
        **_named(),
    }
    return render(request, "desk/people/people.html", context)


@needs(MANAGE)
@require_GET
def not_narrowed(request: HttpRequest) -> HttpResponse:
    """List the roles that hold for every team or list, so that somebody narrows them."""
    grants = queries.not_narrowed(timezone.now())
    return render(request, "desk/people/not_narrowed.html", {"grants": grants, **_named()})


def _lists() -> dict[str, str]:
    """Return the crews' lists by their codes: rounds, and lists that are none."""
    plain = {code: one.name for code, one in council.current().crew_lists.items()}
    return {**{r.code: f"{r.code}, {r.name}" for r in rounds_of.all_rounds()}, **plain}


def _named() -> dict[str, Any]:
    """Return the words for what a role can be of, by code."""
    partners = {code: a.name for code, a in council.current().authorities.items()}
    return {"wards": places.wards(), "keys": {**_lists(), **partners}}


def _draw(request: HttpRequest, refused: Refused | None = None, *, number: int) -> HttpResponse:
    who, now = found(number), timezone.now()
    context = {
        "who": who,
        "grants": queries.grants_of(who, now),
        "events": queries.done_to(who.username),
        "is_oneself": who.pk == request.user.pk,
        "refused": refused.code if refused else "",
        **_named(),
    }
    return render(request, "desk/people/person.html", context)


@needs(MANAGE)
@require_GET
def person(request: HttpRequest, number: int) -> HttpResponse:
    """Show somebody's account: what they may, and what was done to it."""
    return _draw(request, number=number)


def _done(number: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("person", kwargs={"number": number}))


def _asked(request: HttpRequest, refused: Refused | None = None, *, number: int) -> HttpResponse:
    """Ask which role; once that is chosen, of what and until when."""
    asked = request.POST if request.method == "POST" else request.GET
    role, code = asked.get("role", ""), refused.code if refused else ""
    context = {"who": found(number), "roles": list(ROLES), "role": role, "typed": request.POST}
    if role in ROLES:
        context |= {"label": LABELS.get(role, ""), "of": _of(role), "every": EVERY}
        context |= {"refused": code}
        return render(request, "desk/people/give.html", context)
    context["refused"] = code or ("unknown_role" if "chosen" in asked else "")
    return render(request, "desk/people/which_role.html", context)


# What a role is of, as a word of the page that asks.
LABELS = {
    **dict.fromkeys(OF_TEAM, "team"),
    **dict.fromkeys(OF_WARD, "ward"),
    "crew": "list",
    "partner": "partner",
}
# What stands for every team or every list, so that it is chosen, and never what a form begins with.
EVERY = "*"


def _of(role: str) -> dict[str, str]:
    """Return what a role can be of, by code."""
    partners = {code: a.name for code, a in council.current().authorities.items()}
    offered = {"team": {name: name for name in tasks.teams()}, "ward": places.wards()}
    return {**offered, "list": _lists(), "partner": partners}.get(LABELS.get(role, ""), {})


def _typed_grant(request: HttpRequest) -> Held:
    """Return the role that was chosen, and of what; raises Refused("of_what_unknown", "team_missing", "list_missing")."""
    role, of = request.POST.get("role", ""), request.POST.get("of", "")
    label = LABELS.get(role, "")
    may_be_every = label in ("team", "list")
    if may_be_every and not of:
        raise Refused(f"{label}_missing")
    if may_be_every and of == EVERY:
        return Held(role)
    if of not in ("", *_of(role)):
        raise Refused("of_what_unknown")
    team, ward = of if role in OF_TEAM else "", of if role in OF_WARD else ""
    return Held(role, team, ward, of if role in OF_KEY else "")


def _until(request: HttpRequest) -> datetime | None:
    """Return the end of the day that was typed (Europe/London), or nothing; raises Refused("until_wrong")."""
    text = request.POST.get("until", "").strip()
    if not text:
        return None
    try:
        day = datetime.strptime(text[:10], "%Y-%m-%d").date()
        return datetime.combine(day + timedelta(days=1), time(), ZONE)
    except (ValueError, OverflowError) as exc:
        raise Refused("until_wrong") from exc


@needs(MANAGE)
@proved
@require_http_methods(["GET", "POST"])
@says_why_not(_asked)
def give(request: HttpRequest, number: int) -> HttpResponse:
    """Ask which role somebody gets, and of what; give it."""
    if request.method == "GET":
        return _asked(request, number=number)
    actions.give(
        person=found(number),
        grant=_typed_grant(request),
        until=_until(request),
        by=_by(request),
        now=timezone.now(),
    )
    return _done(number)


@needs(MANAGE)
@proved
@require_POST
@says_why_not(_draw)
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take a role from somebody."""
    grant = queries.grant(_number(request.POST.get("grant", "")))
    if grant is None or grant.staff_id != found(number).pk:
        return _done(number)  # somebody else was quicker
    actions.withdraw(grant_id=grant.pk, by=_by(request), now=timezone.now())
    return _done(number)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


@needs(MANAGE)
@proved
@require_POST
@says_why_not(_draw)
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close somebody's account, who leaves."""
    actions.close_by(person=found(number), by=_by(request), now=timezone.now())
    return _done(number)


@needs(MANAGE)
@proved
@require_POST
@says_why_not(_draw)
def open_again(request: HttpRequest, number: int) -> HttpResponse:
    """Open an account again that was closed."""
    actions.open_again(person=found(number), by=_by(request), now=timezone.now())
    return _done(number)


@needs(MANAGE)
@proved
@require_POST
@says_why_not(_draw)
def link(request: HttpRequest, number: int) -> HttpResponse:
    """Make a link by which somebody who joins, or lost what they signed in with, comes in once; show it, this once."""
    who = found(number)
    secret = lost.help_back(person=who, by=_by(request), now=timezone.now())
    there = reverse("way_back", kwargs={"token": secret}) if secret else ""
    context = {"who": who, "link": addresses.base() + there if there else ""}
    answer = render(request, "desk/people/link.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _new(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    context = {"typed": request.POST, "refused": refused.code if refused else ""}
    return render(request, "desk/people/new.html", context)


@needs(MANAGE)
@proved
@require_http_methods(["GET", "POST"])
@says_why_not(_new)
def new(request: HttpRequest) -> HttpResponse:
    """Ask who joins; make their account, and go on to their first role."""
    if request.method == "GET":
        return _new(request)
    typed, by = request.POST, _by(request)
    about = {"username": typed.get("username", ""), "name": typed.get("name", "")}
    person = actions.join(**about, by=by, now=timezone.now())
    return redirect("give_role", number=person.pk)


def _teams(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    own, said = queries.team_names(), tasks.teams()
    context = {
        "teams": [(name, name in own, queries.of_team(name, timezone.now())) for name in said],
        "refused": refused.code if refused else "",
        "typed": request.POST,
    }
    return render(request, "desk/people/teams.html", context)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
@says_why_not(_teams)
def teams(request: HttpRequest) -> HttpResponse:
    """List the teams with their people; make one known before a service names it, or drop it again."""
    if request.method == "GET":
        return _teams(request)
    name, by, now = request.POST.get("name", ""), _by(request), timezone.now()
    if request.POST.get("do") == "drop":
        actions.drop_team(name=name, by=by, now=now)
    else:
        actions.add_team(name=name, known=tasks.teams(), by=by, now=now)
    return redirect("teams")
