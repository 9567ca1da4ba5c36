"""The one way in which a view comes by a case: it asks whether this person may, and writes down that they looked."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from doorstep.cases import parts, permits
from doorstep.cases import queries as cases
from doorstep.cases.models import Case
from doorstep.staff import actions as staff
from doorstep.staff.who import Staff, Who
from doorstep.web.kit import visitor

SEE = "desk.see"
# Why somebody may not do to this case what they may do to others.
NOT_THEIRS = "not_theirs"


def staff_of(request: HttpRequest) -> Staff:
    """Return the member of staff who asks, with their grants."""
    user: Any = request.user
    who: Staff = user.who
    return who


def may(request: HttpRequest, permission: str, case: Case) -> bool:
    """Say whether the member of staff who asks has a permission for a case."""
    return permits.may_open(staff_of(request), case, timezone.now(), permission) is not None


def open_case(request: HttpRequest, reference: str) -> Case:
    """Return a case, whole, to a view of staff, and write the trace of a look where a page is drawn.

    The view's own permission is asked about for this case. A page that is not there, where they may not see it at all
    or there is none; "you cannot" (PermissionDenied), where they may see it, and not whole or not do this.
    """
    case = allowed(request, cases.by_reference(reference))
    mark(request, "case", case.reference)
    return case


def mark(request: HttpRequest, what: str, key: str) -> None:
    """Write a look where a page is drawn; and where a form draws it again, once that is known (`trace`)."""
    if request.method in ("GET", "HEAD"):
        looked(request, what, key)
    request.__dict__["opened"] = (what, key)


def trace(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write the look that a page is which a form drew again, such as with what was wrong: it shows the case too."""
    opened: tuple[str, str] | None = request.__dict__.get("opened")
    if opened and response.status_code == 200:
        looked(request, *opened)


def allowed(request: HttpRequest, found: Case | None) -> Case:
    """Return a case that a view came by otherwise, such as through a refund, where `open_case` would let it go on."""
    case = _found(found, staff_of(request))
    permission = getattr(request, "permission", SEE)
    permit = permits.may_open(staff_of(request), case, timezone.now(), permission)
    if permit is None or permit.how != "whole":
        raise PermissionDenied(NOT_THEIRS)
    return case


def seen_case(request: HttpRequest, reference: str) -> Case | parts.Part:
    """Return a case as this person may see it: whole, or a part of it."""
    case = _found(cases.by_reference(reference), staff_of(request))
    permit = permits.may_open(staff_of(request), case, timezone.now(), SEE)
    assert permit is not None
    looked(request, "case" if permit.how == "whole" else "case, part", case.reference)
    return case if permit.how == "whole" else parts.part_of(case, permit)


def _found(case: Case | None, who: Who) -> Case:
    """Return a case that somebody may see; for any other the page of one that is not there."""
    if case is None or permits.may_open(who, case, timezone.now(), SEE) is None:
        raise Http404
    return case


def own_case(request: HttpRequest, reference: str) -> Case:
    """Return a case that this resident's browser may open; anyone else is not let in (NotLetIn), or meets "not found"."""
    who = visitor.who(request)
    if reference not in who.references:
        raise visitor.NotLetIn
    return _found(cases.by_reference(reference), who)


def looked(request: HttpRequest, what: str, key: str) -> None:
    """Write down, once a request, that this person looked at something personal."""
    done: set[tuple[str, str]] = request.__dict__.setdefault("looked_at", set())
    if (what, key) not in done:
        user: Any = request.user
        staff.looked(by=user, what=what, key=key[:40], now=timezone.now())
        done.add((what, key))


def as_seen(request: HttpRequest, case: Case) -> Case:
    """Return a case for a line of a list as the member of staff who asks may see it: whole, without its person, or blank."""
    permit = permits.may_open(staff_of(request), case, timezone.now(), SEE)
    if permit is None:
        return Case(pk=case.pk, version_id=case.version_id, slug=case.slug, words={}, answers={})
    if permit.how != "whole":
        case.customer = None  # of this copy, which nobody saves
    return case


def with_case_as_seen(request: HttpRequest, row: Any) -> Any:
    """Return a row of another room with its case as the member of staff who asks may see it."""
    if row.case is not None:
        row._state.fields_cache["case"] = as_seen(request, row.case)
    return row
