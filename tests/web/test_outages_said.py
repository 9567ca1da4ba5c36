"""While an outside system is down, the forms that rest on it say so, in words that are true; no other form says anything."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from doorstep.bookings.models import Calendar
from doorstep.catalogue import steps
from doorstep.forms import facts
from doorstep.outside import calls, down, heard, http, jobs, plug
from doorstep.outside.models import CallMade, Heard
from doorstep.payments.models import Attempt
from doorstep.waste import facts as waste_facts
from doorstep.waste import theirs
from standins.govuk_notify.app import StandIn
from standins.mail.server import DROP, MailServer
from tests import claims
from tests.authorities.conftest import county as county
from tests.form_client import FormClient, text
from tests.open311.conftest import publish
from tests.paying import Pay
from tests.publishing import publish_library
from tests.queue import run_queue

PAYING = "Paying by card does not work just now."
LATE = "Our messages may come late just now."
BENEFIT = "We cannot check just now whether somebody gets a benefit."
ELSEWHERE = "Some reports go on to another organisation"
WASTE = "Our waste system does not answer just now."
ALL = (PAYING, LATE, BENEFIT, ELSEWHERE, WASTE)


@pytest.fixture(autouse=True)
def noted(nothing_was_asked_before: None, monkeypatch: Any) -> Iterator[None]:
    """Calls are noted, and pages look."""
    monkeypatch.setattr(http, "listeners", [heard.note, calls.note])
    heard._last.clear()
    down.forget()
    yield
    plug.get.cache_clear()


@pytest.fixture
def town(open_district: Any, pay: Pay) -> Any:
    """Large items are collected on every day."""
    publish_library("bulky-waste", "graffiti", now=open_district.now)
    Calendar.objects.create(
        code="ALL", name="All", kind="bulky", wards=[], weekdays=list(range(7)), capacity=9, unit="jobs"
    )  # fmt: skip
    return open_district


def fill(settings: Any, socket: str, name: str) -> None:
    settings.CONNECTORS = {**settings.CONNECTORS, socket: f"doorstep.connectors.{name}"}
    plug.get.cache_clear()


def does_not_answer(host: str) -> None:
    now = timezone.now()
    Heard.objects.update_or_create(host=host, defaults={"failed_at": now, "wrong": "No answer"})
    down.forget()


def said(slug: str, client: Any = None) -> set[str]:
    """Return what a service's first page says of outages, each at most once and in one banner."""
    page = text((client or FormClient()).get(f"/services/{slug}"))
    there = {words for words in ALL if words in page}
    assert all(page.count(words) == 1 for words in there)
    assert page.count("govuk-notification-banner__title") == bool(there)
    return there


def test_where_all_answers_nothing_is_said(town: Any) -> None:
    assert [said(slug) for slug in ("bulky-waste", "graffiti", "missed-bin")] == [set()] * 3


def test_each_form_says_what_it_rests_on_and_no_more(
    town: Any, pay: Pay, settings: Any, monkeypatch: Any
) -> None:
    fill(settings, "customers.records", "academy_http.AcademyHttp")
    fill(settings, "messages.messenger", "smtp.SmtpMessenger")
    settings.ACADEMY_URL = "http://127.0.0.1:9/academy"
    settings.SMTP_HOST, settings.SMTP_PORT = "127.0.0.1", "25"
    does_not_answer(http.host_of(pay.url))
    assert said("bulky-waste") == {PAYING} and said("missed-bin") == said("graffiti") == set()
    does_not_answer("127.0.0.1:9")
    assert said("bulky-waste") == {PAYING, BENEFIT} and said("missed-bin") == set()
    does_not_answer("127.0.0.1:25")
    assert said("missed-bin") == said("graffiti") == {LATE}
    assert said("bulky-waste") == {PAYING, BENEFIT, LATE}
    Heard.objects.update(answered_at=timezone.now())
    down.forget()
    assert said("bulky-waste") == set()


def test_a_waste_system_is_meant_where_homes_or_days_are_read_there(
    town: Any, settings: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(plug, "_sockets", dict(plug._sockets))
    settings.WHITESPACE_URL = "http://127.0.0.1:9/WSAPIService.svc"
    fill(settings, "waste.backend", "whitespace.Whitespace")
    plug.offer(theirs.socket(waste_facts.THEIRS))
    does_not_answer("127.0.0.1:9")
    assert said("missed-bin") == said("bulky-waste") == {WASTE} and said("graffiti") == set()


def test_another_authority_is_meant_where_reports_of_the_service_go_to_it(
    county: Any, open_district: Any
) -> None:
    publish("loose-sign")
    publish("broken-bench")
    county("http://127.0.0.1:9/v2", "key")
    does_not_answer("127.0.0.1:9")
    assert said("loose-sign") == {ELSEWHERE}
    # Of its own workflow it goes nowhere; and nothing of it goes to who does not answer.
    assert said("broken-bench") == said("missed-bin") == set()
    does_not_answer("127.0.0.1:10")
    Heard.objects.filter(host="127.0.0.1:9").delete()
    down.forget()
    assert said("loose-sign") == set()


def test_what_nobody_asked_for_long_is_said_no_more(town: Any, pay: Pay) -> None:
    does_not_answer(http.host_of(pay.url))
    Heard.objects.update(failed_at=timezone.now() - heard.SAID_FOR - timedelta(seconds=1))
    assert said("bulky-waste") == set()


class Ann:
    """Somebody who wants a mattress collected from a home."""

    def __init__(self, town: Any, home: int = 0) -> None:
        self.client, self.town, self.home = FormClient(), town, home
        self.client.post("/services/bulky-waste/begin")

    def fills_in(self, *, to: str = "check") -> str:
        """Answer page after page and return the text of one."""
        home = str(self.town.boxes[self.home].place_id)
        given: dict[str, dict[str, str]] = {
            "address": {"property": home},
            "items": {"things-mattress": "1"},
            "day": {"slot": f"ALL/{self.town.today + timedelta(days=10)}"},
            "benefits": {"benefits": "yes"},
            "claim": {"claim": "12345671", "surname": "O’Neill", "born-day": "17", "born-month": "5", "born-year": "1980", "consent": "agreed"},
            "where": {"where": "On the drive"},
            "contact": {"name": "Ann", "email": "ann@resident.example", "phone": ""},
        }  # fmt: skip
        there = "address"
        while there != to:
            answer = self.client.post(f"/services/bulky-waste/{there}", given[there])
            assert answer.status_code == 302, text(answer)
            there = answer["Location"].partition("?")[0].rpartition("/")[2]
        return text(self.client.get(f"/services/bulky-waste/{to}"))

    def goes_to_pay(self) -> Any:
        there = self.client.post("/services/bulky-waste/check")["Location"]
        reference = there.strip("/").split("/")[1]
        return self.client.post(f"/case/{reference}/pay", follow=True)


def test_who_pays_while_it_is_down_is_told_the_truth_and_pays_once_it_works(
    town: Any, pay: Pay
) -> None:
    pay.control(down=True)
    first = Ann(town)
    assert PAYING not in first.fills_in()
    assert "The payment service has not answered yet. Nothing was taken." in text(
        first.goes_to_pay()
    )
    # It was asked inside the transaction that holds the attempt, and is known all the same.
    assert Heard.objects.get().failed_at and CallMade.objects.count() == 1
    down.forget()
    second = Ann(town, 1)
    assert PAYING in second.fills_in() and said("bulky-waste") == {PAYING}
    # "You can fill in this form and send it: nothing is taken. The page after it says until when you can pay."
    assert "You can pay until" in text(second.goes_to_pay())
    pay.control(down=False)
    Attempt.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    run_queue()
    # "You can pay there as soon as it works again."
    assert {a.state for a in Attempt.objects.all()} == {"open"} and len(pay.payments) == 2
    down.forget()
    assert said("bulky-waste") == set()


@pytest.mark.benefit
def test_the_page_that_asks_the_benefits_system_says_so_and_the_form_goes_on(
    town: Any, settings: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("doorstep.connectors.academy_http.SECONDS", 0.0)
    fill(settings, "customers.records", "academy_http.AcademyHttp")
    with claims.live(settings) as academy:
        ann = Ann(town)
        assert BENEFIT not in ann.fills_in(to="claim")
        does_not_answer(http.host_of(settings.ACADEMY_URL))
        assert BENEFIT in text(ann.client.get("/services/bulky-waste/claim"))
        assert BENEFIT not in text(ann.client.get("/services/bulky-waste/items"))
        academy.mood = "down"
        assert "We cannot check your claim just now" in ann.fills_in(to="benefit-unknown")
        # Nobody has to fill in a form for it to be said no more.
        jobs.look()
        run_queue()
        down.forget()
        assert said("bulky-waste") == {BENEFIT}
        academy.mood = ""
        jobs.look()
        run_queue()
        down.forget()
        assert said("bulky-waste") == set()


def test_who_refuses_our_key_is_as_good_as_down_and_one_who_refuses_what_we_ask_is_not(
    town: Any, notify: StandIn, settings: Any
) -> None:
    fill(settings, "messages.messenger", "govuk_notify.NotifyMessenger")
    notify.mood = "refuse"
    for error, there in (((404, "NoResultFound"), set()), ((403, "AuthError"), {LATE})):
        notify.error = error
        heard._last.clear()
        jobs.ask("messages.messenger")
        down.forget()
        assert said("missed-bin") == there


def test_a_mail_server_that_is_gone_is_noted_and_its_judgement_of_a_message_is_an_answer(
    town: Any, mail: MailServer, settings: Any
) -> None:
    fill(settings, "messages.messenger", "smtp.SmtpMessenger")
    for moods, there in (({"CONNECT": DROP}, {LATE}), ({"RCPT": "451 later"}, set())):
        mail.moods.clear()
        mail.moods.update(moods)
        heard._last.clear()
        town.case(0) if not there else town.case(1)
        run_queue()
        down.forget()
        assert said("missed-bin") == there


def test_staff_read_it_on_their_status_page_and_not_in_the_callers_words(
    town: Any, pay: Pay
) -> None:
    from tests.people import signed_in

    does_not_answer(http.host_of(pay.url))
    assert "Does not answer" in text(signed_in("administrator").get("/status"))


def test_a_page_asks_nothing_more_of_the_database_while_the_look_is_fresh(town: Any) -> None:
    client = FormClient()
    client.get("/services/bulky-waste")

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/services/bulky-waste")
        return sum("outside_heard" in q["sql"] for q in seen.captured_queries)

    assert asked() == 0
    down.forget()
    assert [asked(), asked()] == [1, 0]


def test_it_is_said_in_welsh_too() -> None:
    for socket in plug.sockets():
        english = str(socket.public)
        with override("cy"):
            assert not english or str(socket.public) != english, socket.name


def test_what_asks_an_outside_system_says_which(db: None) -> None:
    outside = {fact.name for fact in facts.offered().values() if fact.where == "outside"}
    assert outside <= {name for s in plug.sockets() for name in s.facts}
    for socket in plug.sockets():
        # What nobody waits for who fills in a form has no sentence for them.
        assert bool(socket.public) == bool(socket.facts or socket.steps), socket.name
        assert socket.steps <= set(steps.offered()) and socket.facts <= set(facts.offered())
