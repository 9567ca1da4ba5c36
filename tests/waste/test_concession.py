"""A benefit lowers the price of a bulky collection: what is kept of it, what a home has had, and its money."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from doorstep.bookings.models import Calendar
from doorstep.cases import actions as cases
from doorstep.cases import changing, choosing, deciding, drafts
from doorstep.cases.locking import standing
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.customers import entitlement, extract
from doorstep.customers.models import EntitlementAttempt, EntitlementCheck
from doorstep.forms.questions.kind import Typed
from doorstep.intake.filling import Filling
from doorstep.messages.models import Message
from doorstep.payments.models import Charge
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor
from tests import claims
from tests.at_once import at_once
from tests.filling import fill, made
from tests.publishing import publish_library

OFFICER = Actor("staff", "officer")
ITEMS = {"concession": "items", "most_pending": 9}
CLAIM = {
    "benefits": True,
    "claim": "1234567-1",
    "surname": "O’Neill",
    "born": "1980-05-17",
    "consent": ["agreed"],
}


class Desk:
    """A council with a calendar, an extract and a benefit; bookings are made by the form itself."""

    def __init__(self, district: Any, settings: Any, folder: Path) -> None:
        self.district, self.now = district, district.now
        self.service = publish_library("bulky-waste", now=district.now)
        everywhere = {"wards": [], "weekdays": list(range(7)), "capacity": 90, "unit": "jobs"}
        Calendar.objects.create(code="ALL", name="All", kind="bulky", **everywhere)
        claims.use(settings, claims.EXTRACT)
        extract.load(claims.write(folder / "x"), now=timezone.now(), tell=lambda *_: None)

    def day(self, ahead: int) -> date:
        day: date = self.district.today + timedelta(days=ahead)
        return day

    def draft(self, home: int = 0, ahead: int = 14, things: int = 2, **said: object) -> Draft:
        answers: dict[str, object] = {
            "property": str(self.district.boxes[home].place_id),
            "things": [{"id": "chair", "count": things}],
            "slot": f"ALL/{self.day(ahead)}",
            "where": "On the drive",
            "name": "Resident Example",
            "email": "resident@resident.example",
            **CLAIM,
            **said,
        }
        made_one: Draft = fill(self.service, answers, now=self.now, owner=made())
        return made_one

    def send(self, draft: Draft) -> Case:
        case, decision = Filling(draft, by=RESIDENT, now=self.now).submit()
        assert case is not None, decision
        return case

    def book(self, **how: Any) -> Case:
        return self.send(self.draft(**how))


@pytest.fixture
def desk(district: Any, settings: Any, tmp_path: Path) -> Any:
    with catalogue.other_settings(ITEMS):
        yield Desk(district, settings, tmp_path)


def everything() -> str:
    """Return every row of every table as text, but for the definitions, whose examples have claims of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename not like 'catalogue_%'"
        )
        said = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'select t::text from "{table}" t')
            said += [row for (row,) in cursor.fetchall()]
    return "\n".join(said)


def test_two_things_cost_nothing_and_are_booked_at_once(desk: Desk) -> None:
    case = desk.book()
    assert (case.stage, case.facts["price"]["pence"], case.facts["conceded"]) == ("booked", 0, 2)
    assert case.facts["entitled"] == "yes" and case.answers["consent"] == ["agreed"]


def test_once_it_is_sent_no_table_has_the_claim_the_name_or_the_day(desk: Desk) -> None:
    draft = desk.draft()
    assert "1234567-1" in everything()  # while it is a form, it waits there
    desk.send(draft)
    said = everything()
    for word in ("1234567-1", "12345671", "O’Neill", "ONEILL", "oneill", "1980-05-17"):
        assert word not in said, word
    assert EntitlementCheck.objects.get().claim_end == "671"


def test_the_other_system_is_asked_once_for_a_form_and_never_in_a_transaction(
    open_district: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []
    real = entitlement.ask

    def seen(**asked: Any) -> Any:
        inside.append(connection.in_atomic_block)
        return real(**asked)

    monkeypatch.setattr(entitlement, "ask", seen)
    with catalogue.other_settings(ITEMS):
        desk = Desk(open_district, settings, tmp_path)
        desk.book()
        assert inside == [False]
        late = desk.draft(home=1)
        desk.now += timedelta(hours=3)
        desk.send(late)
    assert inside == [False] * 3


def test_a_form_that_lay_open_asks_again_before_it_is_sent(desk: Desk) -> None:
    draft = desk.draft()
    desk.now += timedelta(hours=3)
    assert desk.send(draft).facts["entitled"] == "yes"
    assert EntitlementCheck.objects.count() == 2


def test_a_second_booking_within_the_period_pays_in_full(desk: Desk) -> None:
    desk.book(ahead=14)
    again = desk.book(ahead=20, full_price_used=True)
    assert (again.stage, again.facts["price"]["pence"], again.facts["conceded"]) == (
        "paying",
        1000,
        0,
    )
    neighbour = desk.book(home=1, ahead=20)
    assert neighbour.facts["conceded"] == 2


def test_counted_by_items_what_is_left_of_four_is_free(desk: Desk) -> None:
    with catalogue.other_settings({**ITEMS, "concession_uses": 0}):
        assert desk.book(ahead=14, things=3).facts["conceded"] == 3
        again = desk.book(ahead=16, things=5)
        assert (again.facts["free"], again.facts["conceded"]) == (1, 1)
        assert again.facts["price"]["pence"] == 2000


@pytest.mark.parametrize(("ahead", "given_back"), [(8, True), (7, True), (6, False)])
def test_cancelled_so_many_days_ahead_the_use_is_given_back(
    desk: Desk, ahead: int, given_back: bool
) -> None:
    case = desk.book(ahead=ahead)
    at = standing(case)
    choosing.choose(case_id=case.pk, name="cancel", made_at=at, by=RESIDENT, now=desk.now)
    case.refresh_from_db()
    assert case.outcome == "cancelled"
    again = desk.book(ahead=ahead + 1, full_price_used=None if given_back else True)
    assert (again.facts["conceded"] == 2) is given_back


def confirm(case: Case, desk: Desk, decision: str = "confirm_concession") -> Case:
    deciding.decide(
        case_id=case.pk, decision=decision, reason="Seen the letter", made_at=standing(case), by=OFFICER, now=desk.now
    )  # fmt: skip
    case.refresh_from_db()
    return case


def unknown(settings: Any) -> None:
    claims.use(settings, "doorstep.customers.provider.NoRecords")


def test_nobody_can_say_so_a_person_is_asked_once_and_the_rest_is_booked(
    desk: Desk, settings: Any
) -> None:
    unknown(settings)
    case = desk.book(pay_first=True)
    assert (case.stage, case.facts["price"]["pence"], case.facts["conceded"]) == ("paying", 1000, 0)
    cases.record_outcome(case_id=case.pk, name="pay.paid", by=SYSTEM, now=desk.now)
    case.refresh_from_db()
    assert case.stage == "booked"
    (task,) = case.tasks.filter(topic="step.benefit")
    assert task.task.ended_at is None
    confirm(case, desk)
    task.task.refresh_from_db()
    assert (case.stage, case.facts["price"]["pence"], case.facts["conceded"]) == ("conceded", 0, 2)
    assert task.task.ended_at is not None
    # What was booked stays so: its day, its job, and the reminder of it.
    assert case.bookings.get().state == "booked" and case.jobs.get().state == "open"
    reminder = Message.objects.filter(case=case, name="reminder").latest("id")
    assert reminder.while_in == "conceded"


def test_two_that_waited_use_it_once(desk: Desk, settings: Any) -> None:
    unknown(settings)
    two = [desk.book(ahead=ahead, pay_first=True) for ahead in (14, 16)]
    for case in two:
        cases.record_outcome(case_id=case.pk, name="pay.paid", by=SYSTEM, now=desk.now)
        case.refresh_from_db()
        confirm(case, desk)
    assert [case.facts["conceded"] for case in two] == [2, 0]
    assert [case.facts["price"]["pence"] for case in two] == [0, 1000]


def test_cancelled_before_it_was_looked_at_nobody_looks(desk: Desk, settings: Any) -> None:
    unknown(settings)
    case = desk.book(pay_first=True)
    cases.record_outcome(case_id=case.pk, name="pay.paid", by=SYSTEM, now=desk.now)
    case.refresh_from_db()
    at = standing(case)
    choosing.choose(case_id=case.pk, name="cancel", made_at=at, by=RESIDENT, now=desk.now)
    assert case.tasks.get().task.ended_at is not None


def test_too_many_attempts_come_to_a_booking_all_the_same(desk: Desk) -> None:
    for n in range(entitlement.MOST["claim"]):
        key = entitlement._key("claim", "12345671")
        EntitlementAttempt.objects.create(key=key, at=desk.now - timedelta(minutes=n))
    case = desk.book(pay_first=True)
    assert (case.facts["entitled"], case.stage) == ("unknown", "paying")


def test_at_the_desk_it_is_known_which_adviser_asked(desk: Desk) -> None:
    staff = Actor("staff", "adviser")
    draft = drafts.begin(
        service=desk.service, owner=made(), channel="telephone", by=staff, now=desk.now
    )
    filling = Filling(draft, by=staff, now=desk.now)
    page = filling.service.form.page("claim")
    assert page is not None
    entries = filling.read(page, lambda q: Typed())
    entries.given |= {**CLAIM, "born": date(1980, 5, 17)}
    entries.given.pop("benefits")
    filling.answer(page, entries)
    assert EntitlementCheck.objects.get().asked_by == "adviser"


@pytest.mark.parametrize(
    ("uses", "things", "came", "conceded"),
    [
        # Counted by collections: one is free, and the page that says so is put to each of the others.
        (1, 2, ["done", *["unanswered"] * 5], [2]),
        # Counted by items: one is left, and each of the others reads the price with it first.
        (0, 3, [*["changed_meanwhile"] * 5, "done"], [3]),
    ],
)
def test_two_at_once_never_have_the_same_free_items_twice(
    open_district: Any, settings: Any, tmp_path: Path, uses: int, things: int, came: list[str], conceded: list[int],
) -> None:  # fmt: skip
    """Six forms of one home, all priced at nothing, are sent in the same moment."""
    wanted = {**ITEMS, "concession_uses": uses}
    with catalogue.other_settings(wanted):
        desk = Desk(open_district, settings, tmp_path)
        waiting = [desk.draft(ahead=14 + n, things=things) for n in range(6)]
        assert {draft.facts["price"]["pence"] for draft in waiting} == {0}

    def act(draft: Draft) -> Any:
        def send() -> None:
            with catalogue.other_settings(wanted):
                desk.send(draft)

        return send

    told = at_once(*(act(draft) for draft in waiting))
    assert [case.facts["conceded"] for case in Case.objects.all()] == conceded
    refused = [d for d, word in zip(waiting, told, strict=True) if word != "done"]
    assert sorted(told) == came
    for draft in refused:
        draft.refresh_from_db()
        assert draft.facts["price"]["pence"] > 0 or not draft.facts["would"]  # as it holds now


def test_a_chain_of_money_balances_when_a_part_went_back_before_it_was_cancelled(
    desk: Desk, settings: Any
) -> None:
    with catalogue.other_settings({**ITEMS, "concession": "percent", "keep_pence": 200}):
        unknown(settings)
        case = desk.book(things=5, pay_first=True)
        assert Charge.objects.get(case=case).pence == 2500
        cases.record_outcome(case_id=case.pk, name="pay.paid", by=SYSTEM, now=desk.now)
        case.refresh_from_db()
        confirm(case, desk)
        assert (case.facts["price"]["pence"], case.facts["back"]) == (1250, 1050)


def change(case: Case, desk: Desk, things: int, *, used: bool = False) -> tuple[Case, Draft]:
    """Change how many chairs go, as the person does, and send it."""
    draft = changing.begin(
        case_id=case.pk, owner=made(), channel="online", by=RESIDENT, now=desk.now
    )
    pages = {
        "items": {"things-chair": [str(things)]},
        "day": {"slot": [f"ALL/{desk.day(14)}"]},
    }
    if used:
        pages["benefit-used"] = {"full_price_used": ["yes"]}
    for page_id, fields in pages.items():
        filling = Filling(Draft.objects.get(pk=draft.pk), by=RESIDENT, now=desk.now)
        page = filling.service.form.page(page_id)
        assert page
        entries = filling.read(page, lambda q, fields=fields: Typed(fields))  # type: ignore[misc]
        filling.answer(page, entries)
    changing.send(draft_id=draft.pk, by=RESIDENT, now=desk.now)
    case.refresh_from_db()
    return case, Draft.objects.get(pk=draft.pk)


def test_who_changes_a_booking_keeps_the_benefit_and_is_not_asked_again(desk: Desk) -> None:
    case, _draft = change(desk.book(things=2), desk, 5)
    # Four of five are free; the fifth costs the least price of the tariff.
    assert case.stage == "change_asked" and Charge.objects.get(case=case, state="due").pence == 1000
    cases.record_outcome(case_id=case.pk, name="pay.paid", by=SYSTEM, now=desk.now)
    case.refresh_from_db()
    assert (case.stage, case.facts["price"]["pence"], case.facts["conceded"]) == ("booked", 1000, 4)
    assert case.facts["entitled"] == "yes" and EntitlementCheck.objects.count() == 1
    assert not {"claim", "surname", "born"} & set(case.answers)


def test_changed_to_too_many_for_it_the_price_is_full_and_nothing_is_used(desk: Desk) -> None:
    with catalogue.other_settings({**ITEMS, "concession_most": 3}):
        case, _draft = change(desk.book(things=3), desk, 4, used=True)
        cases.record_outcome(case_id=case.pk, name="pay.paid", by=SYSTEM, now=desk.now)
        case.refresh_from_db()
        assert (case.facts["price"]["pence"], case.facts["conceded"]) == (2000, 0)
        assert desk.book(ahead=20).facts["conceded"] == 2


def test_what_an_officer_confirmed_holds_through_a_change(desk: Desk, settings: Any) -> None:
    unknown(settings)
    case = desk.book(pay_first=True)
    cases.record_outcome(case_id=case.pk, name="pay.paid", by=SYSTEM, now=desk.now)
    case.refresh_from_db()
    case, _draft = change(confirm(case, desk), desk, 3)
    assert case.stage == "booked"  # there is nothing to pay
    assert (case.facts["price"]["pence"], case.facts["conceded"]) == (0, 3)


def test_who_goes_back_and_takes_more_reads_the_new_price_before_sending(desk: Desk) -> None:
    """A day is chosen anew for more things: the page after it is worked out again, though it was answered."""
    draft = desk.draft(things=2)
    assert draft.facts["price"]["pence"] == 0
    for page_id, fields in (
        ("items", {"things-chair": ["5"]}),
        ("day", {"slot": [f"ALL/{desk.day(15)}"]}),
    ):
        filling = Filling(Draft.objects.get(pk=draft.pk), by=RESIDENT, now=desk.now)
        page = filling.service.form.page(page_id)
        assert page
        entries = filling.read(page, lambda q, fields=fields: Typed(fields))  # type: ignore[misc]
        filling.answer(page, entries)
    draft.refresh_from_db()
    assert (draft.facts["price"]["pence"], draft.facts["conceded"]) == (1000, 4)
    assert desk.send(draft).stage == "paying"


def test_who_says_no_after_all_pays_in_full(desk: Desk) -> None:
    draft = desk.draft(things=4)
    filling = Filling(draft, by=RESIDENT, now=desk.now)
    page = filling.service.form.page("benefits")
    assert page
    filling.answer(page, filling.read(page, lambda q: Typed({"benefits": ["no"]})))
    draft.refresh_from_db()
    assert draft.facts["price"]["pence"] == 2000
    case = desk.send(draft)
    assert (case.facts["price"]["pence"], case.facts["conceded"]) == (2000, 0)
