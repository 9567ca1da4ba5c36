"""Under a moved clock every page says so; what is tried again, limited or paid keeps its time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob as QueueJob

from doorstep import moved_clock
from doorstep.connectors.govuk_pay import GovukPay
from doorstep.messages.models import Message
from doorstep.outside import plug
from doorstep.outside.errors import TryLater
from doorstep.payments.provider import NewPayment
from doorstep.rehearsal import actions as rehearsal
from doorstep.rehearsal import jobs as rehearsal_jobs
from doorstep.rehearsal.models import Publishing
from doorstep.web import jobs
from doorstep.web.kit import limits, when_away
from doorstep.web.models import Hit
from standins.govuk_pay.app import from_environment
from tests.patience import until
from tests.paying import KEY, SECRET, Pay
from tests.people import signed_in
from tests.queue import run_queue

MOVED = "The clock of this demonstration is moved"
THERE = datetime(2026, 12, 3, 11, 0, 30, tzinfo=UTC)
SENTENCE = f"{MOVED}: here it is 11am on Thursday 3 December 2026."
# One page of each frame, and what is drawn when there is none.
PAGES = {
    "": ["/", "/demo", "/services/missed-bin", "/desk/sign-in", "/no-such-page", "/contact"],
    "officer": ["/desk", "/desk/cases", "/no-such-page", "/desk/services"],
    "crew": ["/crew"],
}


@pytest.fixture
def there(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands still at a moment, as far as pages can see."""
    settings.CLOCK_MOVED_BY = THERE - datetime.now(UTC)
    monkeypatch.setattr(timezone, "now", lambda: THERE)


@pytest.fixture(params=[timedelta(days=6), timedelta(days=-6)])
def moved(request: Any) -> Iterator[timedelta]:
    """The clock is moved."""
    moved_clock.move(request.param)
    yield request.param
    moved_clock.put_back()


def page(client: Client, address: str) -> str:
    return " ".join(client.get(address, follow=True).content.decode().split())


@pytest.mark.parametrize("seat", PAGES)
def test_every_page_says_so(district: Any, there: None, seat: str) -> None:
    client = signed_in(seat) if seat else Client()
    for address in PAGES[seat]:
        assert page(client, address).count(SENTENCE) == 1, address


def test_it_is_said_in_welsh(district: Any, there: None) -> None:
    client = Client()
    assert (
        "Mae cloc yr arddangosiad hwn wedi’i symud: yma mae’n 11am ar Dydd Iau 3 Rhagfyr 2026."
        in page(client, "/language/cy?next=/")
    )


def test_the_page_that_needs_nothing_says_so_without_a_time(there: None) -> None:
    said = when_away.page()
    assert f"{MOVED}." in said and "Mae cloc yr arddangosiad hwn wedi’i symud." in said
    assert "11am" not in said


def test_where_the_clock_is_real_nothing_is_said(district: Any) -> None:
    assert MOVED not in page(Client(), "/") and MOVED not in when_away.page()


@pytest.mark.django_db(transaction=True)
def test_what_is_tried_again_in_seconds_is_done_in_seconds(
    open_district: Any, monkeypatch: pytest.MonkeyPatch, moved: timedelta
) -> None:
    class Busy:
        def send_email(self, message: Any) -> Any:
            raise TryLater("busy")

    case = open_district.case(0)
    with monkeypatch.context() as patch:
        patch.setattr(plug, "get", lambda socket: Busy())
        run_queue()
    with connection.cursor() as cursor:
        cursor.execute(
            "select scheduled_at - now() from procrastinate_jobs where task_name = 'messages.send'"
        )
        assert timedelta(0) < cursor.fetchone()[0] < timedelta(minutes=1)

    def is_sent() -> bool:
        run_queue()
        return Message.objects.get(case=case).sent_at is not None

    until(is_sent, 30)


@pytest.mark.django_db
def test_limits_are_forgotten_when_their_time_is_over_and_not_before(moved: timedelta) -> None:
    limits.count(["ann"], 3, 3600)
    jobs.forget()
    assert Hit.objects.count() == 1
    Hit.objects.update(until=datetime.now(UTC) - timedelta(seconds=1))
    jobs.forget()
    assert not Hit.objects.exists()


@pytest.mark.django_db
def test_a_publication_that_goes_on_is_not_taken_for_lost(moved: timedelta) -> None:
    about: dict[str, Any] = {"slug": "graffiti", "files": {}, "state": "playing", "examples": 9}
    now = timezone.now()
    wish = Publishing.objects.create(**about, asked_at=now, progress_at=now - timedelta(hours=1))
    assert rehearsal._still(wish, played=3)
    rehearsal_jobs.play_lost()
    assert not QueueJob.objects.exists()
    Publishing.objects.update(progress_at=timezone.now() - timedelta(minutes=11))
    rehearsal_jobs.play_lost()
    assert QueueJob.objects.count() == 1


def test_a_payment_with_the_stand_in_is_made_now_and_not_expired_at_once(
    pay: Pay, monkeypatch: pytest.MonkeyPatch, moved: timedelta
) -> None:
    monkeypatch.setenv("GOVUK_PAY_KEY", KEY)
    monkeypatch.setenv("GOVUK_PAY_SIGNING_SECRET", SECRET)
    monkeypatch.setenv("STANDIN_AHEAD_SECONDS", str(moved.total_seconds()))
    demo = from_environment()
    demo.teller.stop()
    pay.app.till = demo.till
    made = GovukPay().create(NewPayment("key-1", "BW-1", 1000, "Sofa", "https://x.example/back"))
    assert abs(made.made_at - timezone.now()) < timedelta(minutes=1)
    assert GovukPay().find(made.id).state == made.state == "unpaid"
