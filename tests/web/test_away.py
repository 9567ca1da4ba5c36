"""While the database is away every address says so in the council's words, whoever asks."""

from collections.abc import Callable
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from doorstep.staff.models import StaffUser
from doorstep.web.kit import errors, visitor, when_away
from doorstep.web.kit.session import SessionStore
from tests.doors import addresses, filled
from tests.size import LONG

SORRY = "Sorry, this service is not available just now"
SEATS = ("", "resident", "officer", "crew", "administrator")


def without_database(act: Callable[[], None]) -> None:
    """Do something in a thread whose connection leads nowhere; raise what went wrong in it."""
    wrong: list[BaseException] = []

    def work() -> None:
        connection.settings_dict = {**connection.settings_dict, "PORT": "1"}
        try:
            act()
        except BaseException as exc:
            wrong.append(exc)

    thread = Thread(target=work)
    thread.start()
    thread.join(120)
    assert not thread.is_alive()
    for exc in wrong:
        raise exc


def client_of(seat: str) -> Client:
    client = Client(raise_request_exception=False)
    if seat == "resident":
        client.get("/services/missed-bin")
        client.post("/services/missed-bin/begin")
        assert client.cookies[visitor.cookie()].value
    elif seat:
        who = StaffUser.objects.get(username=seat)
        client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("seat", SEATS)
def test_every_address_says_so_to_whoever_is_signed_in(
    district: Any, seat: str, caplog: Any, capfd: Any
) -> None:
    client, seen = client_of(seat), []
    # One way each in `make test`: from seat to seat and from address to address the other one.
    ways = (client.get, client.post)

    def walk() -> None:
        for turn, (route, _) in enumerate(addresses(), SEATS.index(seat)):
            for send in ways if LONG else (ways[turn % 2],):
                answer = send(filled(route))
                seen.append(answer.status_code)
                if answer.status_code < 500:
                    continue
                assert answer.status_code == 503, (route, answer.status_code)
                if route in ("/readyz", "/metrics"):
                    continue
                assert answer["Retry-After"] == "60", route
                if answer["Content-Type"].startswith("text/html"):
                    page = answer.content.decode()
                    assert SORRY in page and "01632 960 123" in page, route

    without_database(walk)
    assert seen.count(503) > len(seen) / 8, "hardly anyone met the gap: this test shows nothing"
    said = "\n".join([*(r.getMessage() for r in caplog.records), *capfd.readouterr()])
    assert "MB-2222-2222" not in said and "OperationalError" in said


def test_who_wants_to_sign_in_is_told_before_they_type(district: Any) -> None:
    seen: list[int] = []
    without_database(lambda: seen.append(client_of("").get("/desk/sign-in").status_code))
    assert seen == [503]


def test_a_fault_before_the_language_is_chosen_speaks_it_too() -> None:
    request = RequestFactory().get("/services/missed-bin")
    request.COOKIES["doorstep_language"] = "cy"
    try:
        raise OperationalError
    except OperationalError:
        answer = errors.broken(request)
    assert answer.status_code == 503 and '<html lang="cy"' in answer.content.decode()


def test_a_session_that_cannot_be_kept_says_so_too(
    district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(self: SessionStore, must_create: bool = False) -> None:
        raise OperationalError

    crew = client_of("crew")
    monkeypatch.setattr(SessionStore, "save", save)
    # A redirect: its policy is written before the session is kept, and no nonce can be had after.
    answer = crew.post("/crew/REF-1/start", {"event": str(uuid4()), "vehicle": "AB12 CDE"})
    assert answer.status_code == 503 and SORRY in answer.content.decode()


def test_the_last_resort_speaks_for_the_council_and_logs_no_path(caplog: Any) -> None:
    def fails(environ: Any, start_response: Any) -> Any:
        raise OperationalError("ann@resident.example")

    said: list[Any] = []
    last = when_away.LastResort(fails, when_away.page())
    body = last({"PATH_INFO": "/desk/cases/MB-2222-2222"}, lambda *head: said.append(head))
    page = b"".join(body).decode()
    assert said[0][0].startswith("503") and ("Retry-After", "60") in said[0][1]
    assert SORRY in page and page.count("01632 960 123") == 2 and 'lang="cy"' in page
    assert "<link" not in page and "<script" not in page and "src=" not in page
    body = last({"PATH_INFO": "/api/v1/cases/MB-2222-2222"}, lambda *head: said.append(head))
    assert b'"code": "away"' in b"".join(body)
    logged = "\n".join(r.getMessage() for r in caplog.records)
    assert "OperationalError" in logged and "MB-" not in logged and "ann@" not in logged
