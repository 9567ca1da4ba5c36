"""A form being filled in: pages and values are worked out once; a page may be drawn and answered without a stored draft."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doorstep.cases import drafts
from doorstep.cases.models import Draft
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.questions.kind import Typed
from doorstep.intake import filling as intake
from doorstep.intake import orders
from doorstep.intake.filling import Filling
from doorstep.staff.actor import RESIDENT
from tests.filling import made
from tests.form_client import FormClient
from tests.publishing import publish

FEE = Path(__file__).parents[1] / "payments" / "services" / "small-fee"
# The page that a check asks for lies before the page with the check.
ASKS_BACK = """
pages:
  - page: why
    asked_only: true
    title: Why not?
    questions: [{id: why, kind: text, short: Why}]
  - page: sure
    title: Do you want to pay a fee?
    questions: [{id: sure, kind: yes_no, short: Sure}]
    check: [{when: "!sure", ask: why}]
  - page: contact
    title: How can we tell you what happens?
    questions: [{id: email, kind: email, contact: email, label: Email address, optional: true}]
"""


class Counted:
    """Counts how often a function is called, by its first argument's id where it has one."""

    def __init__(self, function: Any) -> None:
        self.function, self.calls = function, Counter[str]()

    def __call__(self, *args: Any, **more: Any) -> Any:
        self.calls[getattr(args[0], "id", "") if args else ""] += 1
        return self.function(*args, **more)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, Counted]:
    made = {
        "values": Counted(intake.values_of),
        "anew": Counted(drafts.values_of),
        "pages": Counted(journey.is_shown),
        "service": Counted(catalogue.service),
    }
    monkeypatch.setattr(intake, "values_of", made["values"])
    monkeypatch.setattr(drafts, "values_of", made["anew"])
    monkeypatch.setattr(journey, "is_shown", made["pages"])
    monkeypatch.setattr(catalogue, "service", made["service"])
    return made


def test_on_one_post_pages_and_values_are_worked_out_once(
    district: Any, counted: dict[str, Counted]
) -> None:
    client = FormClient()
    base = f"/services/{district.service.slug}"
    client.post(f"{base}/begin")
    client.post(f"{base}/address", {"property": str(district.boxes[0].place_id)})
    for count in counted.values():
        count.calls.clear()
    answer = client.post(f"{base}/bin", {"container": str(district.boxes[0].pk)})
    assert answer.status_code == 302 and answer["Location"] == f"{base}/contact"
    assert sum(counted["values"].calls.values()) == 1
    assert sum(counted["anew"].calls.values()) == 0
    assert max(counted["pages"].calls.values()) == 1, counted["pages"].calls
    # Once for what is filled in, once for what is kept.
    assert sum(counted["service"].calls.values()) <= 2


def test_a_page_is_answered_without_a_stored_draft(district: Any) -> None:
    draft = drafts.unsaved(
        service=district.service, channel="online", by=RESIDENT, now=district.now
    )
    filling = Filling(draft, by=RESIDENT, now=district.now)
    box = district.boxes[0]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for field, value in (("property", box.place_id), ("container", box.pk)):
            page = filling.next_open()
            assert page is not None
            entries = filling.read(page, {field: Typed({field: [str(value)]})})
            assert not entries.wrong
            decision = filling.answer(page, entries)
            assert not decision.stops
    assert (
        draft.answers["container"] == str(box.pk)
        and draft.words["container"] == "Black bin (rubbish)"
    )
    page = filling.next_open()
    assert page is not None and page.asks_contact
    assert not [q for q in queries.captured_queries if "cases_draft" in q["sql"]]
    assert Draft.objects.count() == 0


def test_a_check_is_met_without_a_stored_draft(district: Any) -> None:
    district.case(0)
    draft = drafts.unsaved(
        service=district.service, channel="online", by=RESIDENT, now=district.now
    )
    filling = Filling(draft, by=RESIDENT, now=district.now)
    box = district.boxes[0]
    for field, value in (("property", box.place_id), ("container", box.pk)):
        page = filling.next_open()
        assert page is not None
        decision = filling.answer(page, filling.read(page, {field: Typed({field: [str(value)]})}))
    assert decision.code == "reported" and filling.stopped_at == "bin"
    assert Draft.objects.filter(sent_at=None).count() == 0


def test_an_answer_that_changes_brings_later_pages_to_be_looked_at_anew(district: Any) -> None:
    draft = district.draft(0)
    filling = Filling(draft, by=RESIDENT, now=district.now)
    assert filling.next_open() is None
    page = draft and filling.service.form.pages[0]
    other = str(district.boxes[1].place_id)
    filling.answer(page, filling.read(page, {"property": Typed({"property": [other]})}))
    opened = filling.next_open()
    assert opened is not None and opened.id == "bin"
    assert filling.values["property"] == other and filling.values.get("container") is None


def test_a_program_is_told_which_answer_is_wrong_and_what_may_be_chosen(district: Any) -> None:
    box = district.boxes[0]
    answers = {"property": str(box.place_id), "container": "no such bin"}
    order = orders.Order(district.service, "online", answers)
    with pytest.raises(orders.AnswersWrong) as caught:
        orders.place(order, owner=made(), by=RESIDENT, now=district.now)
    (wrong,) = caught.value.wrong
    assert (wrong.question.id, wrong.invalid.code) == ("container", "not_an_option")
    assert wrong.options == ((str(box.pk), "Black bin (rubbish)"),)


def test_only_a_stop_can_be_gone_past(district: Any) -> None:
    filling = Filling(district.draft(0), by=RESIDENT, now=district.now)
    with pytest.raises(Refused, match="not_disputable"):
        filling.dispute(filling.service.form.pages[1])


def test_a_page_that_a_later_check_asks_for_is_met_at_once(district: Any) -> None:
    contents = catalogue.read_folder(FEE)
    contents["form.yaml"] = ASKS_BACK
    service = publish(contents, district.now)
    draft = drafts.begin(
        service=service, owner=made(), channel="online", by=RESIDENT, now=district.now
    )
    filling = Filling(draft, by=RESIDENT, now=district.now)
    page = filling.next_open()
    assert page is not None and page.id == "sure"
    filling.answer(page, filling.read(page, {"sure": Typed({"sure": ["no"]})}))
    back = filling.next_open()
    assert back is not None and back.id == "why"
