"""Nothing for strangers, nothing hidden from the auditor: what requests leave behind, and what answers carry."""

import logging
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session as Former
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from doorstep.bookings.models import Calendar
from doorstep.settings import LOGGING
from doorstep.staff import actions as staff
from doorstep.staff.models import Look, Session, StaffEvent, StaffUser
from doorstep.web import jobs
from doorstep.web.kit import guesses, log, seat
from doorstep.web.models import Hit, Wrong
from tests.doors import TURNS_THE_SCREEN, VALUES, addresses, filled
from tests.form_client import FormClient
from tests.people import signed_in
from tests.signing import signs_in
from tests.tables import STAYS

ADDRESS = "/services/missed-bin/address"


def of(route: str, case: Any) -> str:
    """Return a route about a case."""
    return filled(route, VALUES | {"reference": case.reference})


@pytest.mark.parametrize("method", ["get", "post"])
def test_whatever_draws_a_persons_record_writes_the_look_down(district: Any, method: str) -> None:
    case, officer = district.case(0), signed_in("officer")
    drawn = []
    for route, view in addresses():
        if not getattr(view, "permission", "") or "export" in route or route == TURNS_THE_SCREEN:
            continue
        before = Look.objects.count()
        page = getattr(officer, method)(of(route, case), raw=True)
        content = b"" if page.streaming else page.content
        if b"ann@resident.example" in content:
            drawn.append(route)
            assert Look.objects.count() > before, route
    assert "/desk/cases/<str:reference>" in drawn or method == "post"
    # Refused, and drawn whole all the same.
    assert method == "get" or "/desk/cases/<str:reference>/note" in drawn


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/desk/bookings/NORTH/2026-12-01/list.csv", "day list"),
        ("/desk/bookings/NORTH/2026-12-01/list.pdf", "day list"),
        ("/desk/payments/ledger.csv?since=2026-11-01&to=2026-11-30", "ledger"),
    ],
)
def test_what_leaves_the_desk_leaves_a_look(district: Any, path: str, what: str) -> None:
    Calendar.objects.create(
        code="NORTH", name="N", kind="bulky", wards=[], weekdays=[0], capacity=1, unit="jobs"
    )
    assert signed_in("administrator" if what == "ledger" else "officer").get(path).status_code in (
        200,
        403,
    )
    who = StaffUser.objects.get(username="manager")
    client = Client()
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    answers = [
        c.get(path).status_code for c in (signed_in("supervisor"), signed_in("officer"), client)
    ]
    assert answers.count(200) == Look.objects.filter(what=what).count() - 0 or 200 in answers
    assert Look.objects.filter(what=what).exists()


def test_accounts_roles_tokens_and_sign_ins_are_events(
    district: Any, settings: Any, capsys: Any
) -> None:
    settings.DEMO = True
    now, who = district.now, StaffUser.objects.get(username="administrator")
    staff.add(username="ann", name="Ann", roles=["adviser"], password="twelve-letters", now=now)
    staff.add(
        username="ann",
        name="Ann",
        roles=["officer"],
        password="twelve-letters",
        now=now,
        by="administrator",
    )
    token, _ = staff.make_token(name="Site", scopes=["cases:read"], days=30, by=who, now=now)
    staff.revoke_token(token_id=token.pk, by=who, now=now)
    staff.revoke_token(token_id=token.pk, by=who, now=now)
    client = FormClient()
    client.post("/desk/sign-in", {"username": "ann", "password": "wrong"})
    client.post("/desk/sign-in", {"username": "my-secret-password", "password": "x"})
    client.post("/demo/as/ann")
    client.post("/desk/sign-out")
    staff.close(username="ann", now=now, by="administrator")
    lines = [
        (e.kind, e.about, e.by)
        for e in StaffEvent.objects.order_by("id").filter(about__in=("ann", "Site"))
    ]
    assert lines == [
        ("account made", "ann", ""),
        ("account renewed", "ann", "administrator"),
        ("token made", "Site", "administrator"),
        ("token withdrawn", "Site", "administrator"),
        ("sign-in failed", "ann", ""),
        ("signed in", "ann", "ann"),
        ("signed out", "ann", "ann"),
        ("account closed", "ann", "administrator"),
    ]
    renewed = StaffEvent.objects.get(kind="account renewed", about="ann")
    assert (renewed.data["roles_before"], renewed.data["roles"]) == (["adviser"], ["officer"])
    call_command("staff", "log")
    printed = capsys.readouterr().out
    assert "account closed,ann,administrator" in printed and "my-secret-password" not in printed


@pytest.mark.parametrize("table", ["staff_staffevent", "staff_look"])
@pytest.mark.parametrize(
    "change", ["delete from {}", "update {} set at = now()", "truncate {} cascade"]
)
def test_what_staff_did_only_grows(district: Any, table: str, change: str) -> None:
    who = StaffUser.objects.get(username="officer")
    staff.looked(by=who, what="case", key="MB-2222-2222", now=district.now)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


@pytest.fixture
def printed(capfd: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What a handler as settings have it prints of every logger."""
    # The handler of settings may write to what another test captured; it would say so with lines of this file.
    monkeypatch.setattr(logging, "raiseExceptions", False)
    handler = logging.StreamHandler()
    handler.addFilter(log.Impersonal())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: "".join(capfd.readouterr())
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_refused_request_leaves_no_path_in_the_log(district: Any, printed: Any) -> None:
    case = district.case(0)
    client = FormClient(enforce_csrf_checks=True, raise_request_exception=False)
    for path in (
        f"/case/{case.reference}",
        f"/case/{case.reference}/pay",
        "/case/open/SECRET-TOKEN",
        f"/reports/{case.reference}/x",
    ):
        client.get(path)
        client.post(path, {"x": "y"}, raw=True)
    client.get(f"/case/{case.reference}", HTTP_HOST="evil.example")
    client.get(f"/case/{case.reference}?x=%00")
    said = printed()
    assert case.reference not in said and "SECRET-TOKEN" not in said and "evil.example" not in said
    assert LOGGING["handlers"]["console"]["filters"] == ["impersonal"]  # type: ignore[index]


def test_a_librarys_words_are_left_out_and_its_kind_of_error_stays() -> None:
    try:
        raise ValueError("ann@resident.example")
    except ValueError:
        error = sys.exc_info()
    about = (
        "django.security.csrf",
        logging.ERROR,
        __file__,
        1,
        "Forbidden: %s",
        ("/case/MB-2222-2222",),
        error,
    )
    record = logging.LogRecord(*about)
    assert log.Impersonal().filter(record)
    said = logging.Formatter().format(record)
    assert "ValueError" in said and "django.security.csrf" in said
    assert "MB-2222" not in said and "ann@" not in said


def test_nothing_is_kept_of_an_answer_that_hangs_on_a_cookie(district: Any) -> None:
    case = district.case(0)
    client = FormClient()
    client.post("/services/missed-bin/begin")
    for route, view in addresses():
        if getattr(view, "permission", None) != "":
            continue
        page = client.get(of(route, case))
        hangs = "Cookie" in page.get("Vary", "") and "Access-Control-Allow-Origin" not in page
        public = route.startswith(("/api", "/open311", "/reports", "/map", "/bins"))
        if hangs and not public:
            assert "no-store" in page.get("Cache-Control", ""), route
    for path in ("/", "/bins/1001", "/reports", ADDRESS):
        assert "no-store" in client.get(path)["Cache-Control"], path


def test_another_host_is_refused_before_anything_is_read(district: Any) -> None:
    client = FormClient()
    with CaptureQueriesContext(connection) as seen:
        page = client.get("/reports", HTTP_HOST="evil.example")
    assert (page.status_code, len(seen)) == (400, 0)
    assert b"evil" not in page.content and not page.cookies


def test_head_works_where_get_does(district: Any) -> None:
    case, client = district.case(0), signed_in("officer")
    for route, _view in addresses():
        path = of(route, case)
        if "sign-out" in path:
            continue
        got, asked = client.get(path), client.head(path)
        assert asked.status_code == got.status_code, route
        assert asked.streaming or asked.content == b"", route


@pytest.mark.parametrize("role", ["", "officer"])
def test_a_get_makes_no_rows_but_looks_and_counts(district: Any, role: str) -> None:
    """A mail scanner, a search engine and a prefetch follow every link there is."""
    case = district.case(0)
    client = signed_in(role) if role else Client()
    before = _rows()
    for route, view in addresses():
        if not role and getattr(view, "permission", None) != "":
            continue
        client.get(of(route, case))
        after = _rows()
        grown = {t for t, n in after.items() if n > before.get(t, 0)}
        assert grown <= {"web_hit", "staff_look", "staff_session"}, (route, grown)
        before = after


def _rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t not in STAYS]
        counts = " union all ".join(f"select '{t}', count(*) from {t}" for t in tables)
        cursor.execute(counts)
        return dict(cursor.fetchall())


def test_a_body_that_is_too_large_is_refused_with_a_way_on(district: Any) -> None:
    client = FormClient()
    client.post("/services/missed-bin/begin")
    page = client.post(ADDRESS, {"postcode": "x" * 3_000_000, "find": "1"}, raw=True)
    assert page.status_code == 413 and "01632 960 123" in page.content.decode()


def test_what_is_kept_as_typed_is_bounded(district: Any) -> None:
    from doorstep.cases.models import Draft

    client = FormClient()
    client.post("/services/missed-bin/begin")
    client.post(ADDRESS, {"property": str(district.boxes[0].place_id)})
    client.post("/services/missed-bin/bin", {"container": str(district.boxes[0].pk)})
    client.post("/services/missed-bin/contact", {"name": "x" * 40_000, "save": "1"})
    assert len(str(Draft.objects.get().typed)) > 40_000
    client.post("/services/missed-bin/contact", {"name": "x" * 60_000, "save": "1"})
    assert len(str(Draft.objects.get().typed)) < 50_000


def test_robots_and_whoever_finds_a_weakness_are_told(district: Any) -> None:
    client = Client()
    told = client.get("/.well-known/security.txt").content.decode()
    assert (
        told.startswith("Contact: ")
        and "\nExpires: 20" in told
        and "/.well-known/security.txt" in told
    )
    assert "Disallow: /case/" in client.get("/robots.txt").content.decode()
    assert "geolocation=(self), camera=()" in client.get("/")["Permissions-Policy"]


def test_who_guessed_is_kept_for_a_day_and_as_a_hash(district: Any, settings: Any) -> None:
    settings.DEMO = False  # which signs in nobody from elsewhere
    client = FormClient(REMOTE_ADDR="10.1.2.3")
    client.post("/desk/sign-in", {"username": "officer", "password": "wrong"})
    kept = str(list(Wrong.objects.values())) + str(list(Hit.objects.values()))
    assert Wrong.objects.count() == 1 and "10.1.2" not in kept and "officer" not in kept
    jobs.forget()
    assert Wrong.objects.count() == 1
    Wrong.objects.update(at=timezone.now() - timedelta(days=2))
    jobs.forget()
    assert not Wrong.objects.exists()


def test_a_session_that_is_over_goes(db: None) -> None:
    now = timezone.now()
    for key, hours in (("over", 25), ("open", 1)):
        began = now - timedelta(hours=hours)
        Session.objects.create(key_hash=key, began=began, seen=now)
        until = now + timedelta(hours=12 - hours)
        Former.objects.create(session_key=key, session_data="", expire_date=until)
    jobs.forget()
    assert list(Session.objects.values_list("key_hash", flat=True)) == ["open"]
    assert list(Former.objects.values_list("session_key", flat=True)) == ["open"]


def test_a_path_that_is_not_as_ours_are_is_led_to_the_right_one(district: Any) -> None:
    """A proxy judges paths as they are written: what we answered after tidying would go past its rules."""
    client = FormClient()
    for path, right in (
        ("/de%E2%80%8Bsk/sign-in", "/desk/sign-in"),
        ("/metrics.", "/metrics"),
        ("/metrics%20", "/metrics"),
        ("/de%00sk/sign-in?next=%2Fdesk", "/desk/sign-in?next=%2Fdesk"),
        ("/%2Fevil.example%E2%80%8B/", "/evil.example/"),
        ("/%5Cevil.example%E2%80%8B", "/evil.example"),
    ):
        page = client.get(path)
        assert (page.status_code, page.get("Location")) == (302, right), path
        assert client.post(path).status_code == 404


def test_figures_are_for_the_machine_itself(district: Any, settings: Any) -> None:
    settings.BEHIND_PROXY, settings.DEMO = True, False
    for path in ("/metrics", "/readyz"):
        assert Client().get(path, HTTP_X_FORWARDED_FOR="10.0.0.1").status_code == 404
        assert Client().get(path).status_code in (200, 503)


@pytest.mark.parametrize(
    "address", ["2001:db8:1:2::10", "1.2.3.4:1000", "[2001:db8::1]:99", "unknown", "", "::1"]
)
def test_people_sign_in_from_every_kind_of_address(
    district: Any, settings: Any, address: str
) -> None:
    settings.DEMO = False  # which signs in nobody from elsewhere
    client = FormClient(REMOTE_ADDR=address)
    client.post("/desk/sign-in", {"username": "officer", "password": "wrong"})
    assert signs_in(client, "officer").status_code == 302


def test_guesses_at_many_accounts_from_one_address_wait(
    district: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = False  # which signs in nobody from elsewhere
    monkeypatch.setattr(guesses, "MOST_FROM_ONE", 30)
    client = FormClient(REMOTE_ADDR="10.3.3.3")
    codes = [
        client.post("/desk/sign-in", {"username": f"name-{n}", "password": "x"}).status_code
        for n in range(31)
    ]
    assert codes[-2:] == [200, 429]
    own = FormClient(REMOTE_ADDR="10.3.3.3")
    seat.keep(page := HttpResponse(), "officer")
    own.cookies[seat.NAME] = page.cookies[seat.NAME].value
    assert signs_in(own, "officer").status_code == 302
    assert StaffEvent.objects.filter(about="(no such account)").count() == 30


def test_right_passwords_are_never_too_many(district: Any, settings: Any) -> None:
    settings.DEMO = False  # which signs in nobody from elsewhere
    for _ in range(32):
        assert signs_in(FormClient(REMOTE_ADDR="10.3.3.4"), "officer").status_code == 302


def test_what_a_street_is_looked_for_by_costs_little_however_many_words(district: Any) -> None:
    words = "+".join(f"{a}{b}" for a in "abc" for b in "aeioulnrs")
    with CaptureQueriesContext(connection) as seen:
        assert Client().get(f"/reports?find={words}").status_code == 200
    # It doubled with each word: two minutes and a gigabyte for a line of them.
    assert max(len(q["sql"]) for q in seen.captured_queries) < 6_000


def test_a_days_page_and_a_crews_list_leave_a_look(district: Any) -> None:
    Calendar.objects.create(
        code="NORTH", name="N", kind="bulky", wards=[], weekdays=[0], capacity=1, unit="jobs"
    )
    signed_in("manager").get("/desk/bookings/NORTH/2026-12-01")
    signed_in("crew").get("/crew/REF-1")
    assert set(Look.objects.values_list("what", flat=True)) == {"day list", "crew list"}


def test_the_forms_of_one_page_have_one_token_and_each_page_another(district: Any) -> None:
    officer = FormClient()
    signs_in(officer, "officer")
    address = f"/desk/cases/{district.case(0).reference}"
    pages = [officer.get(address), officer.get(address)]
    tokens = [
        set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode()))
        for page in pages
    ]
    assert [len(of_page) for of_page in tokens] == [1, 1] and tokens[0] != tokens[1]
    assert pages[0].content.decode().count("csrfmiddlewaretoken") > 3
