"""Every address × every seat × five records, looked at and sent to, against what the table promises.

Any two of the three meet; all of them in `make test-long`. What is expected is written out here once more, by hand, so that a
slip in the table, or in a view that does not ask it, is seen.
"""

from dataclasses import dataclass
from typing import Any

import re
import pytest
from django.db import transaction
from django.test import Client

from doorstep.cases import needs_person, sharing
from doorstep.cases.models import Case
from doorstep.fieldwork.models import Job
from doorstep.places.models import Ward
from doorstep.staff.actor import SYSTEM
from doorstep.staff.models import Look
from doorstep.staff.permissions import ROLES
from doorstep.waste.models import Round
from tests.doors import VALUES, addresses, filled
from tests.people import narrowed
from tests.size import LONG
from tests.streets import Streets
from tools import permissions

WASTE, STREETS = "Waste Services", "Street Environment"
NONCE = re.compile(r'nonce="[^"]*"')
RECORDS = ("own team", "other team", "restricted", "other round", "other ward")
# Of each seat: its grant; and how much it sees of the five records: whole, what the work needs, where it stands, nothing.
ALL_BUT_RESTRICTED = ("whole", "whole", None, "whole", "whole")
SEATS: dict[str, tuple[dict[str, str], tuple[str | None, ...]]] = {
    "nobody": ({}, (None,) * 5),
    "reader": ({"role": "reader"}, ALL_BUT_RESTRICTED),
    "adviser": ({"role": "adviser"}, ALL_BUT_RESTRICTED),
    "officer of the team": ({"role": "officer", "team": WASTE}, ALL_BUT_RESTRICTED),
    "officer of another team": ({"role": "officer", "team": STREETS}, ALL_BUT_RESTRICTED),
    "supervisor of the team": ({"role": "supervisor", "team": WASTE}, ("whole",) * 5),
    "supervisor of another team": ({"role": "supervisor", "team": STREETS}, ALL_BUT_RESTRICTED),
    "crew of the round": ({"role": "crew", "key": "REF-1"}, (None,) * 5),
    "crew of another round": ({"role": "crew", "key": "REF-2"}, (None,) * 5),
    "partner": ({"role": "partner", "key": "county"}, ("work", None, None, None, None)),
    "another partner": ({"role": "partner", "key": "parish"}, (None,) * 5),
    "councillor": ({"role": "councillor", "ward": "E05010105"}, (None, "status", None, None, None)),
    "designer": ({"role": "designer"}, (None,) * 5),
    "manager": ({"role": "manager"}, ("status", "status", None, "status", "status")),
    "administrator": ({"role": "administrator"}, (None,) * 5),
}
# What a role may do to cases of its team alone; for whatever else it has, it may where it sees the case whole.
OF_TEAM = {"desk.decide", "payments.refund", "payments.waive", "case.restricted"}
TEAMS = dict(zip(RECORDS, (WASTE, STREETS, WASTE, WASTE, STREETS), strict=True))


@dataclass
class Record:
    """A case with what its addresses name, and the words that are its contact."""

    case: Case
    job: Job
    task: int
    contact: str

    def values(self) -> dict[str, str]:
        return VALUES | {
            "reference": self.case.reference,
            "job": str(self.job.pk),
            "code": self.job.crew_list,
            "number": str(self.task),
        }


@pytest.fixture
def records(district: Any) -> dict[str, Record]:
    Round.objects.create(code="REF-2", name="Other", stream="refuse", anchor=district.due, weeks=2)
    Ward.objects.create(code="E05010106", name="Other")
    streets = Streets(district)
    made = {
        "own team": district.case_of("own@resident.example", 0),
        "other team": streets.case(email="other@resident.example"),
        "restricted": district.case_of("restricted@resident.example", 1),
        "other round": district.case_of("round@resident.example", 2),
        "other ward": streets.case(place_id="street:12", email="ward@resident.example"),
    }
    Case.objects.filter(pk=made["restricted"].pk).update(restricted=True)
    Case.objects.filter(pk=made["other ward"].pk).update(ward="E05010106")
    Job.objects.filter(case=made["other round"]).update(crew_list="REF-2")
    sharing.end(case_id=made["other round"].pk, kind="round", until=district.now)
    sharing.share(case=made["other round"], kind="round", key="REF-2")
    sharing.share(case=made["own team"], kind="sent", key="county")
    Job.objects.update(day=district.today)
    found = {}
    for name, case in made.items():
        text = f"Please look at {name}"
        needs_person.ask_officer(case_id=case.pk, text=text, by=SYSTEM, now=district.now)
        (task,) = needs_person.of_case(case)
        contact = case.customer.email
        found[name] = Record(case, Job.objects.get(case=case), task.pk, contact)
    return found


def seat_of(name: str) -> Client:
    client, (grant, _) = Client(), SEATS[name]
    if grant:
        return narrowed(**grant)
    return client


def expected(seat: str, record: str, route: str, permission: str) -> int:
    """Return how an address of a record answers a seat: 0 it does, 403 or 404."""
    grant, sees = SEATS[seat]
    if permission not in ROLES.get(grant.get("role", ""), {}):
        return 403
    how = sees[RECORDS.index(record)]
    if route.startswith("/crew/<"):
        of = {"other round": "REF-2", "own team": "REF-1", "restricted": "REF-1"}.get(record)
        has_list = grant.get("key", of) == of or "key" not in grant
        is_theirs = grant.get("team", TEAMS[record]) == TEAMS[record]
        return 0 if has_list and (is_theirs or "<int:job>" not in route) else 404
    if "<str:reference>" not in route and not route.startswith("/desk/tasks/<"):
        return 0
    if how is None:
        return 404
    if permission == "desk.see":
        return 0
    is_theirs = permission not in OF_TEAM or grant.get("team", "") in ("", TEAMS[record])
    return 0 if how == "whole" and is_theirs else 403


# What names a record, or shows those that there are; whether a role may use an address at all, `test_doors` asks of each.
OF_RECORDS = ("<str:reference>", "/desk/tasks", "/desk/homes", "/desk/payments", "/crew")
WALKED = [
    (route, view.permission)
    for route, view in addresses()
    if view.permission
    and not route.startswith(("/desk/new/", "/crew/new"))
    and (LONG or any(named in route for named in OF_RECORDS))
]
PERMISSIONS = dict(WALKED)


def has(seat: str, route: str) -> bool:
    """Say whether a seat's role may use an address at all; of those that may not, `test_doors` tries each."""
    return PERMISSIONS[route] in ROLES.get(SEATS[seat][0].get("role", ""), {})


def tries() -> list[tuple[str, str, str]]:
    """Return what is tried: each address with each seat that may use it and with each record, of each seat each record too."""
    if LONG:
        return [(r, s, n) for r in PERMISSIONS for s in SEATS for n in RECORDS]
    found = []
    for turn, route in enumerate(PERMISSIONS):
        seats = [seat for seat in SEATS if has(seat, route)]
        for n in range(max(len(seats), len(RECORDS))):
            found.append((route, seats[n % len(seats)], RECORDS[(n + turn) % len(RECORDS)]))
    for seat in SEATS:  # one that may use few addresses meets each record by one of them
        route = next((route for route in PERMISSIONS if has(seat, route)), None)
        missed = set(RECORDS) - {name for _, one, name in found if one == seat}
        found += [(route, seat, name) for name in sorted(missed) if route]
    return found


TRIES = tries()


@pytest.mark.parametrize("seat", SEATS)
def test_no_seat_comes_further_than_the_table(records: dict[str, Record], seat: str) -> None:
    client = seat_of(seat)
    for route, _, name in (one for one in TRIES if one[1] == seat):
        record, permission = records[name], PERMISSIONS[route]
        for method in ("GET", "POST"):
            looks = Look.objects.count()
            with transaction.atomic():
                answer = client.generic(method, filled(route, record.values()))
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                looked = Look.objects.count() - looks
                transaction.set_rollback(True)
            told = (seat, name, method, route, answer.status_code)
            wanted = expected(seat, name, route, permission)
            if wanted and seat == "nobody" and method == "GET":
                assert answer.status_code == 302 and "/desk/sign-in" in answer["Location"], told
            elif answer.status_code == 405:
                # Who has the permission for no case at all is not told how.
                assert permission in ROLES[SEATS[seat][0]["role"]], told
            elif wanted:
                assert answer.status_code == wanted, told
            else:
                assert answer.status_code not in (403, 500), told
            shows_contact(seat, records, body.decode(errors="replace"), looked, told)


def shows_contact(
    seat: str, records: dict[str, Record], body: str, looked: int, told: tuple[Any, ...]
) -> None:
    """No answer shows a contact to who may not see it, nor without the trace of a look, nor a case that is not theirs."""
    for other, record in records.items():
        how = SEATS[seat][1][RECORDS.index(other)]
        if record.contact in body:
            assert how == "whole", (told, other)
            assert looked, (told, other)
        if how is None and not told[3].startswith(("/crew", "/status")):
            # A refused address says back what was asked; a page that is there names nothing else.
            assert told[4] in (403, 404) or record.case.reference not in body, (told, other)


def test_the_table_is_printed_as_it_is() -> None:
    assert permissions.PAGE.read_text(encoding="utf-8") == permissions.printed()


def test_any_seat_meets_any_record_and_any_address() -> None:
    met = {at: {(one[at[0]], one[at[1]]) for one in TRIES} for at in ((0, 1), (0, 2), (1, 2))}
    held = {(route, seat) for route in PERMISSIONS for seat in SEATS if LONG or has(seat, route)}
    assert met[0, 1] == held
    assert met[0, 2] == {(route, name) for route in PERMISSIONS for name in RECORDS}
    assert met[1, 2] == {(seat, name) for _, seat in held for name in RECORDS}
    assert len(WALKED) > 40 and (not LONG or len(TRIES) == len(WALKED) * len(SEATS) * 5)


def test_lists_show_a_seat_the_records_that_it_sees(records: dict[str, Record]) -> None:
    for seat, (grant, sees) in SEATS.items():
        if "desk.see" not in ROLES.get(grant.get("role", ""), {}):
            continue
        page = seat_of(seat).get("/desk").content.decode()
        shown = [name for name, record in records.items() if record.case.reference in page]
        assert shown == [n for n, how in zip(RECORDS, sees, strict=True) if how], seat


def test_a_part_of_a_case_names_nobody_and_repeats_no_words(records: dict[str, Record]) -> None:
    graffiti = records["other team"]
    for seat in ("manager", "councillor"):
        page = seat_of(seat).get(f"/desk/cases/{graffiti.case.reference}").content.decode()
        page = NONCE.sub("", page)
        assert "By the fountain" not in page and "Ann" not in page and "High Street" in page
    own = records["own team"].case
    page = seat_of("partner").get(f"/desk/cases/{own.reference}").content.decode()
    page = NONCE.sub("", page)  # whose signs may read like a name
    assert "Black bin" in page and "Ann" not in page and "own@" not in page
