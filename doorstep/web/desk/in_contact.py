"""The contact that whoever asks has open: found once a request, begun where there is none, and what is done kept in it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.contacts import actions, queries
from doorstep.contacts.models import Contact

# The mark in a session that there may be one: without it nobody asks the database.
MARK = "contact"


def mine(request: HttpRequest) -> list[Contact]:
    """Return what who asks has open, then what waits; at most one statement a request, and none where nothing was begun."""
    found: list[Contact] | None = getattr(request, "contacts", None)
    if found is None:
        found = _found(request)
        request.contacts = found  # type: ignore[attr-defined]
    return found


def _found(request: HttpRequest) -> list[Contact]:
    if not request.user.is_authenticated or not request.session.get(MARK):
        return []
    found = queries.not_ended(request.user.pk)
    if not found:
        del request.session[MARK]
    return found


def current(request: HttpRequest) -> Contact | None:
    """Return the contact that who asks has open now; nothing where there is none, or each waits."""
    first = next(iter(mine(request)), None)
    return first if first is not None and not first.is_held else None


def begun(request: HttpRequest, channel: str, **about: Any) -> Contact:
    """Return the contact that is open; where none is, begin one by a channel. Raises Refused("channel_missing")."""
    contact = current(request)
    if contact is None:
        user: Any = request.user
        contact = actions.begin(channel=channel, by=user, now=timezone.now(), **about)
        changed(request)
    return contact


def changed(request: HttpRequest) -> None:
    """Say that contacts were begun, held or ended, so that they are looked for anew."""
    request.session[MARK] = True
    request.__dict__.pop("contacts", None)


def did(
    request: HttpRequest,
    what: str,
    *,
    service: str = "",
    case: Case | None = None,
    code: str = "",
    task_id: int | None = None,
) -> None:
    """Keep what was done in the contact that is open, if there is one."""
    contact = current(request)
    if contact is not None:
        about: dict[str, Any] = {"service": service, "case": case, "code": code}
        actions.did(contact=contact, what=what, now=timezone.now(), task_id=task_id, **about)
