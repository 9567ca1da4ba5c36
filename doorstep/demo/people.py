"""People with a history: neighbours who reported bins over the last half year, and what staff know of some of them."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.customers import matching, people
from doorstep.customers.models import Customer, Person
from doorstep.demo import week
from doorstep.fieldwork.models import Job
from doorstep.intake import orders
from doorstep.staff.actor import RESIDENT, Actor
from doorstep.waste.models import Container

ADVISER, SUPERVISOR = Actor("staff", "adviser"), Actor("staff", "supervisor")
# Homes between two of these neighbours, so that they live all over the district.
APART = 997


@dataclass(frozen=True)
class Neighbour:
    """Somebody made up: a name as they write it each time, how they are reached, and how they came."""

    names: tuple[str, ...]
    email: str = ""
    phone: str = ""
    channel: str = "telephone"


# E-mail and telephone of nobody: .example (RFC 2606), and Ofcom's numbers for drama.
NEIGHBOURS = (
    Neighbour(("Margaret Whitmore", "M Whitmore"), "m.whitmore@resident.example", "01632 960101"),
    Neighbour(("Catherine O'Brien", "Kathryn O'Brien"), "cath@resident.example", "07700 900102"),
    Neighbour(("Gurpreet Singh Gill",), "g.gill@resident.example", "07700 900103", "online"),
    Neighbour(("Stephen Clarke", "Steven Clark"), phone="01632 960104"),
    Neighbour(("Zoë Hudson-Blake",), "zoe@resident.example", channel="online"),
    Neighbour(("Derek Smith",), "derek.smith@resident.example", "01632 960106"),
    Neighbour(("Pauline Smith",), phone="01632 960106"),
    Neighbour(("John Smith", "J Smith"), "john.smith@resident.example", channel="online"),
    Neighbour(("Agnieszka Kowalczyk",), "a.kowalczyk@resident.example", "07700 900109"),
    Neighbour(("Owen Llewellyn", "Owen Lewellyn"), "owen@resident.example", "01632 960110"),
)
FIRM = "Hill Top Lettings Ltd"


@transaction.atomic
def make(now: datetime) -> int:
    """Make neighbours with reports of half a year, and what staff noted of some; return how many cases were made."""
    service = catalogue.current("missed-bin")
    boxes = Container.objects.filter(kind="black-bin", round__isnull=False)
    boxes = boxes.select_related("place", "round").order_by("id")
    if service is None or Customer.objects.filter(email=NEIGHBOURS[0].email).exists():
        return 0
    count = 0
    for n, neighbour in enumerate(NEIGHBOURS):
        box = boxes[n * APART]
        for k, weeks_ago in enumerate((22, 12, 4)[n % 2 :]):
            due = _due(box, now.astimezone(ZONE).date() - timedelta(weeks=weeks_ago))
            count += _reported(service, neighbour, k, box, due) is not None
    while matching.match(now):
        pass
    _noted(now)
    return count


def _due(box: Container, day: date) -> date:
    """Return the last day until this one on which a container was due."""
    every = timedelta(weeks=box.round.weeks)
    return day - (day - box.round.anchor) % every


def _reported(service: Service, who: Neighbour, k: int, box: Container, due: date) -> Case | None:
    """Report a container as missed on a day that is past, and have the crew come back for it."""
    answers = {
        "property": str(box.place_id),
        "container": str(box.pk),
        "name": who.names[k % len(who.names)],
        "email": who.email,
        "phone": who.phone,
    }
    order = orders.Order(service, who.channel, {k: v for k, v in answers.items() if v})
    owner = Owner("made", uuid5(NAMESPACE_URL, f"demo:neighbour:{box.pk}:{due}").hex)
    with suppress(Refused, orders.Halted):  # its crew may have written something down that day
        case = orders.place(order, owner=owner, by=RESIDENT, now=week.at(due, 19))
        job = Job.objects.get(case=case)
        week.finish(case, "not_out" if k == 1 else "collected", week.at(job.day, 11))
        return case
    return None


def _noted(now: datetime) -> None:
    """Note what staff know of some of them."""
    whole: dict[str, Person] = {p.name: p for p in Person.objects.filter(same_as=None)}
    review = now.date() + timedelta(days=180)
    about: dict[str, Any] = {"review_on": review, "by": ADVISER, "now": now}
    if one := whole.get("Margaret Whitmore"):
        text = "Speak slowly and let her answer. Offer to ring back."
        people.add_note(
            person_id=one.pk,
            kind="care",
            text=text,
            why="Memory loss, told by her daughter",
            **about,
        )
        people.change(
            person_id=one.pk,
            values={"name": one.name, "reach": "call", "format": "large_print"},
            by=ADVISER,
            now=now,
        )
    if one := whole.get("Owen Llewellyn"):
        people.change(
            person_id=one.pk,
            values={"name": one.name, "language": "cy", "reach": "text"},
            by=ADVISER,
            now=now,
        )
    if one := whole.get("Derek Smith"):
        text = "Visit in twos. A dog runs free in the yard."
        people.add_note(
            person_id=one.pk, kind="warning", text=text, why="A crew was bitten in May", **about
        )
    firm = people.make(name=FIRM, is_organisation=True, by=ADVISER, now=now)
    if one := whole.get("Agnieszka Kowalczyk"):
        people.add_actor(
            person_id=firm.pk, by_id=one.pk, role="managing agent", seen="a letter of theirs", until=None,
            by=ADVISER, now=now,
        )  # fmt: skip
    if one := whole.get("Zoë Hudson-Blake"):
        people.restrict(person_id=one.pk, on=True, by=SUPERVISOR, now=now)
