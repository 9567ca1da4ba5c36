"""What may happen to a booking while it is paid or changed, page by page: not paid, late, its day closed, left, too late.

Without a browser; in `make test-long` test_bulky_waste.py, test_changing.py and test_ways_to_pay.py go the same ways in
one. What hangs on who keeps the crews' lists is gone through both ways.
"""

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.utils import timezone

from doorstep.bookings.models import Booking
from doorstep.cases.models import Case, Draft
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.payments import actions as payments
from doorstep.payments import jobs
from doorstep.payments.models import Attempt, Charge, Movement
from doorstep.staff.actor import SYSTEM
from tests.bulky import an_hour_goes_by, at_bulky_waste, fill_in, somebody_else_holds, told
from tests.form_client import FormClient, text, words
from tests.paying import Pay
from tests.people import signed_in
from tests.queue import run_queue

BASE = "/services/bulky-waste"


@pytest.fixture
def published(open_district: Any, pay: Pay, live_server: Any, settings: Any) -> None:
    pay.control(refunds="success")
    at_bulky_waste(open_district, live_server, settings)


def sent(day: int) -> tuple[FormClient, str]:
    """Return the browser of who sent the form for the nth day, at the payment, and the address of the case."""
    client = FormClient()
    client.post(f"{BASE}/begin")
    who = {"where": "On the drive", "name": "Ann Example", "email": "ann@resident.example"}
    fill_in(Draft.objects.get(), 1, day, {"mattress": 1, "fridge": 1}, **who)
    there = client.post(f"{BASE}/check")["Location"]
    assert "Pay £35.00" in words(client.get(there, follow=True))
    return client, f"/case/{Case.objects.get().reference}"


def to_the_card(client: FormClient, there: str) -> Attempt:
    """Go as far as the provider's page of cards."""
    assert "/secure/" in client.post(f"{there}/pay")["Location"]
    return Attempt.objects.latest("id")


def pays(client: FormClient, attempt: Attempt, pay: Pay, **card: str) -> str:
    """Pay on that page and come back; return what is said then."""
    pay.control(pay=attempt.provider_id, **card)
    back = urlsplit(f"/pay/return/{payments.token_of(attempt)}").path
    return words(client.get(back, follow=True))


def paid(pay: Pay) -> tuple[FormClient, str]:
    client, there = sent(9)
    assert "Payment received" in pays(client, to_the_card(client, there), pay)
    return client, there


def balanced(pay: Pay) -> int:
    """Hold that our ledger has what the provider has, and return it in pence."""
    run_queue()
    ours = sum(Movement.objects.values_list("pence", flat=True))
    assert ours == pay.taken
    return ours


def with_a_sofa(client: FormClient, there: str) -> None:
    """Have a sofa taken too, on another day, as far as the payment for it."""
    client.post(f"{there}/change")
    things = {"things-mattress": "1", "things-fridge": "1", "things-sofa": "1"}
    assert client.post(f"{BASE}/items", things)["Location"] == f"{BASE}/day"
    slot = options(client.get(f"{BASE}/day"), "slot")[3]
    client.post(f"{BASE}/day", {"slot": slot})
    page = client.get(client.post(f"{BASE}/check")["Location"], follow=True)
    assert page.redirect_chain[-1][0] == f"{there}/pay"


def options(page: Any, name: str = "chosen") -> list[str]:
    """Return the days that a page offers."""
    return [
        re.findall(r'value="([^"]+)"', tag)[0]
        for tag in re.findall(r"<input[^>]*>", text(page))
        if f'name="{name}"' in tag
    ]


def test_walked_away_then_resumed(waste: Any, published: None, pay: Pay) -> None:
    client, there = sent(0)
    to_the_card(client, there)
    an_hour_goes_by()
    run_queue()
    run_queue()
    assert Case.objects.get().stage == "unpaid" and told() == ["unpaid"]
    assert [p["status"] for p in pay.payments] == ["cancelled"]
    page = words(client.get(there))
    assert "You did not pay in time" in page and "Keep the day again and pay" in page
    assert "Keep the day again and pay" in words(client.get(f"{there}/choose/resume"))
    assert client.post(f"{there}/choose/resume")["Location"] == f"{there}/pay"
    assert "Payment received" in pays(client, to_the_card(client, there), pay)
    assert Case.objects.get().stage == "booked"


def test_a_failed_payment_frees_the_day_unless_it_is_tried_again(published: None, pay: Pay) -> None:
    client, there = sent(0)
    attempt = to_the_card(client, there)
    assert "if you try again" in pays(client, attempt, pay, card="4000000000000002")
    assert Booking.objects.get().state == "held"
    charge = Charge.objects.get()
    assert charge.again_until and charge.until and charge.again_until < charge.until
    Charge.objects.update(again_until=charge.made_at)
    jobs.settle()
    run_queue()
    assert Case.objects.get().stage == "unpaid" and Booking.objects.get().state == "released"
    assert "You can no longer pay this" in words(client.get(f"{there}/pay", follow=True))


def test_cancelled_in_time_the_money_goes_back(waste: Any, published: None, pay: Pay) -> None:
    client, there = paid(pay)
    assert "Cancel this collection" in words(client.get(there))
    assert "of it goes back the way you paid" in words(client.get(f"{there}/choose/cancel"))
    client.post(f"{there}/choose/cancel")
    assert "This collection is cancelled" in words(client.get(there))
    assert told() == ["booked", "cancelled"]
    assert balanced(pay) == 0
    assert Booking.objects.get().state == "released" and not Job.objects.filter(state="open")


def test_less_to_take_gives_money_back_and_keeps_the_day(published: None, pay: Pay) -> None:
    client, there = paid(pay)
    before = Booking.objects.get(state="booked").day
    client.post(f"{there}/change")
    client.post(f"{BASE}/items", {"things-mattress": "1", "things-fridge": "0"})
    assert before.slot in options(client.get(f"{BASE}/day"), "slot")
    client.post(f"{BASE}/day", {"slot": before.slot})
    assert "You get £20.00 back" in words(client.get(f"{BASE}/check"))
    assert client.post(f"{BASE}/check")["Location"] == f"{there}/sent"
    assert client.get(f"{there}/sent").status_code == 200
    case = Case.objects.get()
    assert case.stage == "booked" and Booking.objects.get(state="booked").day == before
    assert balanced(pay) == 1500 == case.facts["price"]["pence"]


def test_an_adviser_changes_it_for_who_rings(published: None, pay: Pay) -> None:
    _, there = paid(pay)
    adviser, form = signed_in("adviser"), "/desk/new/bulky-waste"
    desk = f"/desk{there}".replace("/case/", "/cases/")
    assert "Change the day, the items or the place" in words(adviser.get(desk))
    page = adviser.post(f"{desk}/change", follow=True)
    assert "Change what you need to" in words(page)
    page = adviser.post(f"{form}/where", {"where": "By the gate"}, follow=True)
    assert "The price stays the same" in words(page)
    assert "By the gate" in words(adviser.post(f"{form}/check", follow=True))
    case = Case.objects.get()
    assert case.answers["where"] == "By the gate" and case.stage == "booked"
    assert balanced(pay) == 3500


def test_paid_late_when_the_day_is_gone(waste: Any, published: None, pay: Pay) -> None:
    client, there = sent(0)
    attempt = to_the_card(client, there)
    an_hour_goes_by(sweep=False)
    first = Booking.objects.get().day
    for _ in range(2):
        somebody_else_holds(first.slot)
    assert "Payment received" in pays(client, attempt, pay)
    case = Case.objects.get()
    assert case.stage == "late" and told() == ["late"]
    page = client.get(there)
    assert "Your payment came after" in words(page) and "Take this day" in words(page)
    assert "We will come on" in words(client.get(f"{there}/choose/take"))
    client.post(f"{there}/choose/take")
    assert "We will come on" in words(client.get(there))
    case.refresh_from_db()
    booked = Booking.objects.get(case=case, state="booked")
    assert case.stage == "booked" and booked.day.day > first.day and pay.taken == 3500


def test_the_day_is_closed_while_they_pay_they_are_told_and_choose_another(
    waste: Any, published: None, pay: Pay
) -> None:
    client, there = sent(3)
    to_the_card(client, there)
    officer, closed = signed_in("officer"), Booking.objects.get().day
    change = f"/desk/bookings/{closed.slot}/change"
    said = {"do": "close", "why": "Snow"}
    assert there.rpartition("/")[2] in words(officer.post(change, said))
    page = officer.post(change, {**said, "sure": "1"}, follow=True)
    assert "Closed: Snow" in words(page)
    run_queue()
    run_queue()
    assert Case.objects.get().stage == "day_gone" and told() == ["day_gone"]
    assert [p["status"] for p in pay.payments] == ["cancelled"]

    assert f"We cannot come on {say(closed.day)} after all" in words(client.get(there))
    page = client.get(f"{there}/choose/other")
    assert "The price stays £35.00" in words(page)
    other = options(page)[4]
    assert "Choose a day" in words(client.post(f"{there}/choose/other"))
    chosen = client.post(f"{there}/choose/other", {"chosen": other})
    assert chosen["Location"] == f"{there}/pay"
    assert "Payment received" in pays(client, to_the_card(client, there), pay)
    booked = Booking.objects.get(state="booked")
    assert booked.day.slot == other != closed.slot and pay.taken == 3500

    # The crew could not get to it; an officer sends it again, on a day of its own.
    Job.objects.update(day=timezone.now().astimezone(council.ZONE).date())
    job = Job.objects.get(state="open")
    about: Any = {"note": "", "photo": "", "by": SYSTEM, "now": timezone.now()}
    fieldwork.finish_job(event_id=uuid4(), job_id=job.pk, code="no_access", done=(), **about)
    desk = f"/desk{there}".replace("/case/", "/cases/")
    shown = text(officer.get(desk))
    offered = shown[shown.index('name="chosen-again"') :].partition("</select>")[0]
    again = re.findall(r'value="([^"]+)"', offered)[5]
    decided = {"decision": "again", "reason": "The gate is open now"}
    assert "Choose a day" in words(officer.post(f"{desk}/decide", decided, follow=True))
    page = officer.post(f"{desk}/decide", {**decided, "chosen-again": again}, follow=True)
    assert "Booked" in words(page) and "(first chosen: " in words(page)
    now_booked = Booking.objects.get(state="booked")
    assert now_booked.day.slot == again
    assert Job.objects.get(state="open").day == now_booked.day.day


def test_left_as_it_was_and_what_is_paid_all_the_same_goes_back(published: None, pay: Pay) -> None:
    client, there = paid(pay)
    before = Booking.objects.get(state="booked").day
    with_a_sofa(client, there)
    attempt = to_the_card(client, there)
    assert "Leave the booking as it was" in words(client.get(there))
    assert "Nothing is changed" in words(client.get(f"{there}/choose/keep"))
    client.post(f"{there}/choose/keep")
    assert say(before.day) in words(client.get(there))
    pays(client, attempt, pay)
    run_queue()
    case = Case.objects.get()
    (booking,) = Booking.objects.exclude(state="released")
    assert case.stage == "booked" and booking.day == before and "sofa" not in str(case.answers)
    assert balanced(pay) == 3500


def test_after_the_deadline_it_says_which_passed_and_how_to_reach_a_person(
    published: None, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, there = paid(pay)
    client.post(f"{there}/change")
    client.post(f"{BASE}/where", {"where": "By the gate"})
    check = client.get(f"{BASE}/check")
    assert "By the gate" in words(check)
    day = Booking.objects.get(state="booked").day.day
    late = timezone.now().replace(year=day.year, month=day.month, day=day.day, hour=0, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: late)
    # The form itself is not over.
    Draft.objects.filter(changes__isnull=False).update(updated_at=late)
    assert "This can no longer be changed" in words(client.post(f"{BASE}/check"))
    page = words(client.get(there))
    assert "This could be changed or cancelled until" in page and "call us on 01632" in page
    assert "Change the day, the items or the place" not in page
    assert Case.objects.get().answers["where"] == "On the drive"
