"""The API: the same rules and sentences as the form, once for each key, and errors that are described."""

import json
import time
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from doorstep.cases import deciding
from doorstep.cases.models import Case, Draft, Event
from doorstep.customers.models import Customer
from doorstep.staff import actions as staff
from doorstep.staff.actor import SYSTEM
from doorstep.staff.models import StaffUser, Token
from doorstep.waste import actions as waste
from doorstep.web import jobs
from doorstep.web.kit import limits
from doorstep.web.models import KeptAnswer
from tests.system import BASE, SEND, System, problem, report


@pytest.fixture
def system(district: Any) -> System:
    return System("cases:create", "cases:read")


def test_a_request_becomes_the_same_case_as_by_the_form(district: Any, system: System) -> None:
    contact = {"name": "Ann", "email": "ann@resident.example"}
    answer = system.send(report(district.boxes[0], contact=contact))
    assert answer.status_code == 201, answer.content
    said, case = answer.json(), Case.objects.get()
    assert (said["reference"], said["stage"]) == (case.reference, "with_crew")
    assert case.channel == "telephone" and case.customer and case.customer.name == "Ann"
    assert case.words["container"] == "Black bin (rubbish)"
    assert "ann@" not in str(case.answers) + str(KeptAnswer.objects.values())
    opened = Event.objects.get(case=case, kind="opened")
    assert (opened.by_kind, opened.by_key) == ("token", "Contact centre")
    formed = district.case(1)
    assert formed.stage == case.stage and set(formed.facts) == set(case.facts)
    assert formed.decisions.keys() == case.decisions.keys()
    page = Client().get(said["follow"].removeprefix(settings.BASE_ADDRESS), follow=True)
    assert page.status_code == 200 and case.reference in page.content.decode()


def test_a_stop_says_the_forms_sentence_and_a_human_route(district: Any, system: System) -> None:
    district.case(0)
    said = problem(system.send(report(district.boxes[0])), 422, "reported")
    assert said["detail"].startswith("A crew has been asked to empty it by the end of ")
    assert said["heading"] == "We already know about this bin"
    assert said["human"]["telephone"] and said["human"]["say"]
    assert not Draft.objects.filter(sent_at=None).exists()


def test_a_crews_record_stops_it_as_it_stops_the_form(district: Any, system: System) -> None:
    box = district.boxes[0]
    waste.record_log(
        event_id=uuid4(),
        container_id=str(box.pk),
        reason="not_out",
        note="",
        photo="",
        by=SYSTEM,
        now=timezone.now(),
    )
    said = problem(system.send(report(box)), 422, "logged")
    assert "our crew recorded that" in said["detail"]


def test_wrong_answers_are_said_in_the_forms_words_with_what_may_be_chosen(
    district: Any, system: System
) -> None:
    body = report(district.boxes[0])
    del body["answers"]["container"]
    said = problem(system.send(body), 422, "answers_wrong")
    assert said["errors"] == [
        {
            "pointer": "#/answers/container",
            "code": "missing",
            "detail": "Choose the bin that was missed",
            "options": [{"value": str(district.boxes[0].pk), "label": "Black bin (rubbish)"}],
        }
    ]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"answers": {"property": "9"}}, "#/answers/property", "not_an_option"),
        ({"answers": {"property": 1001}}, "#/answers/property", "wrong_type"),
        ({"answers": {"property": "9" * 400}}, "#/answers/property", "too_long"),
        ({"answers": {"colour/~": 1}}, "#/answers/colour~1~0", "unknown"),
        ({"answers": {"email": "ann@"}}, "#/answers/email", "email_shape"),
        ({"answers": {"where": "there"}}, "#/answers/where", "not_asked"),
        ({"contact": {"phone": "call me"}}, "#/contact/phone", "telephone_shape"),
        ({"answers": {"name": "A"}, "contact": {"name": "B"}}, "#/contact/name", "twice"),
        ({"channel": "post"}, "#/channel", "not_an_option"),
        ({"channel": "carrier pigeon"}, "#/channel", "literal_error"),
        ({"contact": {"fax": "1"}}, "#/contact/fax", "extra_forbidden"),
        ({"answers": {"evidence": "a.jpg"}}, "#/answers/evidence", "not_asked"),
    ],
)
def test_each_fault_has_its_place(
    district: Any, system: System, change: dict[str, Any], pointer: str, code: str
) -> None:
    body = report(district.boxes[0])
    body = {**body, **change, "answers": {**body["answers"], **change.get("answers", {})}}
    answer = system.send(body)
    assert answer.status_code == 422, answer.content
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert not (Case.objects.exists() or Draft.objects.exists() or KeptAnswer.objects.exists())


def test_the_same_key_says_the_same_again(district: Any, system: System) -> None:
    body = report(district.boxes[0])
    first, again = system.send(body, "k1"), system.send(body, "k1")
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    problem(system.send(report(district.boxes[1]), "k1"), 409, "key_reused")
    stopped = [system.send(body, "k2") for _ in range(2)]
    assert stopped[0].json() == stopped[1].json() and stopped[1].status_code == 422
    assert Case.objects.count() == 1
    # Another token's key is another key.
    assert System("cases:create", name="Other").send(body, "k1").status_code == 422


def test_what_was_answered_is_forgotten_after_a_day(district: Any, system: System) -> None:
    system.send(report(district.boxes[0]), "k1")
    jobs.forget()
    assert KeptAnswer.objects.count() == 1
    KeptAnswer.objects.update(made_at=timezone.now() - timedelta(hours=25))
    jobs.forget()
    assert not KeptAnswer.objects.exists()


def test_a_fault_after_the_case_leaves_neither_case_nor_answer(
    district: Any, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(KeptAnswer, "save", fails)
        problem(system.send(report(district.boxes[0]), "k1"), 500, "broken")
    assert not Case.objects.exists() and not KeptAnswer.objects.exists()
    assert system.send(report(district.boxes[0]), "k1").status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 415),
        ("{", 400),
        ("[]", 422),
        ("null", 422),
        ('{"channel": "telephone", "answers": {"property": NaN}}', 400),
        ('{"channel": "telephone", "answers": {"property": "\\u0000"}}', 422),
        ('{"channel": "telephone", "answers": {"\\ud800": "a"}}', 400),
        ("[" * 50_000, 400),
        ("9" * 50_000, 400),
        (b"\xff\xfe\x00", 400),
        ('{"channel": "telephone", "answers": {"property": 1e999}}', 422),
        ("{" + " " * 100_001 + "}", 413),
    ],
)
def test_bodies_that_are_none(system: System, body: bytes | str, status: int) -> None:
    answer = system.send(body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_calls_that_are_not_as_described(district: Any, system: System) -> None:
    body = json.dumps(report(district.boxes[0]))
    post = system.client.post
    key = {**system.headers, "Idempotency-Key": "k"}
    problem(post(SEND, body, content_type="text/plain", headers=key), 415, "not_json_type")
    for headers in (
        system.headers,
        {**key, "Idempotency-Key": ""},
        {**key, "Idempotency-Key": "é"},
        {**key, "Idempotency-Key": "k" * 201},
    ):
        answer = post(SEND, body, content_type="application/json", headers=headers)
        said = problem(answer, 400, "not_as_described")
        assert said["errors"][0]["parameter"] == "Idempotency-Key"
    problem(system.send(body, path=f"{BASE}/services/none/cases"), 404, "no_such_service")
    for query in (
        {"limit": 0},
        {"limit": 101},
        {"limit": "9" * 5000},
        {"since": "yesterday"},
        {"since": "0"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"since": "2026-01-01T00:00:00"},
    ):
        problem(system.get("/cases", **query), 400, "not_as_described")
    for cursor in ("x", "a:b:c"):
        problem(system.get("/cases", cursor=cursor), 400, "bad_cursor")


@pytest.mark.parametrize(
    "path",
    ["", "/", "/v1", "/v1/", "/v2/services", "/v1/a%0Ab", "/v1/services/", "/v1/services/none"]
    + ["/v1/properties/x/collections", "/v1/properties/7/collections"]
    + [f"/v1/properties/{'9' * n}/collections" for n in (13, 19, 5000)],
)
def test_where_there_is_nothing(district: Any, path: str) -> None:
    answer = Client().get(f"/api{path}")
    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND"])
def test_methods_that_are_not_taken(district: Any, method: str) -> None:
    for path, allow in (("/services", "GET"), ("/services/missed-bin/cases", "POST")):
        answer = Client().generic(method, BASE + path)
        problem(answer, 405, "method_not_allowed")
        assert answer["Allow"] == allow
    assert Client().head(f"{BASE}/services").status_code == 200


def test_only_a_token_with_the_scope_comes_in(district: Any, system: System) -> None:
    path, cookie = "/cases/MB-2222-2222", Client()
    who = StaffUser.objects.get(username="administrator")
    cookie.force_login(who, "django.contrib.auth.backends.ModelBackend")
    for header in ("", "Bearer", "Bearer x", "Basic YTpi", "Bearer é\0"):
        headers = {"Authorization": header} if header else {}
        answer = cookie.get(BASE + path, headers=headers)
        problem(answer, 401, "no_token")
        assert answer["WWW-Authenticate"].startswith("Bearer")
    problem(System("cases:create", name="Sender").get(path), 403, "scope_missing")
    problem(System("cases:read", name="Reader").send({}), 403, "scope_missing")
    problem(system.get(path), 404, "no_such_case")
    staff.revoke_token(token_id=Token.objects.earliest("id").pk, by=who, now=timezone.now())
    problem(system.get(path), 401, "no_token")


def test_too_many_calls_are_told_when_to_come_back(district: Any) -> None:
    client, path = Client(), f"{BASE}/properties?postcode=le673fj"
    first = client.get(path)
    assert first["RateLimit-Policy"] == '"calls";q=60;w=600'
    assert first["RateLimit"].startswith('"calls";r=59;t=')
    assert first.json()["properties"][0] == {
        "uprn": "1001",
        "address": "1 Mill Lane, Coalville, LE67 3FJ",
    }
    answers = [client.get(path) for _ in range(60)]
    problem(answers[-1], 429, "too_many")
    assert 0 < int(answers[-1]["Retry-After"]) <= 600 and answers[-2].status_code == 200


def test_a_token_that_calls_too_often_waits(
    district: Any, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def count(whose: list[str], most: int, seconds: int) -> limits.Standing:
        seen.append([key.split(":")[0] for key in whose])
        return limits.Standing(most, seconds, -1, 7)

    monkeypatch.setattr(limits, "count", count)
    answers = [system.get("/cases"), system.send({}), Client().get(f"{BASE}/services")]
    system.headers = {"Authorization": "Bearer guessed"}
    for answer in [*answers, system.get("/cases")]:
        problem(answer, 429, "too_many")
        assert answer["Retry-After"] == "7" and answer["RateLimit"].endswith("r=0;t=7")
    assert seen == [["token", "api-token"], ["token", "api-token"], ["api"], ["api-refused"]]


def test_looking_up_one_home_again_and_again_is_limited(
    district: Any, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Looks are counted by the hour of the clock: one that began meanwhile would count from nothing.
    now = time.time()
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: now))
    body = report(district.boxes[0])
    codes = [system.send(body).status_code for _ in range(61)]
    assert codes == [201] + [422] * 59 + [429]
    # Calls that name no home are nobody's look-ups.
    nameless = {"channel": "telephone", "answers": {}}
    assert {system.send(nameless).status_code for _ in range(61)} == {422}


def test_where_a_case_stands_without_who_sent_it(district: Any, system: System) -> None:
    case = district.case(0)
    said = system.get(f"/cases/{case.reference}").json()
    assert said["sentence"].startswith("We have asked the crew to empty your bin by the end of")
    assert (said["service"], said["stage"], said["closed"]) == ("missed-bin", "with_crew", None)
    assert said["due"] == case.due_on.isoformat()
    assert Customer.objects.exists() and "nn@" not in str(said) and "Mill" not in str(said)
    deciding.decide(case_id=case.pk, decision="close", reason="x", by=SYSTEM, now=timezone.now())
    closed = system.get(f"/cases/{case.reference.lower()}").json()
    assert closed["closed"] and closed["outcome"]
    for reference in ("x", "%00", "%C4%B0", "M" * 4000):
        assert system.get(f"/cases/{reference}").status_code == 404


def test_a_sentence_says_nothing_that_was_typed(district: Any, system: System) -> None:
    from doorstep.reports import queries as reports

    case = district.case(0)
    case.words |= {"where": "behind 3 Mill Lane"}
    words = reports.impersonal(case, district.service)
    assert words["container_words"] == case.words["container"]
    assert "Mill" not in str({k: v for k, v in words.items() if k != "council"})


def test_every_case_comes_once_over_the_pages(district: Any, system: System) -> None:
    made = [district.case(n).reference for n in range(5)]  # all in the same moment
    seen, query = [], {"limit": 2, "service": "missed-bin"}
    while True:
        page = system.get("/cases", **query).json()
        seen += [c["reference"] for c in page["cases"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == made
    after = (district.now + timedelta(seconds=1)).isoformat()
    assert system.get("/cases", since=after).json()["cases"] == []
    # As programs write it that do not escape the plus.
    london = datetime(2026, 1, 1, tzinfo=UTC).isoformat().replace("+", " ")
    assert len(system.get("/cases", since=london).json()["cases"]) == 5
    assert system.get("/cases", service="none").json() == {"cases": [], "next": None}
    for extreme in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00+19:26"):
        assert system.get("/cases", since=extreme).status_code == 200


def test_what_a_service_asks(district: Any) -> None:
    assert [s["slug"] for s in Client().get(f"{BASE}/services").json()] == ["missed-bin"]
    said = Client().get(f"{BASE}/services/missed-bin").json()
    pages = {p["id"]: p for p in said["pages"]}
    assert pages["address"]["answers"]["required"] == ["property"]
    assert pages["where"]["always"] is False
    email = pages["contact"]["answers"]["properties"]["email"]
    assert email["x-contact"] == "email" and email["anyOf"][0]["format"] == "email"


def test_bin_days_and_nothing_else(district: Any) -> None:
    said = Client().get(f"{BASE}/properties/1001/collections").json()
    box = said["containers"][0]
    assert box["id"] == str(district.boxes[0].pk) and box["name"] == "Black bin (rubbish)"
    assert box["collections"][0]["day"] == (district.due + timedelta(days=14)).isoformat()
    assert set(box) == {"id", "kind", "name", "collections", "delay", "suspensions"}


def test_statements(district: Any, system: System, counted: Any) -> None:
    with counted("GET /properties/<uprn>/collections", 3):
        Client().get(f"{BASE}/properties/1001/collections")
    system.send(report(district.boxes[0]))  # builds the service once
    with counted("POST cases: the whole call", 22):
        assert system.send(report(district.boxes[1])).status_code == 201
    for n in range(2, 6):
        district.case(n)
    with counted("GET /cases", 6):
        seen = system.get("/cases").json()["cases"]
    assert len(seen) == 6


def _at_once(calls: list[Any]) -> list[Any]:
    """Make calls in threads that start together."""
    ready, came = Barrier(len(calls)), []

    def make(call: Any) -> None:
        ready.wait()
        came.append(call())
        connection.close()

    threads = [Thread(target=make, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return came


def test_one_key_at_once_makes_one_case(open_district: Any) -> None:
    system, body = System("cases:create"), report(open_district.boxes[0])
    came = _at_once([lambda: system.send(body, "same")] * 20)
    assert {a.status_code for a in came} <= {201, 409}
    assert len(came) == 20 and len({a.json()["reference"] for a in came}) == 1
    assert Case.objects.count() == 1


def test_fifty_report_the_same_bin_and_forty_nine_hear_so(open_district: Any) -> None:
    system, body = System("cases:create"), report(open_district.boxes[0])
    came = _at_once([lambda: system.send(body)] * 50)
    told = [a.json().get("code", "made") for a in came]
    assert sorted(told) == ["made"] + ["reported"] * 49
    assert Case.objects.count() == 1
