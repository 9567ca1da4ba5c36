"""Work in the council's own waste system, its worker killed between any two steps: one piece of work there, one outcome here.

Guard removed (seen to fail): `_send` does not ask for our key before it keys the work again; killed after their answer, they had
it twice.
"""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from doorstep.cases.models import Case
from doorstep.fieldwork.models import Outcome
from doorstep.waste import sheets
from doorstep.waste.models import Sheet
from standins.whitespace import app as standin
from tests import whitespace
from tests.faults.cutting import killed_at
from tests.size import size

pytestmark = pytest.mark.django_db(transaction=True)


def test_killed_anywhere_between_the_job_and_its_outcome(
    open_district: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Their half an hour would hide a second one.
    monkeypatch.setattr(standin, "SAME_AGAIN", timedelta(0))
    with whitespace.kept_there(settings, open_district) as there:
        cuts = [_cut_everywhere(act, there, open_district) for act in (_send, _learn)]
    # Each way has its statements, commits and calls: fewer were no test.
    assert min(cuts) > size(3, 12), cuts


def _cut_everywhere(act: Any, there: Any, district: Any) -> int:
    """Kill one way at its first step, then a later one, until it comes to its end; return how often it was cut."""
    cut, step, now = 0, 1, district.now
    while True:
        Outcome.objects.all().delete()  # it is reported as if nothing was recorded of it
        case = district.case(0)
        if act is _learn:
            _send(now)
            _end(there, case)
        was_killed = killed_at(step, partial(act, now))
        # Whoever held it is dead by now; the look of each minute goes on.
        Sheet.objects.exclude(tried_at=None).update(tried_at=None)
        for _ in range(2):
            _end(there, case)
            _send(now)
            _learn(now)
        case.refresh_from_db()
        keyed = [s for s in there.sheets.values() if s.reference.startswith(case.reference)]
        assert len(keyed) == 1, (act, step, keyed)
        assert case.stage == "collected", (act, step)
        assert Outcome.objects.filter(job__case=case).count() == 1
        if not was_killed:
            return cut
        cut, step = cut + 1, step + size(9, 1)


def _send(now: Any) -> None:
    sheets.look(now)
    for row in Sheet.objects.filter(state="to_send"):
        sheets.go_on(sheet_id=row.pk, now=now)


def _learn(now: Any) -> None:
    for row in Sheet.objects.filter(state="open", job__isnull=False):
        sheets.go_on(sheet_id=row.pk, now=now)


def _end(there: Any, case: Case) -> None:
    """Let the crew be done with a case's work, where it is there."""
    for number, sheet in there.sheets.items():
        if sheet.status == "Open" and sheet.reference.startswith(case.reference):
            there.end(number, p68="Collected")
