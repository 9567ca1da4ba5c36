"""The contract of a register of companies, held by each connector: the name of a number and whether it is active, or none."""

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from doorstep.connectors import companies_house
from doorstep.connectors.companies_house import CompaniesHouse
from doorstep.connectors.demo.companies import DemoCompanies
from doorstep.customers.provider import NoOrganisations, OrganisationSource, Registered
from doorstep.outside import breaker, http
from doorstep.outside.errors import GiveUp, OutsideError, TryLater
from standins.companies_house.app import StandIn
from tests.serving import serving

KEY = "key-of-the-stand-in"
RUNS, ENDED, OVERSEAS, NOBODYS = "01234567", "SC123459", "FC012345", "00001234"


@pytest.fixture
def standin(settings: Any) -> Iterator[StandIn]:
    app = StandIn(KEY)
    app.add(RUNS, "ACORN LTD")
    app.add(ENDED, "OAK LTD", "dissolved")
    app.add(OVERSEAS, "ELM GMBH", "open")
    with serving(app) as url:
        settings.COMPANIES_HOUSE_URL, settings.COMPANIES_HOUSE_KEY = f"{url}/", KEY
        breaker.forget()
        yield app


@pytest.fixture(params=[CompaniesHouse, DemoCompanies])
def source(request: Any, standin: StandIn) -> OrganisationSource:
    made: OrganisationSource = request.param()
    return made


def test_a_number_has_its_name_and_whether_it_is_active(source: OrganisationSource) -> None:
    runs, ended = source.registered(RUNS), source.registered(ENDED)
    assert (runs.found, runs.active, bool(runs.name)) == (True, True, True)
    assert (ended.found, ended.active, bool(ended.name)) == (True, False, True)
    assert source.registered(RUNS) == runs


def test_a_number_that_nobody_has_is_not_found(source: OrganisationSource) -> None:
    assert source.registered(NOBODYS) == Registered(found=False)


def test_the_register_is_asked_by_number_with_our_key(standin: StandIn) -> None:
    with capture_logs() as logs:
        assert CompaniesHouse().registered(RUNS) == Registered(True, "ACORN LTD", True)
        assert CompaniesHouse().registered(OVERSEAS).active
    assert standin.seen == [f"/company/{RUNS}", f"/company/{OVERSEAS}"]
    assert [set(line) for line in logs] == [{"what", "status", "ms", "event", "log_level"}] * 2
    assert CompaniesHouse().check() == "Companies House answers"


@pytest.mark.parametrize("number", ["", "1234567", "../officers", "01234567/officers", "🦊" * 8])
def test_what_is_no_number_is_never_asked(standin: StandIn, number: str) -> None:
    assert CompaniesHouse().registered(number) == Registered(found=False)
    assert standin.seen == []


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        ("down", TryLater), ("often", TryLater), ("odd", TryLater), ("bare", TryLater),
        ("endless", TryLater), ("slow", TryLater), ("refuse", GiveUp),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_no_answer(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, mood: str, error: type[OutsideError]
) -> None:
    monkeypatch.setattr(companies_house, "LIMITS", http.Limits(1.5, 0.5, 500_000))
    standin.mood, standin.seconds = mood, 2.0
    with pytest.raises(error):
        CompaniesHouse().registered(RUNS)
    with pytest.raises(error):
        CompaniesHouse().check()


def test_a_wrong_key_is_told(standin: StandIn, settings: Any) -> None:
    settings.COMPANIES_HOUSE_KEY = "another"
    with pytest.raises(GiveUp, match="401"):
        CompaniesHouse().registered(RUNS)


def test_without_a_register_nobody_can_say() -> None:
    with pytest.raises(GiveUp, match="no register"):
        NoOrganisations().registered(RUNS)
    assert "no register" in NoOrganisations().check()
