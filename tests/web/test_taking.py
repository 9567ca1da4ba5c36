"""The desk takes a payment: by telephone, by a link, at a counter; or waives it. Pages, stale ones, and who may."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.customers.models import Customer
from doorstep.messages.models import Message
from doorstep.payments import actions, queries, refunds
from doorstep.payments.models import Attempt, Charge, Movement, Refund, Waiver
from doorstep.staff.actor import Actor
from tests.form_client import SEEN, text
from tests.paying import Pay, fee_case, fee_service
from tests.people import opened, signed_in

COUNTER = "Customer Centre, Coalville"
PAGE = 20


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def case(district: Any, pay: Pay, now: datetime) -> Case:
    return fee_case(fee_service(now), now)


def at(case: Case, rest: str = "") -> str:
    return f"/desk/cases/{case.reference}/payment{rest}"


def said(answer: Any) -> str:
    return " ".join(text(answer).split())


def mark(client: Any, path: str) -> str:
    found = SEEN.search(text(client.get(path)))
    return found[1] if found else ""


def take(client: Any, case: Case, way: str = "cash", **typed: str) -> Any:
    seen = mark(client, at(case, f"/{way}"))
    given = {"seen": seen, "counter": COUNTER, "slip": "R 1", **typed}
    return client.post(at(case, f"/{way}"), given)


def test_an_adviser_takes_a_card_by_telephone_and_comes_back_to_the_desk(
    case: Case, pay: Pay
) -> None:
    adviser = signed_in("adviser")
    page = adviser.get(at(case))
    assert "Take a payment of £35.00" in said(page) and "Nothing has to be paid" not in said(page)
    assert f"form-action 'self' {pay.url}" in page["Content-Security-Policy"]
    there = adviser.post(at(case), {"way": "moto"})
    assert there["Location"].startswith(f"{pay.url}/secure/")
    attempt = Attempt.objects.get()
    back = f"/desk/pay/return/{actions.token_of(attempt)}"
    pay.control(pay=attempt.provider_id, card="4000000000000002")
    page = adviser.get(back, follow=True)
    assert page.redirect_chain[-1][0] == at(case) and "The card was declined" in said(page)
    adviser.post(at(case), {"way": "moto"})
    pay.control(pay=Attempt.objects.latest("id").provider_id)
    back = f"/desk/pay/return/{actions.token_of(Attempt.objects.latest('id'))}"
    page = adviser.get(back, follow=True)
    assert page.redirect_chain[-1][0] == f"/desk/cases/{case.reference}#money"
    assert "card by telephone, Adviser" in said(page)
    # The residents' door knows nothing of it.
    assert opened(case).get(back.removeprefix("/desk")).status_code == 404


def test_the_address_of_a_payment_by_telephone_is_its_takers_alone(case: Case, pay: Pay) -> None:
    adviser, officer, resident = signed_in("adviser"), signed_in("officer"), opened(case)
    there = adviser.post(at(case), {"way": "moto"})["Location"]
    page = said(officer.get(at(case)))
    assert "adviser is taking a card" in page and "Go on with the payment" not in page
    for client, path, typed in (
        (officer, at(case), {"way": "moto"}),
        (officer, at(case, "/wait"), None),
        (resident, f"/case/{case.reference}/pay", {}),
        (resident, f"/case/{case.reference}/pay/wait", None),
    ):
        answer = client.get(path) if typed is None else client.post(path, typed)
        assert there not in answer.headers.get("Location", ""), path
    assert "by telephone just now" in said(resident.get(f"/case/{case.reference}/pay"))
    assert "Go on with the payment" in said(adviser.get(at(case)))
    assert adviser.post(at(case), {"way": "moto"})["Location"] == there
    officer.post(at(case, "/stop"))
    assert "How is it paid?" in said(officer.get(at(case)))


def test_what_could_not_be_stopped_is_said(case: Case, pay: Pay) -> None:
    officer = signed_in("officer")
    opened(case).post(f"/case/{case.reference}/pay")
    assert "begun to pay this online" in said(officer.get(at(case)))
    pay.control(down=True)
    assert "could not be stopped yet" in said(officer.post(at(case, "/stop")))


def test_where_the_account_takes_no_cards_by_telephone_that_is_no_way(
    case: Case, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GOVUK_PAY_MOTO = False
    bare = council.current().model_copy(update={"counters": ()})
    monkeypatch.setattr(council, "current", lambda: bare)
    officer = signed_in("officer")
    page = said(officer.get(at(case)))
    assert "by telephone now" not in page and "Cash" not in page
    assert "Send a link by e-mail" in page
    assert "Choose how it is paid" in said(officer.post(at(case), {"way": "moto"}))
    assert officer.get(at(case, "/cash")).status_code == 404
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("way", "to"), [("email", "ann@resident.example"), ("text", "+447700900123")]
)
def test_a_link_goes_by_email_or_by_text(case: Case, way: str, to: str) -> None:
    Customer.objects.update(phone="07700 900123")
    adviser = signed_in("adviser")
    page = adviser.post(at(case), {"way": way})
    assert page["Location"] == f"/desk/cases/{case.reference}#messages"
    message = Message.objects.get(name="pay_link")
    assert (message.channel, message.to) == (way, to)
    assert "£35.00" in message.subject and case.reference in message.subject
    assert "on its way already" in said(adviser.post(at(case), {"way": way}))
    assert case.events.filter(kind="told", by_key="adviser").count() == 1


def test_money_at_the_counter_has_a_receipt_to_print(case: Case) -> None:
    adviser = signed_in("adviser")
    page = take(adviser, case, slip="")
    assert "Enter the number" in said(page)
    page = adviser.get(take(adviser, case)["Location"])
    attempt = Attempt.objects.get()
    for words in ("Receipt", "£35.00", "£5.83 (20 %)", "Cash", "R 1", COUNTER, attempt.reference):
        assert words in said(page), words
    assert Movement.objects.get().by == "adviser"
    row = signed_in("manager").get(
        f"/desk/payments/ledger.csv?since={attempt.made_at.date()}&to={attempt.made_at.date()}"
    )
    assert f'cash,adviser,"{COUNTER}",R 1' in row.content.decode()


def test_an_older_page_and_a_second_press_take_nothing(case: Case) -> None:
    adviser, other = signed_in("adviser"), signed_in("officer")
    seen = {"seen": mark(other, at(case, "/cheque")), "counter": COUNTER, "slip": "7"}
    take(adviser, case)
    page = other.post(at(case, "/cheque"), seen)
    assert "Someone changed this since you opened the page: the money" in said(page)
    assert Movement.objects.count() == 1
    other.post(at(case, "/cheque"), {**seen, "seen": ""})
    assert Movement.objects.count() == 1


def test_a_mistake_is_taken_back_by_an_officer(case: Case) -> None:
    adviser, officer = signed_in("adviser"), signed_in("officer")
    take(adviser, case)
    path = f"/desk/cases/{case.reference}"
    there = f"{path}/receipts/{Attempt.objects.get().pk}"
    assert "Written down by mistake?" not in said(adviser.get(path))
    assert adviser.post(f"{there}/take-back").status_code == 403
    typed = {"seen": mark(officer, path), "reason": ""}
    page = said(officer.post(f"{there}/take-back", {**typed, "reason": " "}))
    field = f"mistake-{Attempt.objects.get().pk}"
    assert f'<a href="#{field}">Give a reason' in page and f'id="{field}-error"' in page
    assert 'id="reason-error"' not in page
    officer.post(f"{there}/take-back", {**typed, "reason": "It was the next caller"})
    assert "It is no receipt" in said(adviser.get(there))
    assert [m.pence for m in Movement.objects.order_by("id")] == [3500, -3500]


def test_a_waiver_needs_a_reason_and_above_the_limit_a_second_person(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = council.current().model_copy(update={"waive_limit": 1000})
    monkeypatch.setattr(council, "current", lambda: low)
    officer, supervisor = signed_in("officer"), signed_in("supervisor")
    assert signed_in("adviser").get(at(case, "/waive")).status_code == 404
    seen = mark(officer, at(case, "/waive"))
    assert "Give a reason" in said(officer.post(at(case, "/waive"), {"seen": seen}))
    officer.post(at(case, "/waive"), {"seen": seen, "reason": "The crew broke it"})
    waiver = Waiver.objects.get()
    assert waiver.state == "waiting" and "second person has to decide" in said(
        officer.get(at(case))
    )
    there, typed = f"/desk/payments/waivers/{waiver.pk}", {"do": "approve"}
    typed["seen"] = _waiver_mark(officer)
    assert "someone else has to" in said(officer.post(there, typed, follow=True))
    supervisor.post(there, typed)
    assert Charge.objects.get().state == "waived"
    assert "You do not have to pay this" in said(opened(case).get(f"/case/{case.reference}/pay"))


def test_a_waiver_is_taken_back_on_the_page_of_the_case(case: Case) -> None:
    officer, path = signed_in("officer"), f"/desk/cases/{case.reference}"
    seen = mark(officer, at(case, "/waive"))
    officer.post(at(case, "/waive"), {"seen": seen, "reason": "The crew broke it"})
    waiver, asks = Waiver.objects.get(), "Does it have to be paid after all?"
    there = f"{path}/waivers/{waiver.pk}/take-back"
    assert asks not in said(signed_in("adviser").get(path)) and asks in said(officer.get(path))
    assert signed_in("adviser").post(there).status_code == 403
    typed = {"seen": mark(officer, path), "reason": ""}
    assert "Give a reason" in said(officer.post(there, typed))
    officer.post(there, {**typed, "reason": "It was the next caller"})
    page = said(officer.get(path))
    assert "waiver taken back, £35.00 is owed again; It was the next caller" in page
    assert asks not in page and "Take this payment" in page
    assert "changed this since" in said(officer.post(there, {**typed, "reason": "Twice"}))
    table = (
        signed_in("supervisor")
        .get("/desk/payments/ledger.csv?since=2020-01-01&to=2090-01-01")
        .content.decode()
    )
    assert [row.split(",")[5] for row in table.splitlines()[1:]] == ["waived", "waiver taken back"]


def _waiver_mark(client: Any) -> str:
    return mark(client, "/desk/payments")


def test_cash_is_given_back_by_hand_on_the_page_of_payments(case: Case, now: datetime) -> None:
    take(signed_in("adviser"), case)
    officer = signed_in("officer")
    refunds.ask(case_id=case.pk, pence=500, reason="x", by=Actor("staff", "officer"), now=now)
    refund = Refund.objects.get()
    page = officer.get("/desk/payments")
    assert "To be given back by hand" in said(page) and "£5.00" in said(page)
    there, seen = f"/desk/payments/refunds/{refund.pk}/given", mark(officer, "/desk/payments")
    assert "Enter the number" in said(officer.post(there, {"seen": seen}, follow=True))
    officer.post(there, {"seen": seen, "slip": "C 1"})
    refund.refresh_from_db()
    assert (refund.state, refund.given_by, refund.slip) == ("done", "officer", "C 1")


def test_statements_of_the_pages_that_take_money(case: Case, counted: Any) -> None:
    adviser = signed_in("adviser")
    adviser.get(at(case))
    for path in (at(case), at(case, "/cash")):
        with counted(f"GET {path[20:]}", PAGE):
            assert adviser.get(path).status_code == 200
    take(adviser, case)
    for path in (f"/desk/cases/{case.reference}/receipts/{Attempt.objects.get().pk}",):
        with counted("GET receipt", PAGE):
            assert adviser.get(path).status_code == 200
    with counted("GET case", PAGE):
        assert adviser.get(f"/desk/cases/{case.reference}").status_code == 200
    assert queries.due(case) is None


def test_a_refund_without_a_reason_is_said_at_its_own_field(case: Case) -> None:
    take(signed_in("adviser"), case)
    officer, path = signed_in("officer"), f"/desk/cases/{case.reference}"
    page = said(
        officer.post(f"{path}/refund", {"seen": mark(officer, path), "sum": "5", "why": ""})
    )
    assert '<a href="#refund-why">Say why it is given back' in page
    assert 'id="refund-why-error"' in page and 'value="5"' in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    assert not Refund.objects.exists()
