"""A week's funnel agrees with SQL of its own, and is printed as a table."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from doorstep.cases.models import Case, Draft
from doorstep.council.queries import ZONE
from doorstep.insight import actions as insight
from doorstep.insight import funnel, left
from doorstep.insight.models import StepCell
from doorstep.payments.models import Charge
from tests.form_client import FormClient
from tests.insight.conftest import COMPUTER
from tests.missed_bin import BASE, fill_in

Browser = Callable[..., FormClient]


def rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def printed(*args: str) -> str:
    out = StringIO()
    call_command("insight", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def a_week(district: Any, browser: Browser) -> date:
    """People who send, one stopped, one who left, one who never began; return the Monday of their week."""
    for n in range(3):
        fill_in(browser() if n else browser(COMPUTER), district.boxes[n])
    box = district.boxes[0]
    late = [browser() for _ in range(3)]
    for client in late[:2]:
        client.post(f"{BASE}/begin")
        client.post(f"{BASE}/address", {"property": str(box.place_id)})
    late[0].post(f"{BASE}/bin", {"container": str(box.pk)})
    late[2].post(f"{BASE}/begin")
    left.count_left(timezone.now() + timedelta(hours=13))
    insight.FLUSHER.flush()
    today = timezone.now().astimezone(ZONE).date()
    return today - timedelta(days=today.weekday())


def test_the_funnel_agrees_with_the_forms_themselves(a_week: date) -> None:
    """What was counted, against SQL over drafts and cases, which know nothing of sums."""
    counted = funnel.of("missed-bin", a_week, a_week + timedelta(days=6))
    of = counted.totals
    ((sent, on_phones),) = rows(
        "select count(*), count(*) filter (where device = 'phone') from cases_case"
    )
    ((started, unstarted),) = rows(
        "select count(*) filter (where updated_at > created_at or sent_at is not null),"
        " count(*) filter (where updated_at = created_at and sent_at is null) from cases_draft"
    )
    ((stopped, left_there),) = rows(
        "select count(*) filter (where decisions->'bin'->>'result' = 'stop'),"
        " count(*) filter (where decisions->'bin' is null) from cases_draft"
        " where sent_at is null and answers <> '{}'"
    )
    assert (of["sent"], of["started"], of["unstarted"]) == (sent, started, unstarted) == (3, 5, 1)
    assert (of["stopped"], of["left"]) == (stopped, left_there) == (1, 1)
    assert of["started"] == of["sent"] + of["stopped"] + of["left"]
    assert counted.devices["phone"]["sent"] == on_phones == 2


def test_the_funnel_agrees_with_sums_made_by_other_sql(a_week: date) -> None:
    counted = funnel.of("missed-bin", a_week, a_week + timedelta(days=6))
    by_page = rows(
        "select page, what, sum(n) from insight_stepcell where service = 'missed-bin' and day >= %s"
        " and day < %s + 7 and what <> 'time' and page <> ':start' group by 1, 2",
        a_week,
        a_week,
    )
    assert {(p.id, what): n for p in counted.pages for what, n in p.counts.items()} == {
        (page, what): n for page, what, n in by_page
    }
    ((median,),) = rows(
        "select percentile_disc(0.5) within group (order by detail::int) from insight_stepcell,"
        " generate_series(1, n) where what = 'time' and page = 'bin'"
    )
    assert next(p for p in counted.pages if p.id == "bin").median == median


def test_other_weeks_and_services_are_not_in_it(a_week: date) -> None:
    before = funnel.of("missed-bin", a_week, a_week + timedelta(days=6))
    for cell in list(StepCell.objects.all()):
        cell.pk = None
        cell.day = a_week - timedelta(days=1)
        cell.save(force_insert=True)
        cell.pk, cell.day, cell.service = None, a_week, "graffiti"
        cell.save(force_insert=True)
    assert funnel.of("missed-bin", a_week, a_week + timedelta(days=6)) == before


def test_the_median_of_a_page_is_the_bound_that_half_lie_under(db: None) -> None:
    day = date(2026, 11, 16)
    for detail, n in (("5", 1), ("60", 2), ("1800", 1)):
        key = {"service": "x", "version": "", "page": "p", "what": "time", "detail": detail}
        StepCell.objects.create(
            day=day, device="phone", channel="online", language="en", n=n, **key
        )
    StepCell.objects.create(
        day=day, device="phone", channel="online", language="en", n=4, **key | {"what": "answered", "detail": ""}
    )  # fmt: skip
    assert [p.median for p in funnel.of("x", day, day).pages] == [60]


def test_it_is_printed_as_a_table(a_week: date) -> None:
    out = printed("funnel", "missed-bin", "--week", f"{a_week:%G-W%V}")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[0].startswith("Report a missed bin: week ")
    assert "“at least”" in lines[1]
    assert "Started: a page was saved 5" in lines
    assert "Sent 3 60%" in lines
    assert "bin stopped" not in out
    assert "address property postcode_missing 3" in lines
    assert "bin reported 1" in lines
    assert "phone 4 2 50%" in lines and "computer 1 1 100%" in lines
    assert "online 5 3 60%" in lines
    head = next(line for line in out.splitlines() if line.startswith("Page "))
    page = next(line for line in out.splitlines() if line.startswith("address "))
    assert page[: head.index("shown") + 5].split() == ["address", "3"]


def test_without_week_it_is_the_last_that_is_over(a_week: date) -> None:
    out = printed("funnel", "missed-bin")
    assert f"week {a_week - timedelta(days=7):%G-W%V}" in out
    assert "%" not in out


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("funnel", "nothing"), "No service “nothing”"),
        (("funnel", "missed-bin", "--week", "2026-W60"), "2026-W60 is no week"),
        (("funnel", "missed-bin", "--week", "soon"), "soon is no week"),
    ],
)
def test_what_it_cannot_print_it_says(district: Any, args: tuple[str, ...], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        printed(*args)


def test_words_that_were_searched_in_vain_are_printed_from_five(
    district: Any, browser: Browser
) -> None:
    for n in range(5):
        browser().post("/", {"q": "trombone lessons"})
        if n:
            browser().post("/", {"q": "tuba lessons"})
    insight.FLUSHER.flush()
    out = printed("words")
    assert "trombone lessons" in out and "tuba" not in out


def test_what_was_sent_and_is_to_be_paid_is_told_with_what_is_paid(a_week: date) -> None:
    cases = list(Case.objects.order_by("pk"))
    for n, case in enumerate(cases[:2]):
        Charge.objects.create(
            case=case, reference=f"R{n}", pence=100, description="x", made_at=timezone.now()
        )
    Charge.objects.filter(case=cases[0]).update(state="paid", ended_at=timezone.now())
    out = [" ".join(line.split()) for line in printed("funnel", "missed-bin", "--week", f"{a_week:%G-W%V}").splitlines()]  # fmt: skip
    assert "Sent, and to be paid for 2" in out and "Paid 1 50%" in out


def test_a_day_is_londons(district: Any, browser: Browser, monkeypatch: Any) -> None:
    late = datetime(2026, 7, 5, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    monkeypatch.setattr(timezone, "now", lambda: late)
    browser().post(f"{BASE}/begin", {"postcode": "LE67 3FJ", "find": "1"})
    insight.FLUSHER.flush()
    assert Draft.objects.get().created_at == late
    assert StepCell.objects.get().day == date(2026, 7, 6)
