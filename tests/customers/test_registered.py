"""Whether a company is registered: what a form finds, and what it finds while the register cannot be asked."""

from typing import Any

import pytest
from django.utils import timezone

from doorstep.customers import facts
from doorstep.forms.facts import Observed, Unavailable
from doorstep.outside import plug

NOW = timezone.now()
DEMO = "doorstep.connectors.demo.companies.DemoCompanies"
NONE = "doorstep.customers.provider.NoOrganisations"


def use(settings: Any, name: str) -> None:
    settings.CONNECTORS = {**settings.CONNECTORS, "customers.organisations": name}
    plug.get.cache_clear()


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
