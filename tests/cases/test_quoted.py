"""While a day is held the price stays as it was quoted; once the hold is over, that of the day counts."""

from datetime import timedelta
from typing import Any

from doorstep.bookings.models import Calendar
from doorstep.cases import drafts, submitting
from doorstep.catalogue import queries as catalogue
from doorstep.staff.actor import RESIDENT
from tests.filling import made
from tests.publishing import publish_library

DEARER = {"tariff": [{"model": "single", "base": 9900, "base_pops": 9900, "band_most": 3, "band": 0, "band_pops": 0, "least": 0, "trade_least": 0, "saturday": 0}]}  # fmt: skip


def quoted(district: Any) -> Any:
    """Return a draft whose day is held, with everything answered at fifteen pounds."""
    service = publish_library("bulky-waste", now=district.now)
    everywhere = {"wards": [], "weekdays": list(range(7)), "capacity": 9, "unit": "jobs"}
    Calendar.objects.create(code="ALL", name="All", kind="bulky", **everywhere)
    day = district.today + timedelta(days=14)
    given: dict[str, object] = {
        "property": str(district.boxes[0].place_id),
        "things": [{"id": "mattress", "count": 1}],
        "slot": {"id": f"ALL/{day}", "day": day},
        "where": "Here",
        "picture": None,
        "name": "Ann",
        "email": "",
        "phone": None,
    }
    draft = drafts.begin(
        service=service, owner=made(), channel="online", by=RESIDENT, now=district.now
    )
    for page in (p for p in service.form.pages if p.is_sure):
        said = {q.id: given[q.id] for q in page.questions}
        drafts.answer(draft=draft, page=page, given=said, words={}, now=district.now)
    return draft


def sent(draft: Any, district: Any, minutes: int) -> int:
    """Return the price of the case, when the draft is sent so much later under dearer prices."""
    with catalogue.other_settings(DEARER):
        case, _ = submitting.submit(
            draft_id=draft.pk, by=RESIDENT, now=district.now + timedelta(minutes=minutes)
        )
    assert case
    return int(case.facts["price"]["pence"])


def test_within_the_hold_the_price_is_the_one_quoted(district: Any) -> None:
    assert sent(quoted(district), district, 19) == 1500


def test_after_the_hold_it_is_that_of_the_moment(district: Any) -> None:
    assert sent(quoted(district), district, 21) == 9900
