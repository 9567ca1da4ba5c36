"""What a machine could not do stands on the worklist until a person has seen to it."""

from typing import Any

from doorstep.cases import needs_person, timeline
from doorstep.staff.actor import SYSTEM
from tests.people import signed_in


def test_a_case_that_needs_a_person_is_listed_until_someone_says_it_is_done(district: Any) -> None:
    case, other = district.case(0), district.case(1)
    for _ in range(2):
        needs_person.ask_officer(
            case_id=case.pk, text="Tell them by phone", by=SYSTEM, now=district.now
        )
    officer = signed_in("officer")
    listed = officer.get("/desk?asked=1").content.decode()
    assert case.reference in listed and other.reference not in listed
    assert "Needs a person" in officer.get(f"/desk/cases/{case.reference}").content.decode()
    officer.post(f"/desk/cases/{case.reference}/done")
    officer.post(f"/desk/cases/{case.reference}/done")
    assert case.reference not in officer.get("/desk?asked=1").content.decode()
    case.refresh_from_db()
    assert case.flags == [] and timeline.broken(case) == []
    assert case.events.filter(kind="seen to", by_key="officer").count() == 1
