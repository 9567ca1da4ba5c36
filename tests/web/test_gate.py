"""The gate of requests: whatever way a text comes in, views read it clean."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from doorstep.cases.models import EventText
from doorstep.staff.models import StaffUser
from doorstep.web.api.reading import Strict
from doorstep.web.kit.gate import Gate
from tests.system import System
from tests.texts import ALL, params

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.parametrize(("sent", "kept"), params(ALL))
def test_path_query_and_fields_are_clean(sent: str, kept: str) -> None:
    seen: list[Any] = []
    gate = Gate(lambda request: seen.append(request) or HttpResponse())  # type: ignore[func-returns-value]
    gate(RequestFactory().get("/x", {"q": sent}))
    gate(RequestFactory().post("/x", {"q": sent, "several": [sent, "b"]}))
    assert seen[0].GET["q"] == seen[1].POST["q"] == kept
    assert seen[1].POST.getlist("several") == [kept, "b"]


def test_a_password_stays_as_it_was_typed_and_a_body_unread() -> None:
    seen: list[Any] = []
    gate = Gate(lambda request: seen.append(request) or HttpResponse())  # type: ignore[func-returns-value]
    gate(RequestFactory().post("/x", {"password": "cafe\u0301"}))
    gate(RequestFactory().post("/x", b"{}", content_type="application/json"))
    assert seen[0].POST["password"] == "cafe\u0301"
    assert seen[1].POST == {} and seen[1].body == b"{}"


@pytest.mark.parametrize("there", ["/desk/cases/{}/note", "/desk/cases/{}/decide"])
def test_a_note_and_a_reason_hold_no_control_character(district: Any, there: str) -> None:
    case, officer = district.case(0), Client()
    officer.force_login(StaffUser.objects.get(username="officer"), BACKEND)
    fields = {"text": "seen\x00 by\x0b me", "reason": "why\x00 not", "decision": "close"}
    answer = officer.post(there.format(case.reference), fields)
    assert answer.status_code < 500
    texts = set(EventText.objects.filter(event__case=case).values_list("text", flat=True))
    assert not any("\x00" in text or "\x0b" in text for text in texts)


@pytest.mark.parametrize(
    "there", ["/case/A%00B", "/reports/A%00B", "/bins/1%00", "/services/a%00b"]
)
def test_an_address_with_a_control_character_is_none(district: Any, there: str) -> None:
    assert Client().get(there).status_code in (302, 404)
    assert Client().get(f"/reports?service={'%00'}a&find=%00&page=%00").status_code == 200


def test_a_body_of_json_is_clean() -> None:
    body = '{"channel": "tele\\u200bphone", "answers": {"a\\u0000": ["b\\u000b"]}}'
    request = RequestFactory().post("/x", body, content_type="application/json")
    assert Strict().parse_body(request) == {"channel": "telephone", "answers": {"a": ["b\n"]}}


@pytest.mark.parametrize("nothing", ["\0", "\u200b", "\ufeff\u200b"])
def test_a_filter_of_which_nothing_is_left_finds_nothing(district: Any, nothing: str) -> None:
    district.case(0)
    system = System("cases:read")
    assert len(system.get("/cases").json()["cases"]) == 1
    for name in ("service", "cursor"):
        assert system.get("/cases", **{name: nothing}).status_code in (400, 422)
    asked = {"service_request_id": nothing}
    listed = Client().get("/open311/v2/requests.json", asked)
    assert listed.status_code == 404 or json.loads(listed.content) == []
