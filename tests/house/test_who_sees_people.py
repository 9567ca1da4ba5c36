"""Every address of a person × every seat × four records, looked at and sent to, against what the table promises.

A person as any other, one that is restricted, one that is restricted and was opened with a reason, and one that stands behind another.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from doorstep.customers import matching, merging, people
from doorstep.customers.models import Person
from doorstep.staff.actor import Actor
from doorstep.staff.models import Look, StaffUser
from doorstep.staff.permissions import ROLES
from tests.doors import VALUES, addresses, filled
from tests.people import narrowed

ADVISER = Actor("staff", "adviser", "adviser")
OF = {"councillor": {"ward": "E1"}, "partner": {"key": "county"}, "crew": {"key": "REF-1"}}
SEATS = ("nobody", *ROLES)
RECORDS = ("anybody", "restricted", "opened", "behind")
# The reason itself is asked for by an address of its own.
WHY = "/desk/customers/<int:number>/why"
WALKED = [(r, v.permission) for r, v in addresses() if r.startswith("/desk/customers/<int:number>")]


@dataclass
class Record:
    """A person, the other one that addresses name, and the words that are their contact."""

    person: Person
    other: Person
    contact: str

    def values(self) -> dict[str, str]:
        more = {"number": str(self.person.pk), "other": str(self.other.pk), "merged": "1"}
        return VALUES | more


@pytest.fixture
def records(district: Any) -> dict[str, Record]:
    now, made = timezone.now(), {}
    for n, name in enumerate((*RECORDS, "other")):
        case = district.case_of(f"{name}@resident.example", n)
        matching.match(now)
        case.customer.refresh_from_db()
        made[name] = case.customer.person
    people.restrict(person_id=made["restricted"].pk, on=True, by=ADVISER, now=now)
    people.restrict(person_id=made["opened"].pk, on=True, by=ADVISER, now=now)
    front = {"kept_id": made["anybody"].pk, "gone_id": made["behind"].pk}
    merging.merge(**front, why="", by=ADVISER, now=now)
    return {n: Record(made[n], made["other"], f"{n}@resident.example") for n in RECORDS}


def seat_of(seat: str) -> Client:
    return Client() if seat == "nobody" else narrowed(seat, **OF.get(seat, {}))


@pytest.mark.parametrize("seat", SEATS)
def test_no_seat_comes_further_than_the_table(records: dict[str, Record], seat: str) -> None:
    client, may = seat_of(seat), set(ROLES.get(seat, {}))
    if seat != "nobody":
        staff = StaffUser.objects.latest("pk")
        opened = records["opened"].person
        people.open_restricted(person=opened, why="rang", staff=staff, now=timezone.now())
    for route, permission in WALKED:
        for name, record in records.items():
            for method in ("GET", "POST"):
                _try(client, seat, may, name, record, route, permission, method, records)


def _try(
    client: Client,
    seat: str,
    may: set[str],
    name: str,
    record: Record,
    route: str,
    permission: str,
    method: str,
    records: dict[str, Record],
) -> None:
    looks = Look.objects.filter(what="customer").count()
    with transaction.atomic():
        answer = client.generic(method, filled(route, record.values()))
        body = answer.content.decode()
        looked = Look.objects.filter(what="customer").count() - looks
        transaction.set_rollback(True)
    told = (seat, name, method, route, answer.status_code)
    shows = [other for other, one in records.items() if one.contact in body]
    is_hidden = name in ("restricted", "opened") and "customer.restricted" not in may
    if seat == "nobody" and method == "GET":
        assert answer.status_code == 302 and "/desk/sign-in" in answer["Location"], told
    elif answer.status_code == 405:
        assert permission in may, told
    elif permission not in may:
        assert answer.status_code == 403, told
    elif is_hidden and route != WHY:  # as one that is not there
        assert answer.status_code == 404, told
    else:
        assert answer.status_code not in (403, 500), told
    if name == "restricted":
        assert shows == [] and looked == 0, told
    if shows:
        assert looked and "customer.see" in may, told
        assert set(shows) <= ({"opened"} if name == "opened" else {"anybody", "behind"}), (
            told,
            shows,
        )


def test_the_walk_is_not_empty() -> None:
    assert len(WALKED) >= 14


@pytest.mark.parametrize("seat", SEATS)
def test_nobody_is_found_who_may_not_be_seen(records: dict[str, Record], seat: str) -> None:
    client, may = seat_of(seat), set(ROLES.get(seat, {}))

    def found(text: str) -> str:
        answer = client.post("/desk/find", {"find": text, "box": "1"})
        return answer.content.decode() if answer.status_code == 200 else ""

    def leads(name: str) -> bool:
        return f"/desk/customers/{records[name].person.pk}" in found(records[name].contact)

    assert leads("anybody") == ("customer.see" in may)
    assert leads("restricted") == ("customer.restricted" in may)
    if "customer.restricted" in may:  # what reaches them is not in the list, though it was typed
        assert "Restricted" in found("restricted@")
        assert records["restricted"].contact not in found("restricted@")
