"""Whether a company is registered: what a form finds, and what it finds while the register cannot be asked."""

from typing import Any

import pytest
from django.utils import timezone

from doorstep.customers import facts
from doorstep.forms.facts import Observed, Unavailable
from tests.filling import fill
from tests.publishing import publish
from tests.street_permit import DEMO, FILES, NONE, use

NOW = timezone.now()


@pytest.mark.parametrize(
    ("number", "found", "active"),
    [("01234567", True, True), ("01234569", True, False), ("00001234", False, False)],
)
def test_a_company_is_found_by_its_number(
    settings: Any, number: str, found: bool, active: bool
) -> None:
    use(settings, DEMO)
    said = facts.registered(number, NOW)
    assert isinstance(said, Observed) and isinstance(said.value, dict)
    assert (said.value["found"], said.value["active"]) == (found, active)
    assert set(said.value) == set(facts.REGISTERED.fields)


def test_without_a_number_nobody_is_asked(settings: Any) -> None:
    use(settings, NONE)
    assert facts.registered("", NOW) == Observed({"found": False, "name": "", "active": False}, NOW)


def test_what_cannot_be_asked_is_not_said(settings: Any) -> None:
    use(settings, NONE)
    assert facts.registered("01234567", NOW) == Unavailable("no register of companies is connected")


def answered(company: str) -> Any:
    """Return a draft filled in as far as the page of the organisation."""
    answers = {
        "seats": 2,
        "plate": "AB12 CDE",
        "insured": "AB123456C",
        "born": "1980-03-31",
        "firm": {"name": "Acorn Ltd", "company": company},
    }
    return fill(publish(FILES), answers, now=NOW)


@pytest.mark.parametrize(
    ("connector", "company", "result", "code"),
    [
        (DEMO, "1234567", "go_on", ""),
        (DEMO, "", "go_on", ""),
        (DEMO, "01234569", "stop", "not_listed"),
        (NONE, "01234567", "unavailable", "unavailable"),
    ],
)
def test_a_form_goes_on_by_what_the_register_says(
    district: Any, settings: Any, connector: str, company: str, result: str, code: str
) -> None:
    use(settings, connector)
    decision = answered(company).decisions["firm"]
    assert (decision["result"], decision["code"]) == (result, code)
