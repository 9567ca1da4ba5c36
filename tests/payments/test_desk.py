"""The desk: money on a case, refunds and their approval, ours against theirs, the ledger for finance."""

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.council.queries import ZONE
from doorstep.demo import claims
from doorstep.payments import actions, comparing, queries
from doorstep.payments.models import Charge, Comparison, Refund
from doorstep.staff.actor import Actor
from tests.form_client import SEEN
from tests.paying import Pay, fee_case, fee_service
from tests.people import narrowed, signed_in


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def paid(district: Any, pay: Pay, now: datetime) -> Case:
    case = fee_case(fee_service(now), now)
    charge = queries.due(case)
    assert charge
    attempt = actions.begin(charge_id=charge.pk, language="en", now=now)
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=now)
    return case


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def mark_of(page: str) -> str:
    """Return the mark of the first form of a page that has one; nothing where none has."""
    match = SEEN.search(page)
    return match[1] if match else ""


def give_back(client: Any, case: Case, pounds: str, why: str = "A sofa was left") -> Any:
    given = {"sum": pounds, "why": why}
    return client.post(f"/desk/cases/{case.reference}/refund", given, follow=True)


def test_an_officer_sees_the_money_and_gives_part_of_it_back(paid: Case) -> None:
    officer = signed_in("officer")
    page = said(officer.get(f"/desk/cases/{paid.reference}"))
    for words in ("Small fee, £35.00: paid", "4401-BULKY", "£5.83", "Give money back"):
        assert words in page, words
    for wrong, words in (
        ("x", "Enter the sum"),
        ("35.01", "more than is left"),
        ("0", "Enter the"),
        ("1,50", "a point before the pence"),
        ("1.5", "a point before the pence"),
    ):
        page = said(give_back(officer, paid, wrong))
        assert words in page and f'value="{wrong}"' in page, words
    assert not Refund.objects.exists()
    assert "Say why it is given back" in said(give_back(officer, paid, "5", ""))
    assert "refund of £5.00, asked" in said(give_back(officer, paid, "5"))
    assert "Give money back" not in said(signed_in("adviser").get(f"/desk/cases/{paid.reference}"))


def test_a_large_refund_waits_for_someone_else(paid: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstep.council import queries as council

    low = council.current().model_copy(update={"refund_limit": 1000})
    monkeypatch.setattr(council, "current", lambda: low)
    officer, supervisor = signed_in("officer"), signed_in("supervisor")
    give_back(officer, paid, "10.01")
    refund = Refund.objects.get()
    there = f"/desk/payments/refunds/{refund.pk}"
    assert "£10.01" in said(officer.get("/desk/payments"))
    mark = mark_of(officer.get("/desk/payments").content.decode())
    approve, decline = {"do": "approve", "seen": mark}, {"do": "refuse", "seen": mark}
    assert "someone else has to" in said(officer.post(there, approve, follow=True))
    assert "Give a reason" in said(supervisor.post(there, decline, follow=True))
    assert "None waits" in said(supervisor.post(there, approve, follow=True))
    assert "Someone changed that refund" in said(supervisor.post(there, approve, follow=True))
    refund.refresh_from_db()
    assert (refund.state, refund.decided_by) == ("asked", "supervisor")


def test_a_refund_is_approved_by_its_own_team(paid: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstep.council import queries as council

    low = council.current().model_copy(update={"refund_limit": 1000})
    monkeypatch.setattr(council, "current", lambda: low)
    give_back(signed_in("officer"), paid, "10.01")
    refund = Refund.objects.get()
    there = f"/desk/payments/refunds/{refund.pk}"
    team = catalogue.teams()[paid.slug]
    other, own = narrowed("supervisor", team="Licensing"), narrowed("supervisor", team=team)
    page = other.get("/desk/payments").content.decode()
    assert "£10.01" in page and there not in page
    mark = mark_of(own.get("/desk/payments").content.decode())
    approve = {"do": "approve", "seen": mark}
    assert other.post(there, approve).status_code == 403
    refund.refresh_from_db()
    assert refund.state == "waiting"
    assert "None waits" in said(own.post(there, approve, follow=True))


def test_what_waits_of_a_restricted_case_is_not_listed_to_who_may_not_see_it(
    paid: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    from doorstep.council import queries as council

    low = council.current().model_copy(update={"refund_limit": 1000})
    monkeypatch.setattr(council, "current", lambda: low)
    give_back(signed_in("officer"), paid, "10.01", "Mrs Plum is ill")
    Case.objects.filter(pk=paid.pk).update(restricted=True)
    for role, sees in (("officer", False), ("manager", False), ("supervisor", True)):
        assert ("Mrs Plum" in said(signed_in(role).get("/desk/payments"))) == sees, role


def test_ours_against_theirs_is_compared_in_the_queue_and_shown(
    paid: Case, pay: Pay, now: datetime
) -> None:
    officer = signed_in("officer")
    assert "Never compared yet" in said(officer.get("/desk/payments"))
    page = officer.post("/desk/payments/compare", follow=True)
    assert "Being compared" in said(page) and page["Refresh"] == "2"
    comparing.compare(comparison_id=Comparison.objects.get().pk, now=now)
    page = officer.get("/desk/payments")
    assert "They agree" in said(page) and "Refresh" not in page
    pay.payments[0].update(status="failed", code="P0010")
    made = comparing.ask(by=Actor("staff", "officer"), now=timezone.now())
    comparing.compare(comparison_id=made.pk, now=timezone.now())
    page = said(officer.get("/desk/payments"))
    assert "They agree" not in page and "another state" in page and "declined" in page


def test_the_command_says_the_same_and_exits_1(paid: Case, pay: Pay) -> None:
    out = io.StringIO()
    call_command("reconcile", stdout=out)
    assert "1 payments compared, 0 differences" in out.getvalue()
    pay.payments[0]["amount"] = 1
    with pytest.raises(SystemExit):
        call_command("reconcile", stdout=out)
    assert "sum: " in out.getvalue()
    pay.control(down=True)
    with pytest.raises(CommandError):
        call_command("reconcile", stdout=out)


def test_connectors_are_checked(db: None, pay: Pay, now: datetime) -> None:
    claims.load(now)  # without an extract that connector does not work either, and says so
    out = io.StringIO()
    call_command("connectors", "check", stdout=out)
    assert "payments.provider (GovukPay): GOV.UK Pay answers at 127.0.0.1" in out.getvalue()
    pay.control(down=True)
    with pytest.raises(SystemExit):
        call_command("connectors", "check", stdout=out)
    assert "DOES NOT WORK" in out.getvalue()


def test_the_ledger_is_a_table_whose_cells_are_no_formulas(paid: Case, now: datetime) -> None:
    Charge.objects.update(description="=cmd|' /C calc'!A0")
    day = now.astimezone(ZONE).date().isoformat()
    manager = signed_in("manager")
    answer = manager.get(f"/desk/payments/ledger.csv?since={day}&to={day}")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert row["description"].startswith("'=")
    assert (row["pounds"], row["vat_pounds"], row["kind"]) == ("35.00", "5.83", "payment")
    assert (row["ledger_code"], row["vat_percent"]) == ("4401-BULKY", "20")
    for wrong in (
        "",
        "?since=x&to=y",
        f"?since={day}&to=2020-01-01",
        "?since=9999-12-31&to=9999-12-31",
    ):
        answer = manager.get(f"/desk/payments/ledger.csv{wrong}", follow=True)
        assert "Enter two days" in said(answer)
    assert signed_in("officer").get("/desk/payments/ledger.csv").status_code == 403
