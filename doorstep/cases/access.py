"""Who gets in by what was sent to them: a draft by its link, a case by its link or by a code."""

import hmac
import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from doorstep.cases import drafts, handing
from doorstep.cases.models import Access, Case, Draft, HelpCode, Link
from doorstep.cases.owners import FORMER, Owner
from doorstep.council.errors import Refused
from doorstep.outside.secret import derived, hashed
from doorstep.staff.actor import RESIDENT
from doorstep.text import copied
from doorstep.text.clean import clean

KEPT_DAYS, WARN_DAYS = 30, 27
# Without a saved link a form waits for one night, no longer: the computer may be anybody's tomorrow.
UNSAVED_HOURS = 12
CODE_MINUTES, CODE_TRIES = 15, 5


def _made(purpose: str, key: str) -> str:
    """Return a secret made from a key, the same each time: a message sent twice carries one secret."""
    return derived(f"cases.{purpose}", key)


def save_draft(*, draft: Draft, email: str, key: str, now: datetime) -> None:
    """Say to whom a draft's link goes; a link sent to an earlier address opens nothing from now on."""
    draft.saved_to, draft.saved_key, draft.link_hash = email, key, ""
    draft.updated_at, draft.warned_at = now, None
    columns = ["saved_to", "saved_key", "link_hash", "updated_at", "warned_at", "language"]
    draft.save(update_fields=columns)


def make_draft_link(*, draft_id: UUID, key: str) -> str | None:
    """Return the token for the message that carries a draft's link; nothing when another went out since."""
    token = _made("draft", key)[:40]
    waiting = Draft.objects.filter(id=draft_id, saved_key=key, sent_at=None)
    return token if waiting.update(link_hash=hashed(token)) else None


def by_draft_link(token: str) -> Draft | None:
    """Return the draft a link opens, sent or not, or nothing."""
    return Draft.objects.filter(link_hash=hashed(token)).first() if token else None


@transaction.atomic
def resume(*, token: str, owner: Owner, now: datetime) -> Draft:
    """Give a saved draft to this browser; raises Refused("link_unknown"), Refused("already_sent"), Refused("link_shut").

    The browser that had it before is remembered: a page that is still open there says where it went.
    """
    linked = Draft.objects.filter(link_hash=hashed(token)) if token else Draft.objects.none()
    draft = linked.select_for_update().first()
    if draft is None:
        raise Refused("link_unknown")
    if draft.sent_at:
        raise Refused("already_sent")
    if drafts.is_shut(draft):  # whose it is was restricted since the link went out
        raise Refused("link_shut")
    handing.to_browser(draft, owner.key, "link opened", RESIDENT, now)
    return draft


@transaction.atomic
def take_over(*, former_key: str, owner: Owner) -> None:
    """Give a browser what it began under the version before, whose cookies were not signed."""
    former = Draft.objects.filter(owner_kind=FORMER, owner_key=former_key, sent_at=None)
    former.update(owner_kind=owner.kind, owner_key=owner.key)


def expires_at(draft: Draft) -> datetime:
    """Return when a draft is deleted unless someone goes on with it."""
    kept = timedelta(days=KEPT_DAYS) if draft.saved_key else timedelta(hours=UNSAVED_HOURS)
    return draft.updated_at + kept


def expired(now: datetime) -> Q:
    """Return which drafts are over: not sent, and nobody went on with them for too long."""
    return untouched(*too_long_ago(now))


def too_long_ago(now: datetime) -> tuple[datetime, datetime]:
    """Return since when a draft must have been gone on with not to be over: one without a saved link, and any."""
    return now - timedelta(hours=UNSAVED_HOURS), now - timedelta(days=KEPT_DAYS)


def untouched(unsaved_since: datetime, any_since: datetime) -> Q:
    """Return which drafts were not sent, and nobody went on with since those two moments."""
    unsaved = Q(saved_key="", updated_at__lt=unsaved_since)
    return Q(sent_at=None) & (unsaved | Q(updated_at__lt=any_since))


def to_warn(now: datetime) -> list[Draft]:
    """Return saved drafts that will soon be deleted and whose owners were not told yet."""
    soon = now - timedelta(days=WARN_DAYS)
    drafts = Draft.objects.filter(sent_at=None, updated_at__lt=soon, warned_at=None)
    return list(drafts.exclude(saved_to="")[:1000])


def warned(*, draft: Draft, now: datetime) -> None:
    """Note that a draft's owner was told of its end."""
    Draft.objects.filter(id=draft.id).update(warned_at=now)


def make_link(*, case: Case, key: str, now: datetime) -> str:
    """Return the token that opens a case for 90 days; only its hash is kept.

    The same key gives the same token: a message sent, whose worker died before it could say so,
    carries a link that the next run makes good.
    """
    token = derived("cases.link", key)[:40]
    until = now + timedelta(days=90)
    link = Link(token_hash=hashed(token), case=case, expires_at=until)
    Link.objects.bulk_create([link], ignore_conflicts=True)
    return token


def by_link(token: str, now: datetime) -> Case | None:
    """Return the case that a link's token opens, or nothing when unknown or expired."""
    link = Link.objects.select_related("case").filter(token_hash=hashed(token), expires_at__gt=now)
    row = link.first()
    return row.case if row else None


def _contact(email: str) -> str:
    return _made("contact", clean(email).strip().lower())


def ask_access(*, reference: str, email: str, now: datetime) -> Access:
    """Note that someone asks for a code; whether case and contact exist is looked at later, in the queue."""
    tidy = copied.reference(reference)[:16]
    return Access.objects.create(reference=tidy, contact_hash=_contact(email), asked_at=now)


def tried_of(access_id: UUID) -> str:
    """Return the reference whose code is tried, where one was sent for it and may still be; else "", whose tries count for nobody."""
    rows = Access.objects.filter(id=access_id, used_at=None, tries__lt=CODE_TRIES)
    rows = rows.exclude(code_hash="")
    return next(iter(rows.values_list("reference", flat=True)), "")


def case_asked_for(access_id: UUID) -> Case | None:
    """Return the case of a request when the contact is its own, or nothing."""
    access = Access.objects.get(id=access_id)
    case = Case.objects.select_related("customer").filter(reference=access.reference).first()
    if case is None or case.customer is None or not case.customer.email:
        return None
    same = hmac.compare_digest(_contact(case.customer.email), access.contact_hash)
    return case if same else None


def make_code(*, access_id: UUID) -> str:
    """Return the six digits for a request; only their hash is kept."""
    code = f"{int(_made('code', str(access_id)), 16) % 1_000_000:06d}"
    Access.objects.filter(id=access_id).update(code_hash=_made("code-hash", code))
    return code


def open_by_code(*, access_id: UUID, code: str, now: datetime) -> Case:
    """Return the case a code opens, once; raises Refused("code_wrong") or Refused("code_over").

    A request for a case that does not exist is refused in the same words after the same work.
    """
    tried = Access.objects.filter(
        id=access_id,
        used_at=None,
        tries__lt=CODE_TRIES,
        asked_at__gt=now - timedelta(minutes=CODE_MINUTES),
    ).update(tries=F("tries") + 1)
    if not tried:
        raise Refused("code_over")
    access = Access.objects.get(id=access_id)
    code_hash = _made("code-hash", re.sub(r"\D", "", code))
    right = hmac.compare_digest(code_hash, access.code_hash or "-" * len(code_hash))
    case = Case.objects.filter(reference=access.reference).first()
    if not right or case is None:
        raise Refused("code_wrong")
    Access.objects.filter(id=access_id).update(used_at=now)
    return case


def forget_access(now: datetime) -> None:
    """Delete codes, and requests for them, after a day, and links that open nothing any more."""
    HelpCode.objects.filter(made_at__lt=now - timedelta(days=1)).delete()
    Access.objects.filter(asked_at__lt=now - timedelta(days=1)).delete()
    Link.objects.filter(expires_at__lt=now).delete()
