"""What will come of a form is what then comes of it, and nothing is kept by looking."""

from typing import Any

from doorstep.cases import foreseeing, submitting, workflow
from doorstep.cases.models import Case, Draft, Event
from doorstep.cases.values import words_of
from doorstep.catalogue.words import fill
from doorstep.customers.models import Customer
from doorstep.fieldwork.models import Job
from doorstep.staff.actor import RESIDENT


def test_what_was_foreseen_comes(district: Any) -> None:
    draft = district.draft(0)
    told = foreseeing.foreseen(draft=draft, now=district.now)
    kept = (Case, Customer, Event, Job)
    assert [model.objects.count() for model in kept] == [0, 0, 0, 0]
    assert Draft.objects.get().sent_at is None
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    assert case is not None
    stage, words = workflow.stage_of(case), words_of(case)
    assert told.due_on == case.due_on is not None
    assert told.headline == fill(stage.headline, words) != ""
    assert told.says == fill(stage.resident, words)


def test_it_is_the_same_however_often_one_looks(district: Any) -> None:
    draft = district.draft(0)
    first = foreseeing.foreseen(draft=draft, now=district.now)
    assert foreseeing.foreseen(draft=draft, now=district.now) == first
