"""A case passed on to another council, killed between any two steps: it arrives there once, and is known here.

Guard removed (seen to fail): the Idempotency-Key that goes along; the other council then had the report twice
where the kill fell after its answer. What it knows again by the body alone is put out of the way here.
"""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from doorstep.authorities import actions
from doorstep.authorities.models import Passed
from doorstep.cases.models import Case
from doorstep.catalogue.service import Service
from doorstep.web.open311 import keys
from tests.authorities.signs import signed, tidy
from tests.faults.cutting import killed_at
from tests.open311.conftest import key, publish
from tests.size import size

pytestmark = pytest.mark.django_db(transaction=True)


def test_killed_anywhere_on_the_way(
    county: Any,
    signs: Service,
    live_server: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keys, "made", lambda *_: uuid4().hex)
    publish("broken-bench")
    county(f"{live_server.url}/open311/v2", key("cases:create", name="Neighbour"))
    stride, step, cut = size(2, 1), 1, 0
    while True:
        case = signed(signs, detail=f"Sign {step}")
        passed = Passed.objects.get(case=case)
        was_killed = killed_at(step, partial(actions.send, passed_id=passed.pk, now=timezone.now()))
        tidy()  # two minutes later
        actions.send(passed_id=passed.pk, now=timezone.now())
        case.refresh_from_db()
        passed.refresh_from_db()
        assert (case.stage, passed.state) == ("with_them", "taken"), step
        there = Case.objects.filter(slug="broken-bench")
        said = [c.reference for c in there if case.reference in c.answers["detail"]]
        assert said == [passed.their_id], (step, said)
        if not was_killed:
            break
        cut, step = cut + 1, step + stride
    assert cut > size(12, 25), f"only {cut} cuts"
    assert Case.objects.filter(slug="broken-bench").count() == cut + 1
