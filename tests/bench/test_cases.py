"""Cases made in bulk are such as the actions write."""

from typing import Any

from django.utils import timezone

from bench import cases as bulk
from doorstep.cases import queries, timeline
from doorstep.cases.models import Case, EventText
from doorstep.fieldwork.models import Job, Outcome
from doorstep.messages.models import Message
from doorstep.staff.who import System


def test_made_cases_stand_as_if_the_actions_had_made_them(district: Any) -> None:
    district.case(0)
    bulk.ready()
    bulk.batch(1, 200, bulk.shared())
    made = Case.objects.filter(answers__property__isnull=False).exclude(closed_at=None)
    assert Case.objects.count() > 190 and made.exists()
    assert not [c.reference for c in Case.objects.all() if timeline.broken(c)]
    assert EventText.objects.exists() and Message.objects.exclude(sent_at=None).exists()
    closed = Case.objects.exclude(closed_at=None)
    assert Outcome.objects.count() == closed.count() == Job.objects.filter(state="done").count()
    assert not closed.exclude(erased_at=None).exclude(customer=None).exists()
    listed = queries.worklist(System(), timezone.now(), state="open", today=timezone.now().date())
    assert {c.stage for c in listed} == {"with_crew"}


def test_a_second_run_finds_what_the_first_made(district: Any) -> None:
    district.case(0)
    assert bulk.ready() == 0
    bulk.batch(1, 50, bulk.shared())
    assert bulk.ready() == 50
    assert not bulk.make(50)
