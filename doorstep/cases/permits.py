"""Who may see which case, and how much of it: `may_open` for one case, its twin `visible_to` for lists.

Both read the one table of permissions (staff.permissions), who holds the case, and what is shared (`cases.sharing`), and
nothing else; a test holds them equal. Whoever asks may hold a permission for some cases and not for others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from doorstep.cases.models import Case, Shared
from doorstep.catalogue import queries as catalogue
from doorstep.staff.permissions import Scope
from doorstep.staff.who import Browser, Held, Program, Staff, System, Who

# Why somebody may see a case: by their grant, because there is work on their list or it was sent to them, because they let
# it be opened, by a token, or as Doorstep itself.
Why = Literal["grant", "round", "sent", "browser", "token", "system"]
# All of it; what the work needs, without the contact; what it is, where, and how it stands, without what anybody wrote.
How = Literal["whole", "work", "status"]
# Work must be done where it is, whoever may read why.
DESPITE_RESTRICTED: tuple[Scope, ...] = ("round",)


@dataclass(frozen=True)
class Permit:
    """That somebody may see a case: why, and how much of it."""

    why: Why
    how: How


def may_open(who: Who, case: Case, now: datetime, permission: str = "desk.see") -> Permit | None:
    """Return the permit of somebody for a case, or nothing; `permission` is what they are about to use."""
    if isinstance(who, System):
        return Permit("system", "whole")
    if isinstance(who, Browser):
        return Permit("browser", "whole") if case.reference in who.references else None
    if isinstance(who, Program):
        may = not case.restricted and (not who.services or case.slug in who.services)
        return Permit("token", "status") if may else None
    return _of_staff(who, case, now, permission)


def _of_staff(who: Staff, case: Case, now: datetime, permission: str) -> Permit | None:
    held = {
        scope for scope, grant in who.scopes(permission) if _holds(who, scope, grant, case, now)
    }
    is_known = not case.restricted or _has(who, case, now, "case.restricted")
    if not is_known:
        held &= set(DESPITE_RESTRICTED)
    if not held:
        return None
    whys: list[Why] = [why for why in ("round", "sent") if why in held]
    if held - {"round", "sent"}:
        whys = ["grant"]
    if is_known and _has(who, case, now, "case.contact"):
        return Permit(whys[0], "whole")
    return Permit(whys[0], "status" if whys == ["grant"] else "work")


def _has(who: Staff, case: Case, now: datetime, permission: str) -> bool:
    return any(_holds(who, scope, grant, case, now) for scope, grant in who.scopes(permission))


def _teams(who: Staff) -> dict[str, str]:
    """Return the team of each service, as it was when this person was first asked about: once a request."""
    kept: dict[str, str] | None = who.__dict__.get("teams")
    if kept is None:
        kept = who.__dict__["teams"] = catalogue.teams()
    return kept


def _holds(who: Staff, scope: Scope, grant: Held, case: Case, now: datetime) -> bool:
    """Say whether a case is among those of a scope."""
    if scope == "team":
        return not grant.team or _teams(who).get(case.slug) == grant.team
    if scope == "ward":
        return bool(grant.ward) and case.ward_id == grant.ward
    if scope in ("round", "sent"):
        keys = {key for kind, key in _shared(case, now) if kind == scope}
        return grant.key in keys if grant.key else scope == "round" and bool(keys)
    return True


def _shared(case: Case, now: datetime) -> Iterable[tuple[str, str]]:
    """Return with whom a case is shared now, as kind and key; looked up once for each time that it is read."""
    rows = getattr(case, "shared_rows", None)
    if rows is None:
        found: Any = with_shared(Case.objects.filter(pk=case.pk)).only("pk").get()
        rows = found.shared_rows
        case.shared_rows = rows  # type: ignore[attr-defined]
    ends = [(row, row["until"] and datetime.fromisoformat(row["until"])) for row in rows]
    return [(row["kind"], row["key"]) for row, end in ends if end is None or end > now]


def with_shared(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return cases with what is shared of each, so that nothing more is asked of the database to tell who may open it."""
    rows = Shared.objects.filter(case=OuterRef("pk")).order_by("id")
    pairs = JSONObject(kind="kind", key="key", until="until")
    return cases.annotate(shared_rows=ArraySubquery(rows.values(row=pairs)))


def _live(now: datetime) -> QuerySet[Shared]:
    return Shared.objects.filter(Q(until=None) | Q(until__gt=now))


def visible_to(who: Who, now: datetime, permission: str = "desk.see") -> QuerySet[Case]:
    """Return the cases that `may_open` lets somebody into."""
    return Case.objects.filter(visible(who, now, permission))


def visible(who: Who, now: datetime, permission: str = "desk.see", at: str = "") -> Q:
    """Return which cases those are as a condition; `at` leads from what is looked for to its case ("case__")."""
    if isinstance(who, System):
        return Q()
    if isinstance(who, Browser):
        return Q(**{f"{at}reference__in": sorted(who.references)})
    if isinstance(who, Program):
        of_services = {f"{at}slug__in": sorted(who.services)} if who.services else {}
        return Q(**{f"{at}restricted": False}, **of_services)
    scopes = who.scopes(permission)
    known = _any_of((s for s in scopes if s[0] not in DESPITE_RESTRICTED), now, at)
    anyhow = _any_of((s for s in scopes if s[0] in DESPITE_RESTRICTED), now, at)
    of_restricted = _any_of(who.scopes("case.restricted"), now, at)
    # An empty condition is every case; Django's `|` would leave it out.
    if of_restricted != Q():
        known &= Q(**{f"{at}restricted": False}) | of_restricted
    return known if Q() == known or anyhow == NONE else known | anyhow


NONE = Q(pk__in=[])


def _any_of(scopes: Iterable[tuple[Scope, Held]], now: datetime, at: str) -> Q:
    """Return which cases are among those of one of these scopes."""
    found: Q | None = None
    for scope, grant in scopes:
        these = _those(scope, grant, now, at)
        if these == Q():
            return these
        found = these if found is None else found | these
    return NONE if found is None else found


def _those(scope: Scope, grant: Held, now: datetime, at: str) -> Q:
    if scope == "team" and grant.team:
        return Q(**{f"{at}slug__in": catalogue.of_team(grant.team)})
    if scope == "ward":
        return Q(**{f"{at}ward": grant.ward}) if grant.ward else NONE
    if scope in ("round", "sent"):
        rows = _live(now).filter(kind=scope)
        rows = rows.filter(key=grant.key) if grant.key or scope == "sent" else rows
        return Q(**{f"{at}pk__in": rows.values("case")})
    return Q()
