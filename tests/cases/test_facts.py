"""Facts that may be kept are; those from outside are asked for before anything is locked, never while it is."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from doorstep.cases import drafts, submitting
from doorstep.cases.models import Draft
from doorstep.catalogue import actions as publishing
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.errors import DefinitionError
from doorstep.forms import facts
from doorstep.forms.rules.types import TEXT
from doorstep.staff.actor import RESIDENT
from tests.filling import made

FEE = Path(__file__).parents[1] / "payments" / "services" / "small-fee"


class Register:
    """An outside register: how often it was asked, whether it answers, whether a lock was held then."""

    def __init__(self) -> None:
        self.asked, self.is_there, self.locked = 0, True, False

    def find(self, who: str, now: Any) -> facts.Observed | facts.Unavailable:
        self.asked += 1
        with connection.cursor() as cursor:
            cursor.execute(
                "select 1 from pg_locks l join pg_class c on c.oid = l.relation"
                " where c.relname = 'cases_draft' and l.mode = 'RowShareLock' and pid = pg_backend_pid()"
            )
            self.locked = self.locked or cursor.fetchone() is not None
        return facts.Observed("known", now) if self.is_there else facts.Unavailable("it is away")


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    made = Register()
    known = dict(facts.offered())
    monkeypatch.setattr(facts, "_offered", known)
    params = (("who", TEXT),)
    kept = timedelta(minutes=5)
    facts.offer(facts.Fact("tests.known", params, TEXT, "outside", made.find, kept))
    return made


@pytest.fixture
def draft(district: Any, register: Register) -> Any:
    return begun(district)


def begun(district: Any) -> Any:
    """Begin a form whose second page asks an outside register."""
    contents = catalogue.read_folder(FEE)
    lines = contents["form.yaml"].splitlines()
    at = next(n for n, line in enumerate(lines) if "id: email" in line)
    end = next((n for n in range(at, len(lines)) if lines[n].startswith("  - page")), len(lines))
    lines[end:end] = ["    facts:", "      known: tests.known(service)"]
    contents["form.yaml"] = "\n".join(lines) + "\n"
    service = catalogue.build(contents)
    publishing.played(service=service, examples=1, now=district.now)
    service = publishing.publish(contents=contents, now=district.now)
    return drafts.begin(
        service=service, owner=made(), channel="online", by=RESIDENT, now=district.now
    )


def answer(draft: Any, now: Any) -> None:
    form = catalogue.service(draft.version_id).form
    for page, given in zip(form.pages, ({"sure": True}, {"email": "a@b.example"}), strict=True):
        drafts.answer(draft=draft, page=page, given=given, words={}, now=now)


def test_a_kept_fact_is_asked_for_again_only_when_it_is_no_longer_fresh(
    district: Any, draft: Any, register: Register
) -> None:
    now = district.now
    answer(draft, now)
    answer(draft, now + timedelta(minutes=4))
    assert register.asked == 1 and draft.facts["known"] == "known"
    answer(draft, now + timedelta(minutes=6))
    assert register.asked == 2


@pytest.mark.django_db(transaction=True)
def test_sending_asks_outside_before_it_locks_and_never_while(
    open_district: Any, register: Register
) -> None:
    draft = begun(open_district)
    answer(draft, open_district.now)
    later = open_district.now + timedelta(hours=1)
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=later)
    assert case is not None and register.asked == 2 and not register.locked


def test_a_register_that_is_away_when_it_is_sent_is_said(
    district: Any, draft: Any, register: Register
) -> None:
    answer(draft, district.now)
    register.is_there = False
    later = district.now + timedelta(hours=1)
    case, decision = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=later)
    assert case is None and decision is not None and decision.result == "unavailable"


def test_a_workflow_may_not_ask_outside(district: Any, register: Register) -> None:
    contents = catalogue.read_folder(FEE)
    contents["workflow.yaml"] += "\nfacts:\n  known: tests.known(service)\n"
    with pytest.raises(DefinitionError, match="only a page may wait for it"):
        catalogue.build(contents)


def test_what_was_observed_goes_with_the_answers_when_it_is_sent(
    district: Any, draft: Any, register: Register
) -> None:
    answer(draft, district.now)
    assert draft.observed["known"]["args"] == ["small-fee"]
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    assert case is not None and Draft.objects.get(pk=draft.pk).observed is None
