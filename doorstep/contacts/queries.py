"""Reads contacts: what somebody has open, one, those of a day and of a person; what the rule makes of one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.contacts import demand
from doorstep.contacts.demand import Done, Proposal
from doorstep.contacts.models import Act, Contact, FormBegun, Visitor
from doorstep.council.queries import ZONE
from doorstep.customers.models import Note

_ACTS = Act.objects.filter(contact=OuterRef("pk")).order_by("id")
# What a note of whoever it is says to take care of, or warns of: of the record in front, and of those behind it.
_CARE = (
    Note.objects.filter(
        Q(person=OuterRef("person"))
        | Q(person=OuterRef("person__same_as"))
        | Q(person__same_as=OuterRef("person"))
        | Q(person__same_as=OuterRef("person__same_as")),
        ended_at=None,
        kind__in=("care", "warning"),
    )
    .order_by("-kind", "pk")
    .values(row=JSONObject(kind="kind", text="text"))[:1]
)
# The form that somebody fills in for whoever it is.
_FORM = (
    FormBegun.objects.filter(contact=OuterRef("pk"), draft__sent_at=None, draft__owner_kind="staff")
    .order_by("-pk")
    .values(row=JSONObject(draft="draft_id", slug="draft__slug"))[:1]
)


def on_screen(staff_id: int) -> list[Contact]:
    """Return what somebody has open, then what waits, the longest first, then what ended on a screen that is still turned.

    With whose it is, what to take care of, what was done in it, and the form that was begun last in it and is not sent; one
    statement.
    """
    mine = _whole(standing(staff_id)).annotate(care=Subquery(_CARE), form=Subquery(_FORM))
    last = F("ended_at").asc(nulls_first=True)
    return list(mine.order_by(last, F("held_at").asc(nulls_first=True)))


def standing(staff_id: int) -> QuerySet[Contact]:
    """Return what somebody has that is not over, or ended on a screen that is still turned."""
    return Contact.objects.filter(Q(ended_at=None) | Q(is_facing=True), by=staff_id)


def _whole(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    acts = _ACTS.values(row=JSONObject(what="what", service="service", code="code", case="case_id"))
    rows = rows.select_related("by", "person__same_as", "home__street", "visitor")
    return rows.annotate(act_rows=ArraySubquery(acts))


def contact(number: int) -> Contact | None:
    """Return one contact, with whose it is and what was done in it."""
    return _whole(Contact.objects.filter(pk=number)).first() if number < 2**63 else None


def day_of(day: date) -> tuple[datetime, datetime]:
    """Return when a day begins and ends (Europe/London)."""
    begins = datetime.combine(day, time(), ZONE)
    return begins, datetime.combine(day + timedelta(days=1), time(), ZONE)


def of_day(day: date, *, staff_id: int | None = None) -> list[Contact]:
    """Return the contacts of a day, or those that somebody took, the last first, with what was done in each; at most 500."""
    begins, ends = day_of(day)
    rows = Contact.objects.filter(begun_at__gte=begins, begun_at__lt=ends)
    rows = rows if staff_id is None else rows.filter(by=staff_id)
    return list(_whole(rows).order_by("-begun_at", "-pk")[:500])


def of_people(ids: Iterable[int], most: int) -> list[Contact]:
    """Return the last contacts of people that ended, by the numbers of their records, with what was done in each."""
    rows = Contact.objects.filter(person__in=list(ids), ended_at__isnull=False)
    return list(_whole(rows).order_by("-begun_at", "-pk")[:most])


def cases_of(contacts: Iterable[Contact]) -> dict[int, Case]:
    """Return the cases that something was done about in these contacts, by number; nothing is read where there are none."""
    ids = {row["case"] for one in contacts for row in acts_of(one) if row["case"]}
    return Case.objects.in_bulk(ids) if ids else {}


def acts_of(contact: Contact) -> list[dict[str, Any]]:
    """Return what was done in a contact that was read whole, as rows of what, service, code and case."""
    rows: list[dict[str, Any]] = contact.act_rows  # type: ignore[attr-defined]
    return rows


def is_empty(contact: Contact) -> bool:
    """Say whether nothing was done in a contact, and nobody was called from the queue for it."""
    return visitor_of(contact) is None and not contact.acts.exists()


def offered(contact: Contact) -> str:
    """Return whether somebody was offered to do it online, as far as what was done says so."""
    return "taken" if contact.acts.filter(what="link").exists() else "not_offered"


def to_tell(contact: Contact) -> list[Case]:
    """Return the cases that were looked at in a contact, so that whoever asked was likely told where they stand."""
    return list(Case.objects.filter(pk__in=looked_at(contact.pk, contact.by_id)).order_by("pk"))


def is_failure(slug: str) -> bool:
    """Say of a service that what it does mends what went wrong; its data says so."""
    service = catalogue.current(slug)
    return service is not None and service.about.demand == "failure"


def proposal(contact: Contact) -> Proposal:
    """Return why somebody came and whether they need have come, as the rule has it."""
    rows: Any = getattr(contact, "act_rows", None)
    if rows is None:
        rows = contact.acts.values("what", "service", "code")
    acts = [Done(row["what"], row["service"], row["code"]) for row in rows]
    rule = demand.propose(acts, is_failure)
    # Until something is done, it is what they said as they came in.
    return rule if rule.reason else replace(rule, reason=said_at_the_door(contact))


def said_at_the_door(contact: Contact) -> str:
    """Return the service that a visitor named as they came in; "" where they named none, or were not called."""
    visitor = visitor_of(contact)
    return visitor.about if visitor else ""


def visitor_of(contact: Contact) -> Visitor | None:
    """Return who was called for a contact, read with one that was read whole; nobody for one that began without the queue."""
    return getattr(contact, "visitor", None)


def was_sent_in(contact: Contact, reference: str) -> bool:
    """Say whether a case is one that was sent in a contact, and open to who may see cases: a restricted one is drawn for no visitor."""
    sent = contact.acts.filter(what="sent", case__reference=reference, case__restricted=False)
    return sent.exists()


def looked_at(contact_id: int, staff_id: int) -> set[int]:
    """Return the numbers of the cases that were looked at in somebody's contact and were there before it."""
    acts = Act.objects.filter(contact=contact_id, contact__by=staff_id, what="looked")
    before = acts.filter(case__opened_at__lt=F("contact__begun_at"))
    return set(before.values_list("case_id", flat=True))
