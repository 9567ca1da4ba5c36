"""A small service with a list, a price, a day that is kept, choices; and the step behind the day."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from doorstep.cases import drafts, submitting, workflow
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.catalogue.words import say
from doorstep.council.errors import Refused
from doorstep.forms import facts
from doorstep.forms.rules.types import TEXT, ListOf, Record
from doorstep.staff.actor import RESIDENT, Actor
from tests.filling import made
from tests.form_client import FormClient
from tests.publishing import publish

FETCH = Path(__file__).parent / "fetch"
BASE = "/services/fetch"
MINUTES = 20


class Days:
    """Days with one place each: who holds which; and the step `keep` that holds them."""

    def __init__(self, first: date) -> None:
        self.first = first
        self.held: dict[str, str] = {}

    def find(self, draft: str, now: datetime) -> facts.Observed:
        """Offer ten days; the third is closed, and what another holds is too."""
        found = []
        for n in range(10):
            day = self.first + timedelta(days=n)
            slot = f"N/{day.isoformat()}"
            shut = "Public holiday" if n == 2 else ""
            if not shut and self.held.get(slot, draft) != draft:
                shut = "No room left"
            option = {"id": f"-{day.isoformat()}", "label": shut} if shut else {}
            found.append(option or {"id": slot, "label": say(day)})
        return facts.Observed(found, now)

    def slot(self, n: int) -> str:
        return f"N/{(self.first + timedelta(days=n)).isoformat()}"

    def _take(self, slot: str, who: str) -> None:
        if self.held.setdefault(slot, who) != who:
            raise Refused("slot_gone")

    def reserve(
        self, *, draft: Draft, options: Any, longer: bool, by: Actor, now: datetime
    ) -> datetime:
        self._take(options["slot"], str(draft.id))
        return now + timedelta(minutes=MINUTES) if longer else draft.held_until or now

    def run(self, *, case: Case, options: Any, by: Actor, now: datetime) -> None:
        self._take(options["slot"], str(case.draft_id))

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        self.held = {k: v for k, v in self.held.items() if v != str(case.draft_id)}


class Fetching:
    """The service, published; drafts, cases and browsers of it."""

    def __init__(self, district: Any, days: Days) -> None:
        self.district, self.days, self.now = district, days, district.now
        self.contents = catalogue.read_folder(FETCH)
        made = publish(self.contents, self.now)
        self.service = catalogue.service(made.digest)

    def draft(self, **given: Any) -> Draft:
        """Return a draft with everything answered."""
        draft = drafts.begin(
            service=self.service, owner=made(), channel="online", by=RESIDENT, now=self.now
        )
        day = date.fromisoformat(self.days.slot(4)[-10:])
        answers = {
            "things": [{"id": "sofa", "count": 2}],
            "slot": {"id": self.days.slot(4), "day": day},
            "gift": None,
            "email": "ann@resident.example",
            **given,
        }
        for page in self.service.form.pages:
            own = {q.id: answers[q.id] for q in page.questions}
            words = {k: str(v) for k, v in own.items()}
            drafts.answer(draft=draft, page=page, given=own, words=words, now=self.now)
        return draft

    def case(self, **given: Any) -> Case:
        """Return a case with a day."""
        made, _ = submitting.submit(draft_id=self.draft(**given).pk, by=RESIDENT, now=self.now)
        assert made is not None
        return made

    def browser(self, upto: str = "", day: int = 4) -> FormClient:
        """Return a browser that answered the pages before the one named, or sent it all."""
        client = FormClient()
        client.post(f"{BASE}/begin")
        pages = {
            "items": {"things-sofa": "2"},
            "day": {"slot": self.days.slot(day)},
            "more": {"gift": "2.50", "email": "ann@resident.example"},
        }
        for name, given in pages.items():
            if name == upto:
                return client
            answer = client.post(f"{BASE}/{name}", given)
            assert answer.status_code == 302, answer.content.decode()
        if upto != "check":
            assert client.post(f"{BASE}/check").status_code == 302
        return client


def _offered(district: Any) -> Any:
    kinds, runs, known = dict(steps._offered), dict(workflow._offered), dict(facts._offered)
    days = Days(district.today + timedelta(days=1))
    steps.offer(steps.StepKind("keep", rules={"slot": TEXT}))
    workflow.offer("keep", days)  # type: ignore[arg-type]
    option = Record("option", {"id": TEXT, "label": TEXT})
    facts.offer(facts.Fact("tests.days", (("draft", TEXT),), ListOf(option), "local", days.find))
    yield Fetching(district, days)
    for table, before in ((steps._offered, kinds), (workflow._offered, runs)):
        table.clear()
        table.update(before)  # type: ignore[call-overload]
    facts._offered.clear()
    facts._offered.update(known)


@pytest.fixture
def fetching(district: Any) -> Any:
    yield from _offered(district)


@pytest.fixture
def open_fetching(open_district: Any) -> Any:
    yield from _offered(open_district)
