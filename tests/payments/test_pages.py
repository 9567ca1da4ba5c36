"""The resident's pages: pay, wait, come back, receipt; and the vendor's door."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.connectors import govuk_pay
from doorstep.messages.models import Message
from doorstep.payments import actions, queries
from doorstep.payments.models import Attempt, Callback, Charge, Forgeries
from doorstep.staff.actor import RESIDENT
from doorstep.web.kit.visitor import CASES
from standins.govuk_pay.hooks import signed
from tests.paying import SECRET, Pay, fee_case, fee_service
from tests.pseudo import forgotten


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def case(db: None, pay: Pay, now: datetime) -> Case:
    return fee_case(fee_service(now), now)


def let_in(case: Case) -> Client:
    client = Client()
    client.cookies[CASES] = signing.dumps([case.reference], salt=CASES)
    return client


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def back_from(attempt: Attempt) -> str:
    return urlsplit(f"/pay/return/{actions.token_of(attempt)}").path


def test_only_who_may_open_the_case_may_see_and_pay_it(case: Case) -> None:
    for path in ("pay", "pay/wait", "receipt"):
        there = Client().get(f"/case/{case.reference}/{path}")["Location"]
        assert there == f"/case/open?reference={case.reference}"
    assert Client().post(f"/case/{case.reference}/pay").status_code == 404
    assert Attempt.objects.count() == 0


def test_sending_leads_to_paying_and_the_page_says_what_how_much_and_until_when(
    case: Case,
) -> None:
    client = let_in(case)
    answer = client.get(f"/case/{case.reference}/sent")
    assert answer["Location"] == f"/case/{case.reference}/pay"
    page = client.get(answer["Location"])
    until = Charge.objects.get().until
    assert until
    for words in ("Pay £35.00", "Small fee", "£5.83", "Pay by", "Pay now"):
        assert words in said(page), words
    assert (
        page["Cache-Control"]
        and "form-action 'self' http://127.0.0.1" in page["Content-Security-Policy"]
    )
    assert "Pay £35.00" in said(client.get(f"/case/{case.reference}"))


def test_pay_come_back_and_have_a_receipt(case: Case, pay: Pay) -> None:
    client = let_in(case)
    there = client.post(f"/case/{case.reference}/pay")
    assert there.status_code == 302 and there["Location"].startswith(f"{pay.url}/secure/")
    attempt = Attempt.objects.get()
    assert pay.payments[0]["return_url"].endswith(back_from(attempt))
    pay.control(pay=attempt.provider_id)
    # Another browser, without the cookie, comes back: it is told that we know, and let in nowhere.
    other = Client()
    answer = other.get(back_from(attempt), follow=True)
    assert answer.status_code == 200 and not answer.redirect_chain
    assert "Your payment has come in" in said(answer) and case.reference not in said(answer)
    assert other.get(f"/case/{case.reference}").status_code == 302
    answer = client.get(back_from(attempt), follow=True)
    assert answer.redirect_chain[-1][0] == f"/case/{case.reference}/receipt"
    for words in ("Payment received", "£35.00", "£5.83 (20 %)", f"{case.reference}-1"):
        assert words in said(answer), words
    assert "Receipt" in said(client.get(f"/case/{case.reference}"))


def test_what_changed_since_the_page_was_made_is_read_before_it_is_paid(
    case: Case, pay: Pay, now: datetime
) -> None:
    """An officer may have moved the day meanwhile: the old page leads to no card page."""
    client = let_in(case)
    page = said(client.get(f"/case/{case.reference}/pay"))
    old = Charge.objects.get()
    assert f'name="charge" value="{old.pk}"' in page
    actions.withdraw(charge_id=old.pk, now=now)
    about = {"case": case, "pence": 3500, "description": "Small fee", "purpose": "fee again"}
    actions.ask(**about, by=RESIDENT, now=now)
    answer = client.post(f"/case/{case.reference}/pay", {"charge": str(old.pk)}, follow=True)
    assert "This changed since you opened the page" in said(answer) and pay.payments == []


def test_the_receipt_has_every_payment_and_stays_when_more_is_asked_for(
    case: Case, pay: Pay, now: datetime
) -> None:
    client = let_in(case)
    client.post(f"/case/{case.reference}/pay")
    pay.control(pay=Attempt.objects.get().provider_id)
    client.get(back_from(Attempt.objects.get()), follow=True)
    more = {
        "case": Case.objects.get(pk=case.pk),
        "pence": 1000,
        "description": "More of it",
        "purpose": "more",
    }
    asked = actions.ask(**more, by=RESIDENT, now=now)
    shown = said(client.get(f"/case/{case.reference}/receipt"))
    assert "£35.00" in shown and "More of it" not in shown
    actions.withdraw(charge_id=asked.pk, now=now)
    assert "£35.00" in said(client.get(f"/case/{case.reference}/receipt"))
    assert "Receipt" in said(client.get(f"/case/{case.reference}"))


@pytest.mark.parametrize(
    ("card", "words"),
    [("4000000000000002", "card was declined"), ("4000000000000119", "could not take your")],
)
def test_what_did_not_work_is_said_and_can_be_tried_again(
    case: Case, pay: Pay, card: str, words: str
) -> None:
    client = let_in(case)
    client.post(f"/case/{case.reference}/pay")
    pay.control(pay=pay.payments[0]["id"], card=card)
    page = client.get(back_from(Attempt.objects.get()), follow=True)
    assert words in said(page) and "Nothing was taken" in said(page)
    assert client.post(f"/case/{case.reference}/pay")["Location"].startswith(pay.url)
    assert len(pay.payments) == 2


def test_going_on_with_an_unfinished_payment_makes_no_second_one(case: Case, pay: Pay) -> None:
    client = let_in(case)
    first = client.post(f"/case/{case.reference}/pay")["Location"]
    assert client.post(f"/case/{case.reference}/pay")["Location"] == first
    assert "Go on with the payment" in said(client.get(f"/case/{case.reference}/pay"))
    page = client.get(back_from(Attempt.objects.get()), follow=True)
    assert "Checking your payment" in said(page) and page["Refresh"] == "2"
    assert "If you have not paid yet" in said(page)


def test_a_bank_that_is_slow_has_a_page_that_looks_again(case: Case, pay: Pay) -> None:
    client = let_in(case)
    client.post(f"/case/{case.reference}/pay")
    pay.app.till.move(pay.payments[0], "submitted")
    page = client.get(back_from(Attempt.objects.get()), follow=True)
    assert "Please do not pay again" in said(page) and "not paid yet" not in said(page)
    still = client.get(f"/case/{case.reference}/pay/wait?still=1")
    assert "Refresh" not in still
    # Pressing Pay again in another tab leads back to the waiting page.
    assert client.post(f"/case/{case.reference}/pay")["Location"].endswith("/pay/wait")


def test_a_provider_that_is_slow_or_down_has_a_page_fed_by_the_queue(
    case: Case, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(govuk_pay, "LIMITS", replace(govuk_pay.LIMITS, seconds=1.2))
    client = let_in(case)
    pay.control(down=True)
    answer = client.post(f"/case/{case.reference}/pay", follow=True)
    assert "Taking you to payment" in said(answer) and "Nothing was taken" in said(answer)
    assert answer["Refresh"] == "2" and "Talk to a person" in said(answer)
    pay.control(down=False)
    attempt = Attempt.objects.get()
    actions.create(attempt_id=attempt.pk, now=timezone.now())
    there = client.get(f"/case/{case.reference}/pay/wait")
    assert there["Location"].startswith(f"{pay.url}/secure/")


def test_a_provider_that_refuses_says_so_and_a_person_is_asked(case: Case, pay: Pay) -> None:
    client = let_in(case)
    pay.control(fail={"status": 403, "code": "P0940", "times": 1, "on": "POST"})
    page = client.post(f"/case/{case.reference}/pay", follow=True)
    assert "could not take your payment" in said(page)
    assert "P0940" in case.events.get(kind="note").personal.text
    assert client.post(f"/case/{case.reference}/pay")["Location"].startswith(pay.url)


def test_when_the_time_is_over_nobody_is_led_to_pay(case: Case, pay: Pay) -> None:
    Charge.objects.update(until=timezone.now() - timedelta(seconds=1))
    client = let_in(case)
    page = client.get(f"/case/{case.reference}/pay")
    assert "You can no longer pay this" in said(page) and "Pay now" not in said(page)
    assert client.post(f"/case/{case.reference}/pay").status_code == 302
    assert pay.payments == []


def test_the_way_back_is_unguessable_and_ends(case: Case, now: datetime) -> None:
    charge = queries.due(case)
    assert charge
    attempt = actions.begin(charge_id=charge.pk, language="en", now=now)
    token = actions.token_of(attempt)
    assert token not in str(Attempt.objects.values().get())
    assert Client().get("/pay/return/x").status_code == 404
    Attempt.objects.update(made_at=now - timedelta(days=3))
    assert Client().get(f"/pay/return/{token}").status_code == 404


def send(body: bytes, signature: str) -> int:
    answer = Client(enforce_csrf_checks=True).post(
        "/hooks/govuk-pay", body, "application/json", headers={"Pay-Signature": signature}
    )
    return answer.status_code


def test_a_callback_is_taken_once_and_a_forged_one_counted(case: Case, pay: Pay) -> None:
    let_in(case).post(f"/case/{case.reference}/pay")
    pay.control(pay=pay.payments[0]["id"])
    body = pay.app.teller.body(next(iter(pay.app.till.hooks.values())))
    assert [send(body, "wrong"), send(body, signed(body, "other")), send(body, "")] == [403] * 3
    assert (Forgeries.objects.get().count, Callback.objects.count()) == (3, 0)
    assert [send(body, signed(body, SECRET)) for _ in range(2)] == [200, 200]
    assert Callback.objects.count() == 1
    assert send(b"{}", signed(b"{}", SECRET)) == 400
    large = b"x" * 100_001
    assert send(large, signed(large, SECRET)) == 413
    unknown = json.dumps(
        {"webhook_message_id": "m", "event_type": "card_payment_succeeded", "resource_id": "none"}
    ).encode()
    assert send(unknown, signed(unknown, SECRET)) == 200


def test_no_secret_of_the_payers_is_in_a_log(
    case: Case, pay: Pay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="doorstep")
    there = let_in(case).post(f"/case/{case.reference}/pay")["Location"]
    let_in(case).get(back_from(Attempt.objects.get()))
    logged = " ".join(str(r.msg) for r in caplog.records)
    assert "called" in logged
    for secret in (
        there.rsplit("/", 1)[1],
        actions.token_of(Attempt.objects.get()),
        case.reference,
    ):
        assert secret not in logged


def walk(case: Case, pay: Pay) -> list[tuple[str, str]]:
    """Return every page of paying, as it is drawn in the language spoken."""
    client, base = let_in(case), f"/case/{case.reference}"
    seen = [("pay", said(client.get(f"{base}/pay")))]
    pay.control(down=True)
    seen.append(("slow", said(client.post(f"{base}/pay", follow=True))))
    pay.control(down=False)
    for state in ("declined", "cancelled", "expired", "error"):
        attempt = queries.last_attempt(Charge.objects.get())
        assert attempt
        if attempt.state == "new":
            actions.create(attempt_id=attempt.pk, now=timezone.now())
        else:
            client.post(f"{base}/pay")
            attempt = queries.last_attempt(Charge.objects.get())
            assert attempt
        seen.append((f"open {state}", said(client.get(back_from(attempt), follow=True))))
        code = {"declined": "P0010", "cancelled": "P0030", "expired": "P0020", "error": "P0050"}
        there = pay.app.till.payments[str(attempt_id(attempt))]
        pay.app.till.move(there, "failed", code[state])
        seen.append((state, said(client.get(back_from(attempt), follow=True))))
    client.post(f"{base}/pay")
    pay.control(pay=pay.payments[-1]["id"])
    seen.append(("receipt", said(client.get(f"{base}/pay/wait", follow=True))))
    last = queries.last_attempt(Charge.objects.get())
    assert last
    seen.append(("receipt", said(client.get(back_from(last), follow=True))))
    return [*seen, ("case", said(client.get(base)))]


def attempt_id(attempt: Attempt) -> str:
    attempt.refresh_from_db()
    return str(attempt.provider_id)


def test_every_sentence_of_paying_can_be_said_in_another_language(
    case: Case, pay: Pay, pseudo: None
) -> None:
    seen = dict(walk(case, pay))
    assert len(seen) == 12
    own = {"Small fee", "Yes"}  # the service's words, and the answer
    found = {n: forgotten(page.replace(case.reference, "")) for n, page in seen.items()}
    left = {name: [w for w in words if w not in own] for name, words in found.items()}
    assert {name: words for name, words in left.items() if words} == {}


def test_a_link_is_spoken_of_only_when_one_was_sent(case: Case, now: datetime) -> None:
    words, client = "by the link we sent you", let_in(case)
    assert case.customer and case.customer.email
    Message.objects.filter(case=case).delete()
    assert words not in said(client.get(f"/case/{case.reference}/pay"))
    fields = {"case": case, "key": "k", "name": "pay", "channel": "email", "to": "a@b.example"}
    message = Message.objects.create(**fields, subject="", body="", queued_at=now)
    assert words not in said(client.get(f"/case/{case.reference}/pay"))
    message.sent_at, message.receipt = now, "r"
    message.save()
    assert words in said(client.get(f"/case/{case.reference}/pay"))
