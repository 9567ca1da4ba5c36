"""The contract of a waste system that a council has already, and what goes over the wire to Whitespace, byte for byte."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from doorstep.connectors import whitespace as wire
from doorstep.connectors.whitespace import Whitespace
from doorstep.outside import http
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.waste.provider import NoSuchHome, Rejected, WasteBackend, Work
from standins.whitespace.app import StandIn
from tests import whitespace
from tests.whitespace import FOOD, NOW, PASSWORD, REFUSE, UPRN, USRN

DAY = date(2026, 11, 24)
SERVICE = ["5001"]


@pytest.fixture(params=["lists", "bare"])
def standin(request: Any, settings: Any) -> Iterator[StandIn]:
    """Answer as Whitespace does, with lists as they are, and with those of one and of none in their odd ways."""
    with whitespace.whitespace(settings) as app:
        app.shape = request.param
        yield app


@pytest.fixture
def backend(standin: StandIn) -> WasteBackend:
    return Whitespace()


def work(**more: Any) -> Work:
    about: dict[str, Any] = {"key": "MB-AAAA-BBBB-1", "uprn": UPRN, "service": "289"}
    return Work(**{**about, "message": "Not emptied", "items": {"22": 1}, **more})


@pytest.mark.parametrize("services", [[], [REFUSE], [REFUSE, FOOD]], ids=["none", "one", "many"])
def test_what_is_emptied_at_a_home(
    standin: StandIn, backend: WasteBackend, services: list[dict[str, Any]]
) -> None:
    standin.homes[UPRN] = whitespace.home(*services)
    found = backend.services(UPRN)
    assert [s.id for s in found] == [s["SiteServiceID"] for s in services]
    if services:
        refuse = found[0]
        assert (refuse.service, refuse.item, refuse.name) == ("289", "RES-180", "Black bin")
        assert refuse.schedules == ("RND-6 Wed Wk 2",) and refuse.next == date(2026, 12, 2)
        # 0001-01-01 is how they write that there is no end.
        assert (refuse.first, refuse.last) == (date(2020, 1, 1), None)
    if len(services) == 2:
        food = found[1]
        assert food.schedules == ("RND-8-9 Mon", "RND-8-9 Wed") and food.count == 1
        assert food.name == "Food Waste Collection Service" and food.next == date(2026, 11, 25)
        assert (food.first, food.last) == (None, date(2027, 3, 31))


def test_a_home_they_do_not_know(backend: WasteBackend) -> None:
    with pytest.raises(NoSuchHome):
        backend.services(1)
    assert backend.worksheets(1) == [] and backend.logs(DAY, uprn=1) == []


def test_days_are_those_between_two_the_earliest_first(backend: WasteBackend) -> None:
    found = backend.collections(UPRN, DAY, date(2026, 12, 2))
    assert [(c.day, c.round, c.schedule) for c in found] == [
        (date(2026, 11, 25), "RND-8-9", "Wed"),
        (date(2026, 12, 2), "RND-6", "Wed Wk 2"),
    ]
    assert backend.collections(UPRN, DAY, DAY) == []


def test_logs_of_a_home_and_of_a_street(standin: StandIn, backend: WasteBackend) -> None:
    standin.log(UPRN, "Food - Not Out", "RND-8-9", NOW)
    standin.log(UPRN, "N/A", "RND-6", NOW - timedelta(hours=1), street=True)
    # Their numbers are padded with noughts; a street's line names no home; "N/A" is the round that was done.
    (own,) = backend.logs(DAY, uprn=UPRN)
    assert (own.uprn, own.usrn, own.reason, own.round, own.at) == (
        UPRN, USRN, "Food - Not Out", "RND-8-9", NOW,
    )  # fmt: skip
    street, home = backend.logs(DAY, usrn=USRN)
    assert (street.uprn, street.reason) == (None, "") and home == own
    assert backend.logs(DAY + timedelta(days=1), uprn=UPRN) == []


def test_work_is_keyed_once_found_again_told_of_and_cancelled(
    standin: StandIn, backend: WasteBackend
) -> None:
    assert backend.sent(work()) == ""
    number = backend.create(work(properties={"79": "no"}, by=date(2026, 11, 26)))
    assert backend.sent(work()) == number and backend.outcome(number).state == "open"
    (sheet,) = backend.worksheets(UPRN)
    assert (sheet.reference, sheet.state, sheet.subject) == (
        "MB-AAAA-BBBB-1", "open", "Missed Collection Refuse",
    )  # fmt: skip
    assert sheet.ended is None and sheet.due == datetime(2026, 11, 26, 23, 59, tzinfo=NOW.tzinfo)
    backend.note(number, "The gate is open")
    assert standin.sheets[number].notes == ["The gate is open"]
    backend.cancel(number)
    backend.cancel(number)  # twice is once
    assert backend.outcome(number).state == "cancelled"


def test_somebody_else_s_work_is_seen(standin: StandIn, backend: WasteBackend) -> None:
    standin.key(UPRN, "289", "Missed Collection Refuse")
    (sheet,) = backend.worksheets(UPRN)
    assert (sheet.reference, sheet.state, sheet.began) == ("", "open", NOW)


@pytest.mark.parametrize("properties", [{}, {"p68": "Collected"}, {"p68": "Not Out", "p69": "x"}])
def test_what_came_of_it_stands_in_a_property(
    standin: StandIn, backend: WasteBackend, properties: dict[str, str]
) -> None:
    sheet = standin.key(UPRN, "289", "Missed Collection Refuse")
    standin.end(sheet.id, **properties)
    outcome = backend.outcome(sheet.id)
    assert outcome.state == "done"
    assert outcome.properties == {k.removeprefix("p"): v for k, v in properties.items()}


def test_a_word_of_theirs_that_nobody_told_us_of(standin: StandIn, backend: WasteBackend) -> None:
    sheet = standin.key(UPRN, "289", "Missed Collection Refuse")
    standin.end(sheet.id, "Awaiting Parts")
    assert backend.outcome(sheet.id).state == "unknown"


def test_days_with_room_and_the_last_place_is_sold_once(
    standin: StandIn, backend: WasteBackend
) -> None:
    (slot,) = backend.slots(UPRN, "78", DAY, date(2026, 12, 31))
    assert (slot.id, slot.day, slot.free) == ("901", date(2026, 12, 4), 1)
    backend.create(work(key="BW-1", service="78", slot=slot.id))
    assert backend.slots(UPRN, "78", DAY, date(2026, 12, 31)) == []
    standin.sheets.clear()
    with pytest.raises(Rejected, match="error 17"):
        backend.create(work(key="BW-2", service="78", slot=slot.id))


def test_the_same_keyed_twice_within_half_an_hour_is_refused_and_then_found(
    backend: WasteBackend,
) -> None:
    number = backend.create(work())
    with pytest.raises(Rejected):
        backend.create(work())
    assert backend.sent(work()) == number


CALLS: dict[str, Callable[[WasteBackend], object]] = {
    "services": lambda b: b.services(UPRN),
    "logs": lambda b: b.logs(DAY, uprn=UPRN),
    "create": lambda b: b.create(work()),
    "outcome": lambda b: b.outcome("10001"),
}


@pytest.mark.parametrize("call", CALLS, ids=str)
@pytest.mark.parametrize(
    ("mood", "error"),
    [("down", TryLater), ("refuse", GiveUp), ("odd", TryLater), ("fault", TryLater), ("other", TryLater),
     ("half", TryLater), ("endless", TryLater), ("error", Rejected), ("slow", TryLater)],
)  # fmt: skip
def test_whatever_they_answer_is_one_of_our_errors(
    standin: StandIn, backend: WasteBackend, monkeypatch: Any, mood: str, error: type[Exception], call: str
) -> None:  # fmt: skip
    if standin.shape == "bare":
        return  # the shape of lists plays no part
    standin.key(UPRN, "78", "Bulky Removal Request")
    standin.mood = mood
    if mood == "slow":
        standin.seconds = 0.5
        monkeypatch.setattr(wire, "LIMITS", http.Limits(1.1, 0.1, 1000))
    with pytest.raises(error) as raised:
        CALLS[call](backend)
    assert str(UPRN) not in str(raised.value)


def test_the_log_has_what_was_asked_and_nothing_of_whom(backend: WasteBackend) -> None:
    with capture_logs() as lines:
        backend.services(UPRN)
    assert [set(line) for line in lines] == [{"event", "log_level", "what", "status", "ms"}]
    assert lines[0]["what"] == "GetSiteCollections" and str(UPRN) not in str(lines)


def test_the_key_is_looked_at(standin: StandIn, backend: WasteBackend, settings: Any) -> None:
    assert backend.check() == "Whitespace answers, with 2 services"
    settings.WHITESPACE_PASSWORD = "another"
    with pytest.raises(GiveUp, match="refuses"):
        backend.check()


HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:wsap="http://schemas.datacontract.org/2004/07/WSAPIAuth.Web.Inputs">'
    '<soap:Header><Security mustUnderstand="true"'
    ' xmlns="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
    "<UsernameToken><Username>council</Username><Password>pass &amp; &lt;word&gt;</Password>"
    "</UsernameToken></Security></soap:Header><soap:Body>"
)
TAIL = "</soap:Body></soap:Envelope>"


@pytest.mark.parametrize(
    ("call", "operation", "body"),
    [
        (
            lambda b: b.services(UPRN),
            "GetSiteCollections",
            "<siteserviceInput><Uprn>10001228376</Uprn></siteserviceInput>",
        ),
        (
            lambda b: b.logs(DAY, usrn=USRN),
            "GetInCabLogs",
            "<inCabLogInput><Usrn>27101234</Usrn><LogFromDate>2026-11-24</LogFromDate><LogTypeID /></inCabLogInput>",
        ),
        (
            lambda b: b.slots(UPRN, "78", DAY, DAY),
            "GetCollectionSlots",
            "<collectionSlotsInputInput><Uprn>10001228376</Uprn><ServiceId>78</ServiceId>"
            "<NextCollectionFromDate>2026-11-24</NextCollectionFromDate>"
            "<NextCollectionToDate>2026-11-24</NextCollectionToDate></collectionSlotsInputInput>",
        ),
        (
            lambda b: b.create(
                work(properties={"79": "no", "80": "Front"}, by=DAY, slot="", message="a\x00b & c")
            ),
            "CreateWorksheet",
            "<worksheetInput><Uprn>10001228376</Uprn><ServiceId>289</ServiceId>"
            "<WorksheetReference>MB-AAAA-BBBB-1</WorksheetReference><WorksheetMessage>ab &amp; c</WorksheetMessage>"
            "<WorksheetDueDate>2026-11-24 23:59</WorksheetDueDate>"
            "<ServiceItemInputs><wsap:Input.CreateWorksheetInput.ServiceItemInput>"
            "<wsap:ServiceItemId>22</wsap:ServiceItemId><wsap:ServiceItemName />"
            "<wsap:ServiceItemQuantity>1</wsap:ServiceItemQuantity>"
            "</wsap:Input.CreateWorksheetInput.ServiceItemInput></ServiceItemInputs>"
            "<ServicePropertyInputs><wsap:Input.CreateWorksheetInput.ServicePropertyInput>"
            "<wsap:ServicePropertyId>79</wsap:ServicePropertyId><wsap:ServicePropertyValue>no</wsap:ServicePropertyValue>"
            "</wsap:Input.CreateWorksheetInput.ServicePropertyInput>"
            "<wsap:Input.CreateWorksheetInput.ServicePropertyInput>"
            "<wsap:ServicePropertyId>80</wsap:ServicePropertyId><wsap:ServicePropertyValue>Front</wsap:ServicePropertyValue>"
            "</wsap:Input.CreateWorksheetInput.ServicePropertyInput></ServicePropertyInputs></worksheetInput>",
        ),
    ],
    ids=["services", "logs", "slots", "create"],
)
def test_what_goes_over_the_wire(
    standin: StandIn, backend: WasteBackend, call: Any, operation: str, body: str
) -> None:
    call(backend)
    action, kind, sent = standin.seen[-1]
    theirs = "http://webservices.whitespacews.com/"
    assert (action, kind) == (f"{theirs}{operation}", "text/xml; charset=utf-8")
    assert sent.decode() == f'{HEAD}<{operation} xmlns="{theirs}">{body}</{operation}>{TAIL}'
    assert PASSWORD not in sent.decode()  # it is escaped
