"""Officers act on what they saw: where another changed it meanwhile, the page says so and nothing is done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from doorstep.bookings.models import Calendar, Day
from doorstep.cases import deciding
from doorstep.cases.models import Case
from doorstep.cases.submitting import submit
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Caution, Job, Outcome
from doorstep.payments import refunds
from doorstep.payments.models import Attempt, Charge, Movement, Refund
from doorstep.reports import actions as reports
from doorstep.reports.models import Report
from doorstep.signposts import suggestions
from doorstep.signposts.models import Keyword
from doorstep.staff.actor import RESIDENT, Actor
from doorstep.waste import actions as waste
from doorstep.waste.models import Change, Container, Round, RoundDay
from tests.filling import fill
from tests.form_client import SEEN, FormClient, text
from tests.paying import fee_case, fee_service
from tests.people import signed_in
from tests.publishing import publish_library
from tests.streets import Streets

OTHER = Actor("staff", "supervisor")


@dataclass
class Act:
    """A page, the form on it, what is typed, what another officer does meanwhile, and how it is told that nothing was done."""

    page: str
    to: str
    typed: dict[str, str]
    meanwhile: Callable[[], object]
    undone: Callable[[], bool]
    user: str = "officer"


def hidden_meanwhile(district: Any) -> Act:
    case = Streets(district).case()
    later = {"hidden": True, "text": False, "photos": []}
    return Act(
        f"/desk/cases/{case.reference}",
        f"/desk/cases/{case.reference}/report",
        {"text": "1"},
        lambda: reports.show(case_id=case.pk, **later, by=OTHER, now=timezone.now()),
        lambda: Report.objects.get(case=case).hidden,
    )


def decided_meanwhile(district: Any) -> Act:
    case = _with_an_officer(district)
    about: dict[str, Any] = {"case_id": case.pk, "by": OTHER, "now": timezone.now()}
    return Act(
        f"/desk/cases/{case.reference}",
        f"/desk/cases/{case.reference}/decide",
        {"decision": "close", "reason": "Seen twice over"},
        lambda: deciding.decide(**about, decision="acknowledge", reason="Go", reply="Thank you"),
        lambda: not Case.objects.get(pk=case.pk).is_closed,
    )


def _with_an_officer(district: Any) -> Case:
    answers = {"kind": "complaint", "what": "It was left", "email": "ann@resident.example"}
    draft = fill(publish_library("complaint"), answers, now=district.now)
    case, _ = submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    assert case
    return case


def closed_meanwhile(district: Any) -> Act:
    calendar = Calendar.objects.create(
        code="NORTH", name="North", kind="bulky", wards=["E1"], weekdays=list(range(7)),
        capacity=10, unit="items",
    )  # fmt: skip
    on = district.today + timedelta(days=7)
    return Act(
        f"/desk/bookings/{calendar.code}/{on}",
        f"/desk/bookings/{calendar.code}/{on}/change",
        {"do": "resize", "capacity": "3"},
        lambda: Day.objects.update_or_create(
            calendar=calendar, day=on, defaults={"closed_why": "Training day"}
        ),
        lambda: Day.objects.get(calendar=calendar, day=on).capacity is None,
    )


def moved_meanwhile(district: Any) -> Act:
    box = district.boxes[0]
    Round.objects.create(
        code="REF-2", name="Ashby", stream="refuse", anchor=district.today, weeks=1
    )
    since = (district.today + timedelta(days=14)).isoformat()
    return Act(
        f"/desk/plan/homes/{box.place_id}",
        f"/desk/plan/homes/{box.place_id}",
        {f"box-{box.pk}": "", "since": since},
        lambda: Container.objects.filter(pk=box.pk).update(round_id="REF-2"),
        lambda: not Change.objects.exists(),
    )


def renamed_meanwhile(district: Any) -> Act:
    first = (district.today + timedelta(days=14)).isoformat()
    return Act(
        "/desk/plan/rounds/REF-1",
        "/desk/plan/rounds/REF-1",
        {"name": "Coalville south", "first": first, "weeks": "2"},
        lambda: Round.objects.filter(code="REF-1").update(name="Coalville north"),
        lambda: not Change.objects.exists(),
    )


def delayed_meanwhile(district: Any) -> Act:
    Round.objects.filter(code="REF-1").update(anchor=district.today)
    until = district.now + timedelta(hours=3)
    about: dict[str, Any] = {"round_code": "REF-1", "day": district.today, "by": OTHER}
    return Act(
        "/desk/rounds",
        "/desk/rounds/delay",
        {"round": "REF-1", "until": "2050-01-01T12:00", "sentence": "A lorry broke down."},
        lambda: waste.delay_round(**about, until=until, sentence="Snow.", now=district.now),
        lambda: RoundDay.objects.get(round_id="REF-1", day=district.today).sentence == "Snow.",
        "supervisor",
    )


def closed_before_joining(district: Any) -> Act:
    streets = Streets(district)
    case, other = streets.case(), streets.case("street:12", email="bob@resident.example")
    about: dict[str, Any] = {"case_id": case.pk, "by": OTHER, "now": timezone.now()}
    return Act(
        f"/desk/cases/{case.reference}",
        f"/desk/cases/{case.reference}/merge",
        {"into": other.reference},
        lambda: deciding.decide(**about, decision="close", reason="Not ours", reply=""),
        lambda: Case.objects.get(pk=case.pk).stage != "joined",
    )


def refunded_meanwhile(district: Any) -> Act:
    case = _paid(district)
    about: dict[str, Any] = {"case_id": case.pk, "by": OTHER, "now": timezone.now()}
    return Act(
        f"/desk/cases/{case.reference}",
        f"/desk/cases/{case.reference}/refund",
        {"sum": "5.00", "why": "A sofa was left"},
        lambda: refunds.ask(**about, pence=500, reason="A sofa was left"),
        lambda: Refund.objects.count() == 1,
    )


def _paid(district: Any) -> Case:
    now = timezone.now()
    case = fee_case(fee_service(now), now)
    charge = Charge.objects.get()
    made: dict[str, Any] = {
        "charge": charge,
        "reference": "A-1",
        "provider_id": "p",
        "made_at": now,
    }
    attempt = Attempt.objects.create(**made, state="paid", ended_at=now, back_hash="x")
    lines: dict[str, Any] = {"charge": charge, "attempt": attempt, "pence": 3500, "vat": 0}
    Movement.objects.create(**lines, at=now, provider_id="p")
    Charge.objects.update(state="paid", ended_at=now)
    return case


def cut_meanwhile(district: Any) -> Act:
    case = _paid(district)
    by = Actor("staff", "adviser")
    refunds.ask(case_id=case.pk, pence=3500, reason="All", by=by, now=timezone.now())
    Refund.objects.update(state="waiting")
    refund = Refund.objects.get()
    return Act(
        "/desk/payments",
        f"/desk/payments/refunds/{refund.pk}",
        {"do": "approve"},
        lambda: Refund.objects.update(pence=500),
        lambda: Refund.objects.get().state == "waiting",
    )


def warned_meanwhile(district: Any) -> Act:
    case = Streets(district).case()
    spot: dict[str, Any] = {"easting": case.easting, "northing": case.northing, "by": OTHER}
    day = district.today + timedelta(days=700)
    return Act(
        f"/desk/cases/{case.reference}",
        f"/desk/cases/{case.reference}/warn",
        {"warning": "A dog in the yard", "until": day.isoformat()},
        lambda: fieldwork.warn(**spot, text="A dog", until=day, now=timezone.now()),
        lambda: Caution.objects.count() == 1,
    )


ACTS = (
    refunded_meanwhile,
    cut_meanwhile,
    warned_meanwhile,
    closed_before_joining,
    hidden_meanwhile,
    decided_meanwhile,
    closed_meanwhile,
    moved_meanwhile,
    renamed_meanwhile,
    delayed_meanwhile,
)


def marks(page: str, to: str) -> Iterator[str]:
    """Go through the marks of the forms on a page that are sent to an address."""
    for form in page.split("<form")[1:]:
        head = form.split(">", 1)[0]
        mark = SEEN.search(form.split("</form>")[0])
        if mark and (f'action="{to}"' in head or "action=" not in head):
            yield mark[1]


@pytest.mark.parametrize("make", ACTS)
def test_what_another_changed_is_said_and_nothing_done(district: Any, make: Any) -> None:
    act: Act = make(district)
    client = signed_in(act.user)
    mark = next(marks(text(client.get(act.page)), act.to))
    act.meanwhile()
    answer = client.post(act.to, {**act.typed, "seen": mark}, follow=True)
    page = text(answer)
    assert answer.status_code == 200 and "Someone changed th" in page
    assert act.undone()
    for name, typed in act.typed.items():
        if name in ("reason", "sentence"):
            assert typed in page  # what was written is not lost
    fresh = next(marks(page, act.to), None)
    if fresh is None:  # there is nothing to press any more
        return
    assert fresh != mark
    again = client.post(act.to, {**act.typed, "seen": fresh})
    assert "Someone changed th" not in text(again)


@pytest.mark.parametrize("make", ACTS)
def test_what_nobody_changed_is_done(district: Any, make: Any) -> None:
    act: Act = make(district)
    client = signed_in(act.user)
    mark = next(marks(text(client.get(act.page)), act.to))
    answer = client.post(act.to, {**act.typed, "seen": mark})
    assert "Someone changed this" not in text(answer)


@pytest.mark.parametrize("make", (refunded_meanwhile, cut_meanwhile))
def test_money_does_not_move_for_a_page_that_brings_no_mark(district: Any, make: Any) -> None:
    act: Act = make(district)
    before = list(Refund.objects.values_list("state", flat=True))
    client = signed_in(act.user)
    answer = super(FormClient, client).post(act.to, act.typed, follow=True)
    assert "Someone changed th" in text(answer)
    assert list(Refund.objects.values_list("state", flat=True)) == before


def test_after_a_conflict_no_decision_is_chosen_in_advance(district: Any) -> None:
    act = decided_meanwhile(district)
    client = signed_in("officer")
    mark = next(marks(text(client.get(act.page)), act.to))
    act.meanwhile()
    page = text(client.post(act.to, {**act.typed, "seen": mark}))
    chosen = [part.split(">")[0] for part in page.split('name="decision"')[1:]]
    assert not any("checked" in part for part in chosen)


def test_a_mark_that_cannot_be_read_chooses_nothing_in_advance(district: Any) -> None:
    act = decided_meanwhile(district)
    page = text(signed_in("officer").post(act.to, {**act.typed, "seen": "x"}))
    chosen = [part.split(">")[0] for part in page.split('name="decision"')[1:]]
    assert "Someone changed this" in page and chosen
    assert not any("checked" in part for part in chosen)


def test_a_decision_carries_the_stage_it_was_made_at(district: Any) -> None:
    act = decided_meanwhile(district)
    answer = super(FormClient, signed_in("officer")).post(act.to, act.typed)
    assert "Someone changed this" in text(answer) and act.undone()


def test_no_outcome_is_chosen_in_advance(district: Any) -> None:
    case = district.case(0)
    Job.objects.filter(case=case).update(state="done")
    officer = signed_in("officer")
    page = text(officer.get(f"/desk/cases/{case.reference}"))
    first = page.split('name="code"')[1].partition(">")[2].split("</option>")[0]
    assert first.strip().startswith('<option value="">')
    given = {"event": str(uuid4()), "job": str(Job.objects.get().pk), "code": ""}
    answer = officer.post(f"/desk/cases/{case.reference}/correct", given)
    assert "Choose one of the outcomes" in text(answer)


def test_a_keyword_that_another_decided_on_is_not_decided_again(district: Any) -> None:
    from doorstep.signposts.models import Correction

    Streets(district)
    Correction.objects.create(
        from_slug="missed-bin",
        to_slug="graffiti",
        words=["zogglewort"],
        at=timezone.now(),
        by="officer",
    )
    client = signed_in("supervisor")
    page = text(client.get("/desk/keywords"))
    mark = next(marks(page, "/desk/keywords/decide"))
    typed = {"slug": "graffiti", "text": "zogglewort", "add": "1", "seen": mark}
    suggestions.decline(slug="graffiti", text="zogglewort", by=OTHER, now=timezone.now())
    assert "Someone has decided on that keyword" in text(
        client.post("/desk/keywords/decide", typed)
    )
    assert Keyword.objects.get().state == "declined"


def test_an_outcome_of_another_case_is_nobodys_to_correct(district: Any) -> None:
    case, other = district.case(0), district.case(1)
    job = Job.objects.get(case=other)
    client = signed_in("officer")
    for number in (str(job.pk), "999999999", "9" * 40, "x"):
        event = "7d6a3f3e-4f0f-4f8e-9d0c-1f2f3a4b5c6d"
        given = {"event": event, "job": number, "code": job.outcomes[0]}
        answer = client.post(f"/desk/cases/{case.reference}/correct", given)
        assert answer.status_code == 404, number
    assert not Outcome.objects.exists()
