"""A form goes from hand to hand, whole: from a resident's browser to an adviser by a code, with consent, and back.

Each move is made under the form's lock, so that it is one's at each moment, and is kept on it (`Draft.handed`), for its case's timeline.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from doorstep.cases import drafts, timeline
from doorstep.cases.locking import locked_draft
from doorstep.cases.models import Case, Draft, HelpCode
from doorstep.cases.owners import Owner
from doorstep.cases.shapes import Handed, Move
from doorstep.cases.values import from_json
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.forms.form import Page
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Typed
from doorstep.outside.secret import derived
from doorstep.staff.actor import RESIDENT, Actor, by_key
from doorstep.text.copied import LETTERS

CODE_MINUTES, CODES_AN_HOUR = 30, 5
# A code that is over soon is not shown again: somebody is about to read it out.
FRESH = timedelta(minutes=20)
SIGNS = 8
MOVED = ["owner_kind", "owner_key", "left_by", "lent_by", "channel", "by_staff", "assisted"]
MOVED += ["handed", "language", "answers", "typed", "updated_at"]


def _code(row: HelpCode) -> str:
    """Return the signs of a code, made from its row's id: the page can show them again, and the database has their hash alone."""
    number, signs = int(derived("cases.help", str(row.pk)), 16), ""
    for _ in range(SIGNS):
        number, at = divmod(number, len(LETTERS))
        signs += LETTERS[at]
    return signs


def _hash(code: str) -> str:
    return derived("cases.help-hash", re.sub(r"[\W_]", "", code).upper())


@transaction.atomic
def make_code(*, draft_id: UUID, owner: Owner, now: datetime) -> None:
    """Make a code by which an adviser can go on with somebody's form; one made a moment ago does still.

    Raises Refused("not_theirs"), Refused("too_many_codes").
    """
    draft = _whose(draft_id, owner)
    rows = HelpCode.objects.filter(draft=draft)
    if rows.filter(used_at=None, made_at__gt=now - FRESH).exists():
        return
    if rows.filter(made_at__gt=now - timedelta(hours=1)).count() >= CODES_AN_HOUR:
        raise Refused("too_many_codes")
    rows.filter(used_at=None).update(used_at=now)  # the one before works no more
    row = HelpCode(id=uuid4(), draft=draft, made_at=now)
    row.code_hash = _hash(_code(row))
    row.save(force_insert=True)
    # In what they read now, they are told what comes of it.
    Draft.objects.filter(pk=draft.pk).update(language=council.language())


def code_of(draft: Draft, now: datetime) -> tuple[str, datetime] | None:
    """Return the code that works for a form now, in two groups as it is read out, and until when; nothing where there is none."""
    since = now - timedelta(minutes=CODE_MINUTES)
    row = HelpCode.objects.filter(draft=draft, used_at=None, made_at__gt=since).last()
    if row is None:
        return None
    signs = _code(row)
    return f"{signs[:4]} {signs[4:]}", row.made_at + timedelta(minutes=CODE_MINUTES)


@transaction.atomic
def take(*, code: str, owner: Owner, channel: str, agreed: bool, by: Actor, now: datetime) -> Draft:
    """Give a form to the adviser who was told its code, because its person agreed that they see it and go on with it.

    Raises Refused("not_agreed"), ("code_wrong") and, where it was sent meanwhile, ("already_sent").
    """
    if not agreed:
        raise Refused("not_agreed")
    since = now - timedelta(minutes=CODE_MINUTES)
    live = HelpCode.objects.filter(code_hash=_hash(code), used_at=None, made_at__gt=since)
    row = live.first()
    # Locked in the one order: the form, then its code.
    draft = Draft.objects.select_for_update().filter(pk=row.draft_id).first() if row else None
    if draft is None or draft.owner_kind != "browser" or not live.update(used_at=now):
        raise Refused("code_wrong")
    if draft.sent_at:
        raise Refused("already_sent")
    draft.channel = channel if channel in ADVISER_CHANNELS else ADVISER_CHANNELS[0]
    draft.by_staff, draft.assisted, draft.lent_by = by.key, True, draft.owner_key
    _move(draft, owner, "agreed", by, now)
    return draft


@transaction.atomic
def give_back(*, draft_id: UUID, owner: Owner, by: Actor, now: datetime) -> None:
    """Give a form back to the browser that began it; raises Refused("not_theirs")."""
    draft = _whose(draft_id, owner)
    if not draft.lent_by:
        raise Refused("not_theirs")
    to_browser(draft, draft.lent_by, "given back", by, now)


@transaction.atomic
def take_back(*, draft_id: UUID, owner: Owner, now: datetime) -> None:
    """Take a form back that an adviser goes on with, in the browser that began it; raises Refused("not_theirs")."""
    draft = locked_draft(draft_id)
    if draft.sent_at or draft.owner_kind != "staff" or draft.lent_by != owner.key:
        raise Refused("not_theirs")
    to_browser(draft, owner.key, "taken back", RESIDENT, now)


def to_browser(draft: Draft, key: str, what: Move, by: Actor, now: datetime) -> None:
    """Give a form whose lock is held to a browser; of one that staff had, its person goes on online, and was helped."""
    if draft.owner_kind == "staff":
        draft.channel, draft.by_staff, draft.lent_by = "online", "", ""
        draft.answers = _without_what_staff_left_out(draft)
        draft.typed = _not_answered(draft)
        if what == "link opened" and draft.begun_for is None:
            draft.language = council.language()  # in which they go on with it
        _move(draft, Owner("browser", key), what, by, now)
    else:
        _leave(draft, Owner("browser", key), now)
        draft.save(update_fields=["owner_kind", "owner_key", "left_by", "updated_at"])


def _without_what_staff_left_out(draft: Draft) -> dict[str, Any]:
    """Return the answers without those that staff need not ask for and its person has to give, such as an e-mail address."""
    questions = catalogue.service(draft.version_id).form.questions.values()
    theirs = {q.id for q in questions if q.optional_for_staff and not q.optional}
    return {k: v for k, v in draft.answers.items() if v is not None or k not in theirs}


def may_be_sent_on(draft: Draft) -> bool:
    """Say whether the link to a form may go out: not of one for a restricted person, nor of one that is about a case."""
    if draft.changes_id or draft.moved_from_id:
        return False
    return not drafts.is_shut(draft)


def sent_on(*, draft: Draft, by: Actor, now: datetime) -> None:
    """Note on a form that staff have that its link goes to its person; it stays theirs until that is opened."""
    held = _whose(draft.pk, Owner("staff", draft.owner_key))
    draft.handed = [*held.handed, _step("link sent", by, now)][-20:]
    draft.updated_at = now
    draft.save(update_fields=["handed", "updated_at"])


def lent(draft: Draft | None, owner: Owner) -> bool:
    """Say whether a form is, or was as it was sent, an adviser's by the consent of this browser."""
    return draft is not None and owner.kind == "browser" and draft.lent_by == owner.key != ""


def tell(*, case: Case, handed: list[Handed]) -> None:
    """Write into the timeline of a new case how its form went from hand to hand, each move at its own moment."""
    for step in handed:
        at = datetime.fromisoformat(step["at"])
        timeline.write(case, "handed over", by=by_key(step["by"]), now=at, move=step["what"])


def _not_answered(draft: Draft) -> dict[str, object]:
    """Return what was typed but for pages of which the answers say the same: an adviser's page keeps all of them as typed."""
    pages = catalogue.service(draft.version_id).form.pages
    same = {p.id for p in pages if p.id in draft.typed and _says_the_same(draft, p)}
    return {page: fields for page, fields in draft.typed.items() if page not in same}


def _says_the_same(draft: Draft, page: Page) -> bool:
    fields = Typed()
    for question in page.questions:
        if (answer := draft.answers.get(question.id)) is not None:
            fields |= kinds.of(question).fill(question, from_json(answer))
    typed: dict[str, list[str]] = {
        name: texts
        for name, texts in draft.typed[page.id].items()
        if any(texts) and not name.endswith(("-typed", "-found"))  # how a place was looked for
    }
    return typed == {name: texts for name, texts in fields.items() if any(texts)}


def _whose(draft_id: UUID, owner: Owner) -> Draft:
    draft = locked_draft(draft_id)
    if draft.sent_at or (draft.owner_kind, draft.owner_key) != (owner.kind, owner.key):
        raise Refused("not_theirs")
    return draft


def _move(draft: Draft, to: Owner, what: Move, by: Actor, now: datetime) -> None:
    draft.handed = [*draft.handed, _step(what, by, now)][-20:]
    _leave(draft, to, now)
    draft.save(update_fields=MOVED)


def _step(what: Move, by: Actor, now: datetime) -> Handed:
    return {"what": what, "by": by.key if by.is_staff else "", "at": now.isoformat()}


def _leave(draft: Draft, to: Owner, now: datetime) -> None:
    """Make a form another's; who had it before is remembered: a page that is still open there says where it went."""
    was = draft.owner_key
    if was and was != to.key:
        draft.left_by = [*(key for key in draft.left_by if key not in (was, to.key)), was][-20:]
    draft.owner_kind, draft.owner_key, draft.updated_at = to.kind, to.key, now
