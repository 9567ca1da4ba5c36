"""Reads contacts: the one that somebody has open, those of a day, of a person; what the rule makes of one; a day's figures."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from doorstep.catalogue import queries as catalogue
from doorstep.contacts import demand
from doorstep.contacts.demand import Done, Proposal
from doorstep.contacts.models import Act, Contact
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


def not_ended(staff_id: int) -> list[Contact]:
    """Return what somebody has open, then what waits, the longest first: with whose it is and what was done in it; one statement."""
    rows = Contact.objects.filter(by=staff_id, ended_at=None)
    acts = _ACTS.values(row=JSONObject(what="what", service="service", code="code"))
    rows = rows.select_related("person__same_as", "home__street")
    rows = rows.annotate(care=Subquery(_CARE), act_rows=ArraySubquery(acts))
    return list(rows.order_by(F("held_at").asc(nulls_first=True)))


def is_failure(slug: str) -> bool:
    """Say of a service that what it does mends what went wrong; its data says so."""
    service = catalogue.current(slug)
    return service is not None and getattr(service.about, "demand", "value") == "failure"


def proposal(contact: Contact) -> Proposal:
    """Return why somebody came and whether they need have come, as the rule has it."""
    rows: Any = getattr(contact, "act_rows", None)
    if rows is None:
        rows = contact.acts.values("what", "service", "code")
    acts = [Done(row["what"], row["service"], row["code"]) for row in rows]
    return demand.propose(acts, is_failure)


def looked_at(contact: Contact) -> set[int]:
    """Return the numbers of the cases that were looked at in a contact and were there before it."""
    acts = contact.acts.filter(what="looked", case__opened_at__lt=contact.begun_at)
    return set(acts.values_list("case_id", flat=True))
