"""Sums that nobody can pay: what somebody types is refused in a sentence, never a fault of ours."""

from typing import Any

import pytest

from doorstep.cases import workflow
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.payments.steps import MOST_PENCE, PayStep
from doorstep.staff.actor import SYSTEM


@pytest.mark.parametrize("pence", [-1, MOST_PENCE + 1, workflow.MOST])
def test_a_sum_below_nothing_or_beyond_what_is_taken_is_refused(district: Any, pence: int) -> None:
    with pytest.raises(Refused, match="sum_not_taken"):
        PayStep().run(case=Case(), options={"pence": pence}, by=SYSTEM, now=district.now)


def test_a_number_that_nothing_holds_is_the_largest_that_can_be(district: Any) -> None:
    from doorstep.catalogue.service import Doing
    from doorstep.forms.rules.rule import Rule
    from doorstep.forms.rules.types import INT

    rules = {
        "pence": Rule.read("n * 999999999999", {"n": INT}, wants=INT),
        "again": Rule.read("-n * 999999999999", {"n": INT}, wants=INT),
    }
    asked = workflow.asked_for(Doing("pay", rules, {}), {"n": 10**12}, district.now)
    assert asked == {"pence": workflow.MOST, "again": -workflow.MOST}
