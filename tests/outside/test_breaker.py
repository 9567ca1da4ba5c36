"""Who does not answer is left alone for a while, and staff see it; a refusal is an answer."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from doorstep.outside import breaker, calls, heard, http
from doorstep.outside.errors import TryLater
from doorstep.outside.models import CallMade, Heard
from doorstep.payments import actions
from doorstep.staff.actor import RESIDENT
from tests.booked import Booked
from tests.browser import looks_right, sign_in
from tests.people import signed_in
from tests.serving import serving

LIMITS = http.Limits(seconds=2.0, connect=0.5, most_bytes=1000)


class Vendor:
    """Answers with the status it is told to."""

    def __init__(self) -> None:
        self.status, self.asked = 200, 0

    def __call__(self, environ: Any, start: Any) -> list[bytes]:
        self.asked += 1
        start(f"{self.status} Answer", [("Content-Length", "2")])
        return [b"{}"]


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    app = Vendor()
    with serving(app) as url:
        app.url, app.host = f"{url}/x", url.removeprefix("http://")  # type: ignore[attr-defined]
        yield app


@pytest.fixture(autouse=True)
def noted(nothing_was_asked_before: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(http, "listeners", [heard.note])
    heard._last.clear()


def ask(vendor: Any) -> int:
    return http.send("The vendor", "GET", vendor.url, LIMITS)[0]


def test_after_five_failures_nobody_waits_and_after_the_rest_one_asks(
    vendor: Any, monkeypatch: Any, db: None
) -> None:
    at = [100.0]
    monkeypatch.setattr(breaker.time, "monotonic", lambda: at[0])
    monkeypatch.setattr(breaker.is_open, "__defaults__", (lambda: at[0],))
    monkeypatch.setattr(breaker.failed, "__defaults__", (lambda: at[0],))
    vendor.status = 503
    assert [ask(vendor) for _ in range(breaker.FAILURES)] == [503] * 5
    with pytest.raises(TryLater, match="left alone"):
        ask(vendor)
    assert vendor.asked == 5
    at[0] += breaker.REST_SECONDS
    assert ask(vendor) == 503  # the one that tries
    with pytest.raises(TryLater, match="left alone"):
        ask(vendor)
    assert vendor.asked == 6
    at[0] += breaker.REST_SECONDS
    vendor.status = 200
    assert [ask(vendor) for _ in range(3)] == [200] * 3


def test_after_the_rest_one_goes_through_while_others_are_kept_from_it() -> None:
    at = [0.0]
    for _ in range(breaker.FAILURES):
        breaker.failed("x", lambda: at[0])
    at[0] = breaker.REST_SECONDS
    assert [breaker.is_open("x", lambda: at[0]) for _ in range(3)] == [False, True, True]


def test_a_refusal_is_an_answer_and_an_answer_begins_the_count_anew(vendor: Any, db: None) -> None:
    vendor.status = 404
    assert [ask(vendor) for _ in range(8)] == [404] * 8
    for status in (503, 503, 503, 503, 200, 503, 503, 503, 503):
        vendor.status = status
        assert ask(vendor) == status


def test_another_host_is_asked_all_the_same(vendor: Any, db: None) -> None:
    dead = Vendor()
    dead.url = "http://127.0.0.1:9/"  # type: ignore[attr-defined]
    for _ in range(6):
        with pytest.raises(TryLater):
            ask(dead)
    assert ask(vendor) == 200


@pytest.mark.django_db(transaction=True)
def test_staff_see_who_does_not_answer_since_when_and_why(vendor: Any, open_district: Any) -> None:
    ask(vendor)
    vendor.status = 503
    ask(vendor)
    row = Heard.objects.get(host=vendor.host)
    assert row.answered_at and row.failed_at and heard.is_failing(row)
    page = signed_in("administrator").get("/status").content.decode()
    assert vendor.host in page and "Does not answer" in page and "The vendor answered 503" in page
    assert "Payments by card (GovukPay)" in page and "keeps the day" in page
    vendor.status = 200
    ask(vendor)
    assert not heard.is_failing(Heard.objects.get(host=vendor.host))


@pytest.mark.django_db(transaction=True)
def test_an_officer_sees_the_calls_that_a_case_led_to_and_nothing_of_what_was_said(
    open_district: Any, pay: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(http, "listeners", [calls.note])
    booked = Booked(open_district)
    about = {"case": booked.case, "pence": 500, "description": "More", "purpose": "more"}
    with transaction.atomic():
        charge = actions.ask(**about, by=RESIDENT, now=booked.now)
    actions.begin(charge_id=charge.pk, language="en", now=booked.now)
    pay.control(down=True)
    attempt = charge.attempts.get()
    with pytest.raises(TryLater):
        actions.learn(attempt_id=attempt.pk, now=booked.now)
    rows = CallMade.objects.order_by("id").values_list(
        "case_id", "method", "what", "status", "wrong"
    )
    there = booked.case.pk
    assert list(rows) == [
        (there, "POST", "payments", 201, ""),
        (there, "GET", "payments", 503, "GOV.UK Pay answered 503"),
    ]
    page = signed_in("officer").get(f"/desk/cases/{booked.case.reference}/calls")
    shown = page.content.decode()
    assert "GOV.UK Pay answered 503" in shown and attempt.provider_id not in shown
    assert signed_in("crew").get(f"/desk/cases/{booked.case.reference}/calls").status_code == 403
    CallMade.objects.update(at=booked.now - timedelta(days=31))
    calls.forget()
    assert not CallMade.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_is_written_when_it_changes_and_not_with_each_call(
    vendor: Any, django_assert_num_queries: Any
) -> None:
    ask(vendor)
    with django_assert_num_queries(0):
        [ask(vendor) for _ in range(5)]
    # Inside a transaction nothing is written: it would be rolled back with it, or hold a row.
    vendor.status = 503
    with transaction.atomic():
        ask(vendor)
    assert Heard.objects.get().failed_at is None
    ask(vendor)
    assert Heard.objects.get().failed_at is not None


@pytest.mark.browser
def test_who_does_not_answer_makes_the_page_of_staff_no_wider_than_their_screen(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    wrong = "GOV.UK Pay did not answer time and again, and is left alone for some seconds"
    Heard.objects.create(
        host="payments.example.gov.uk:65535", failed_at=timezone.now(), wrong=wrong
    )
    page = chromium.new_context(viewport={"width": 360, "height": 740}).new_page()
    page.set_default_timeout(15000)
    sign_in(page, live_server.url, "administrator")
    page.wait_for_url("**/desk/**")
    page.goto(f"{live_server.url}/status")
    page.wait_for_selector("text=Does not answer")
    looks_right(page)
