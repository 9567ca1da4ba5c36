"""What other programs do wrong, or on purpose: each is answered in its format, and nothing breaks."""

import http.client
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from doorstep.cases.models import Case, EventText
from doorstep.files import photos
from doorstep.web.open311 import access, urls
from tests.open311.client import Client
from tests.open311.conftest import key, picture, report
from tests.open311.schemas import fits

pytestmark = pytest.mark.django_db(transaction=True)


def refused(answer: Any, status: int) -> str:
    """Return what an error says; fail where it is no error of this status as the protocol knows it."""
    assert answer.status == status, answer.text
    for error in answer.said:
        assert error["code"] == str(status) and error["description"], error
    if answer.kind.startswith("application/json"):
        fits("errors", json.loads(answer.text))
    return " ".join(error["description"] for error in answer.said)


def raw(client: Client, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    """Send what urllib would not."""
    base = urlsplit(client.base)
    connection = http.client.HTTPConnection(str(base.hostname), base.port or 80, timeout=30)
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    connection.request(method, base.path + path, body or None, named)
    got = connection.getresponse()
    found = (got.status, got.headers, got.read().decode())
    connection.close()
    return found


@pytest.mark.parametrize("kind", ["xml", "json"])
def test_a_key_that_is_missing_wrong_or_may_not(app: Client, kind: str) -> None:
    assert "api_key" in refused(Client(app.base).post(report(), kind), 403)
    assert "api_key" in refused(Client(app.base, "x\0é").post(report(), kind), 403)
    reader = Client(app.base, key("cases:read", name="Reader"))
    assert "may not" in refused(reader.post(report(), kind), 403)
    refused(Client(app.base).get("requests", kind, api_key="wrong"), 403)
    assert not Case.objects.exists()


def test_a_key_in_a_header_stays_out_of_addresses(app: Client) -> None:
    header = {"Authorization": f"Bearer {app.key}"}
    assert Client(app.base).post(report(), Content_Type="application/x-www-form-urlencoded", **header).status == 201  # fmt: skip
    case = Case.objects.get()
    assert app.call("GET", f"/requests/{case.reference}.xml", **header).status == 200


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_every_other_method_is_told_which_are_taken(app: Client, method: str) -> None:
    for path, allow in (("/requests.xml", "GET, HEAD, POST"), ("/services.json", "GET, HEAD")):
        status, headers, text = raw(app, method, path)
        assert (status, headers["Allow"]) == (405, allow)
        assert "method" in text
    assert raw(app, "POST", "/services.xml")[0] == 405
    status, headers, text = raw(app, "HEAD", "/services.xml")
    assert (status, text) == (200, "") and headers["Content-Type"] == "text/xml; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    ["", "/", "/services", "/services.csv", "/services/x.y.xml", "/requests/%00.xml", "/requests/a%0Ab.xml",
     "/requests/%C4%B0.json", "/tokens/.xml", "/requests.xml/", "/../services.xml", "/tokens/%00%ff.xml"],
)  # fmt: skip
def test_what_is_not_there(app: Client, path: str) -> None:
    status, headers, text = raw(app, "GET", path)
    assert status in (403, 404), (path, text)
    if headers["Content-Type"].startswith("text/xml"):
        ElementTree.fromstring(text)


def test_an_unknown_service_or_jurisdiction_is_404(app: Client) -> None:
    for code in ("nothing", "missed-bin", "a\0b", "İ"):
        refused(app.post({**report(), "service_code": code}), 404)
    for code in ("", " "):
        assert "service_code" in refused(app.post({**report(), "service_code": code}), 400)
    assert app.get("services", jurisdiction_id="www.Council.example").status == 200
    refused(app.get("services", jurisdiction_id="elsewhere.example"), 404)
    refused(app.post({**report(), "jurisdiction_id": "elsewhere.example"}), 404)
    assert app.get("services", jurisdiction_id=access.jurisdiction()).status == 200
    refused(app.get("requests", service_code="nothing"), 404)


def test_another_content_type_is_refused(app: Client) -> None:
    body = json.dumps(report()).encode()
    for kind in ("application/json", "text/plain", "text/xml", ""):
        status, _, _ = raw(app, "POST", "/requests.xml", body, Content_Type=kind)
        assert status == 415, kind
    form = "application/x-www-form-urlencoded"
    assert raw(app, "POST", "/requests.xml", b"a=b", Content_Type=f"{form}; charset=latin-1")[0] == 400  # fmt: skip
    for body in (b"", b"--x", b"--x\r\n\r\n", b"\xff" * 40):
        what = "multipart/form-data; boundary=x"
        assert raw(app, "POST", "/requests.xml", body, Content_Type=what)[0] in (400, 403), body
    assert raw(app, "POST", "/requests.xml", b"a", Content_Type="multipart/form-data")[0] == 400


def test_what_is_too_large_is_refused(app: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(app.post(report(description="x" * 200_000)), 413)
    many = [(f"f{n}", "x") for n in range(2000)]
    refused(app.post([*report().items(), *many]), 400)
    refused(app.get("requests", service_request_id=",".join("a" * 1001)), 400)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "query",
    [{"start_date": "yesterday"}, {"end_date": "2026-13-01"}, {"start_date": "2026-11-24T10:00:00"},
     {"start_date": "0001-01-01T00:00:00+14:00"}, {"start_date": "9999-12-31T23:59:59-14:00"},
     {"start_date": "2026-01-01", "end_date": "2026-06-01"}, {"start_date": "2026-02-01", "end_date": "2026-01-01"},
     {"updated_after": "1"}, {"status": "lost"}, {"page": "0"}, {"page": "-1"}, {"page": "x"}, {"page": "١"},
     {"page_size": "1001"}, {"start_date": "9999-12-31T23:59:59Z"}, {"end_date": "0001-01-01T00:00:00Z"}],
)  # fmt: skip
def test_bad_dates_and_numbers_say_how_to_write_them(app: Client, query: dict[str, str]) -> None:
    for kind in ("xml", "json"):
        said = refused(app.get("requests", kind, **query), 400)
        assert next(iter(query)) in said or "end_date" in said
    if "status" not in query and "updated_after" not in query:
        refused(app.get("servicerequestupdates", **query), 400)


def test_dates_that_are_right(app: Client) -> None:
    assert app.post(report()).status == 201
    for start in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00+01:00", "2026-01-01"):
        assert app.get("requests", start_date=start, end_date="2026-03-01").status == 200
    end = (timezone.now() + timedelta(minutes=1)).isoformat(timespec="seconds")
    assert len(app.get("requests", end_date=end, api_key=app.key).said) == 1
    # A plus that was not escaped comes as a space.
    text = f"/requests.xml?end_date=2126-01-01T00:00:00+00:00&start_date=2125-12-01T00:00:00+00:00&api_key={app.key}"
    assert app.call("GET", text).said == []
    mine = {"api_key": app.key, "updated_after": "2026-01-01T00:00:00Z"}
    assert len(app.both("requests", **mine)) == 1
    assert app.both("requests", **{**mine, "updated_after": "2126-01-01T00:00:00Z"}) == []


def test_pages_hold_every_request_once(app: Client) -> None:
    made = [
        app.post(report(description=f"Bench {n}")).said[0]["service_request_id"] for n in range(5)
    ]
    seen = []
    for page in (1, 2, 3, 4):
        rows = app.both("requests", api_key=app.key, page=page, page_size=2)
        seen += [row["service_request_id"] for row in rows]
    assert seen == made[::-1]
    both = app.both(
        "requests", api_key=app.key, service_request_id=f"{made[0]},{made[3].lower()},x"
    )
    assert {row["service_request_id"] for row in both} == {made[0], made[3]}


def test_markup_in_a_text_stays_text(app: Client, settings: Any) -> None:
    bad = '<x>&amp;]]></description><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;\x01\x0b\ufffe é 😀'
    answer = app.post(report(description=bad))
    assert answer.status == 201, answer.text
    case = Case.objects.get()
    assert "&e;" in case.answers["detail"]
    assert app.both("requests", api_key=app.key)  # both are read, and say the same
    odd = app.post({**report(description="Other"), f"attribute[{bad}]": "1"})
    assert odd.status == 201, odd.text
    assert "<x>&amp;" in EventText.objects.get(event__case=Case.objects.latest("pk")).text


def test_photos_come_as_files_and_are_made_afresh(app: Client) -> None:
    answer = app.post_files(report(), [picture(), picture("blue"), picture("green")])
    assert answer.status == 201, answer.text
    assert "Photos that were not kept: 1." in answer.said[0]["service_notice"]
    names = Case.objects.get().answers["pictures"]
    assert len(names) == 2 and all(photos.path_of(name) for name in names)
    again = app.post_files(report(), [picture(), picture("blue"), picture("green")])
    assert again.said == answer.said and Case.objects.count() == 1
    # One that cannot be used does not refuse the report.
    other = app.post_files(report(description="Other"), [b"no photo"])
    assert other.status == 201 and "not kept: 1." in other.said[0]["service_notice"]
    assert Case.objects.count() == 2


def test_too_many_calls_are_told_when_to_come_back(app: Client, monkeypatch: Any) -> None:
    from doorstep.web.kit import limits

    monkeypatch.setattr(limits, "count", lambda *_: limits.Standing(1, 60, -1, 33))
    answer = app.get("services", "json")
    refused(answer, 429)
    assert answer.headers["Retry-After"] == "33"
    assert app.post(report()).status == 429


def test_a_fault_of_ours_is_answered_in_the_format_too(app: Client, monkeypatch: Any) -> None:
    from django.db import OperationalError

    from doorstep.web.open311 import services

    def broken(*_: object) -> None:
        raise ZeroDivisionError("Ann Lee")

    monkeypatch.setattr(services, "offered", broken)
    for kind in ("xml", "json"):
        said = refused(app.get("services", kind), 500)
        assert "Ann" not in said

    def away(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(services, "offered", away)
    answer = app.get("services")
    refused(answer, 503)
    assert answer.headers["Retry-After"] == "60"


def test_whatever_takes_a_post_asks_for_a_key(app: Client) -> None:
    taking = {"/requests.xml", "/servicerequestupdates.xml"}
    for entry in urls.urlpatterns[:-1]:
        path = f"/{entry.pattern}".replace("//v2", "").replace("<str:format>", "xml")
        path = re.sub("<str:[a-z]+>", "x", path)
        form = "application/x-www-form-urlencoded"
        status, _, text = raw(app, "POST", path, b"service_code=broken-bench", Content_Type=form)
        assert status == (403 if path in taking else 404 if "/discovery" in path and "v2" not in str(entry.pattern) else 405), (path, text)  # fmt: skip
        taking.discard(path)
    assert not taking


def test_a_list_costs_no_more_statements_for_more_rows(app: Client, client: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 8):
        for n in range(number):
            assert app.post(report(description=f"Bench {number} {n}")).status == 201
        for what in ("requests", "servicerequestupdates"):
            with CaptureQueriesContext(
                connection,
            ) as seen:
                answer = client.get(f"/open311/v2/{what}.json?api_key={app.key}")
            assert answer.status_code == 200
            counts.append(len(seen))
    print(f"requests, updates: {counts[:2]} statements")
    assert counts[:2] == counts[2:] and max(counts) <= 8
