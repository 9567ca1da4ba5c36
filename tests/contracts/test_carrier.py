"""The contract of a carrier of reports, held by Open311 against a program that is not ours: what is sent, what is read, what is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from doorstep.authorities.provider import Recipient, Report, Taken, Unreadable, Update
from doorstep.connectors import open311
from doorstep.connectors.open311 import Missing, Open311
from doorstep.outside.errors import GiveUp, TryLater
from tests.authorities.foreign import Foreign
from tests.authorities.foreign import foreign as _foreign

# A program that is not ours, listening.
foreign = pytest.fixture(_foreign)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MADE = "<service_requests><request><service_request_id>77</service_request_id></request></service_requests>"


@pytest.fixture
def to(foreign: Foreign, monkeypatch: pytest.MonkeyPatch) -> Recipient:
    monkeypatch.setenv("OPEN311_KEY_THE_COUNTY", "secret-key")
    return Recipient("the-county", foreign.address, "county.example")


def report(**more: Any) -> Report:
    return Report("LS-1-aa", "BENCH", "A <sign> & a post", 52.7, -1.4, "Mill Lane", **more)


def test_a_report_is_sent_with_our_key_and_no_more_than_it_holds(
    foreign: Foreign, to: Recipient
) -> None:
    foreign.says("POST requests.xml", MADE)
    sent = report(attributes={"one": ["a"], "more": ["b", "c"]}, email="ann@resident.example")
    assert Open311().send(to, sent) == Taken("77")
    ((_, fields, headers),) = foreign.calls
    assert fields == {
        "api_key": ["secret-key"],
        "jurisdiction_id": ["county.example"],
        "service_code": ["BENCH"],
        "description": ["A <sign> & a post"],
        "address_string": ["Mill Lane"],
        "lat": ["52.700000"],
        "long": ["-1.400000"],
        "attribute[one]": ["a"],
        "attribute[more][]": ["b", "c"],
        "email": ["ann@resident.example"],
    }
    assert headers["Idempotency-Key"] == "LS-1-aa"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_photos_go_along_as_files(foreign: Foreign, to: Recipient) -> None:
    foreign.says("POST requests.xml", MADE)
    Open311().send(to, report(photos=(b"one", b"two")))
    ((_, fields, headers),) = foreign.calls
    assert headers["Content-Type"].startswith("multipart/form-data")
    assert str(fields).count("filename=") == 2


def test_a_token_becomes_an_id_later(foreign: Foreign, to: Recipient) -> None:
    foreign.says("POST requests.xml", MADE.replace("service_request_id", "token"))
    assert Open311().send(to, report()) == Taken(token="77")
    foreign.says(
        "GET tokens/77.xml",
        "<service_requests><request><token>77</token></request></service_requests>",
    )
    assert Open311().resolve(to, "77") == ""
    foreign.says("GET tokens/77.xml", MADE)
    assert Open311().resolve(to, "77") == "77"
    assert foreign.asked("GET tokens/77.xml")[0] == {"jurisdiction_id": ["county.example"]}
    with pytest.raises(GiveUp):
        Open311().resolve(to, "../requests")


def test_whether_it_was_sent_is_known_where_they_know_our_key(
    foreign: Foreign, to: Recipient
) -> None:
    assert Open311().sent(to, "LS-1-aa") is None
    foreign.says("GET tokens/LS-1-aa.xml", MADE)
    assert Open311().sent(to, "LS-1-aa") == Taken("77")


@pytest.mark.parametrize(
    "status, error", [(400, GiveUp), (403, GiveUp), (404, Missing), (429, TryLater), (500, TryLater), (302, GiveUp)]
)  # fmt: skip
def test_what_they_refuse_and_what_may_work_later(
    foreign: Foreign, to: Recipient, status: int, error: type[Exception]
) -> None:
    said = "<errors><error><code>400</code><description>Ann Lee</description></error></errors>"
    foreign.says("POST requests.xml", said, status)
    with pytest.raises(error) as caught:
        Open311().send(to, report())
    assert "Ann" not in str(caught.value)


BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>
<service_requests><request><service_request_id>&c;</service_request_id></request></service_requests>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>
<service_requests><request><service_request_id>&e;</service_request_id></request></service_requests>"""


@pytest.mark.parametrize(
    "text", [BOMB, OUTSIDE, "<a", "", "no xml", "<?xml version='1.0'?><a>&x;</a>"]
)
def test_nothing_in_their_xml_is_expanded(foreign: Foreign, to: Recipient, text: str) -> None:
    foreign.answers["POST requests.xml"] = (200, text)
    with pytest.raises(TryLater):
        Open311().send(to, report())


def test_an_answer_without_an_id_is_no_success(foreign: Foreign, to: Recipient) -> None:
    foreign.says("POST requests.xml", "<service_requests/>")
    with pytest.raises(GiveUp):
        Open311().send(to, report())


def test_an_answer_that_is_too_long_is_not_read_to_its_end(
    foreign: Foreign, to: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open311, "LIMITS", replace(open311.LIMITS, most_bytes=1000))
    foreign.says("POST requests.xml", f"<a>{'x' * 5000}</a>")
    with pytest.raises(TryLater):
        Open311().send(to, report())


def _update(number: int, status: str, at: str, of: str = "77") -> str:
    return (
        f"<request_update><update_id>{number}</update_id><service_request_id>{of}</service_request_id>"
        f"<status>{status}</status><description>Said {number}</description>"
        f"<updated_datetime>{at}</updated_datetime></request_update>"
    )


def test_updates_come_oldest_first_whatever_the_root_is_called(
    foreign: Foreign, to: Recipient
) -> None:
    rows = [
        _update(2, "FIXED", "2026-11-24T11:00:00+01:00"),
        _update(1, "in_progress", "2026-11-24T09:30:00Z"),
    ]
    rows.append(_update(3, "ODD", "2026-11-25T09:30:00Z", "78"))
    for root in ("service_requests_updates", "service_request_updates"):
        foreign.says("GET servicerequestupdates.xml", f"<{root}>{''.join(rows)}</{root}>")
        found = list(Open311().updates(to, ["77", "78"], SINCE))
        assert [(u.id, u.report, u.state) for u in found] == [
            ("1", "77", "started"),
            ("2", "77", "fixed"),
            ("3", "78", "unknown"),
        ]
    # It knows no pages, so that the second is the first again.
    asked = foreign.asked("GET servicerequestupdates.xml")
    assert [a["page"] for a in asked] == [["1"], ["2"]] * 2
    assert asked[0]["start_date"] == ["2026-11-01T00:00:00+00:00"]
    assert asked[0]["service_request_id"] == ["77,78"]


def test_without_updates_the_requests_themselves_are_asked(foreign: Foreign, to: Recipient) -> None:
    row = "<request><service_request_id>77</service_request_id><status>closed</status><status_notes>Done</status_notes><updated_datetime>2026-11-24T09:30:00Z</updated_datetime></request>"
    foreign.says("GET requests.xml", f"<service_requests>{row}</service_requests>")
    (found,) = Open311().updates(to, ["77"], SINCE)
    assert (found.state, found.words, found.report) == ("closed", "Done", "77")
    (again,) = Open311().updates(to, ["77"], SINCE)
    assert again.id == found.id


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("No Further Action", "closed"),
        ("no_further_action", "closed"),
        ("NO-FURTHER-ACTION", "closed"),
        ("FIXED - COUNCIL", "fixed"),
        ("fixed_user", "fixed"),
        (" Fixed ", "fixed"),
        ("In progress", "started"),
        ("in-progress", "started"),
        ("Action  Scheduled", "started"),
        ("Open", "open"),
        ("Not council’s responsibility", "not_theirs"),
        ("NOT_COUNCILS_RESPONSIBILITY", "not_theirs"),
        ("Passed to contractor", "fixed"),  # its own word, said in council.yaml
        ("Awaiting parts", "unknown"),
        ("", "open"),
    ],
)
def test_a_status_is_read_in_every_usual_spelling(
    foreign: Foreign, to: Recipient, status: str, state: str
) -> None:
    to = replace(to, statuses={"PASSED_TO_CONTRACTOR": "fixed"})
    row = _update(1, status, "2026-11-24T09:30:00Z")
    foreign.says("GET servicerequestupdates.xml", f"<a>{row}</a>")
    (update,) = Open311().updates(to, ["77"], SINCE)
    assert isinstance(update, Update)
    assert (update.state, update.status, update.words) == (state, status.strip(), "Said 1")


GOOD = _update(5, "FIXED", "2026-11-24T09:30:00Z")


@pytest.mark.parametrize(
    ("bad", "report", "lacks"),
    [
        (_update(1, "FIXED", "soon"), "77", "updated_datetime"),
        (_update(1, "FIXED", "9999-12-31T23:59:59-12:00"), "77", "updated_datetime"),
        (_update(1, "FIXED", "").replace("<updated_datetime></updated_datetime>", ""), "77", "updated_datetime"),
        (GOOD.replace("<update_id>5</update_id>", ""), "77", "update_id"),
        (_update(1, "FIXED", "2026-11-24T09:30:00Z", of=""), "", "service_request_id"),
        ("<count>3</count>", "", "service_request_id, update_id, updated_datetime"),
        ("words", None, ""),
    ],
)  # fmt: skip
def test_one_bad_row_keeps_back_no_other(
    foreign: Foreign, to: Recipient, bad: str, report: str | None, lacks: str
) -> None:
    foreign.says("GET servicerequestupdates.xml", f"<a>{bad}{GOOD}</a>")
    with capture_logs() as logged:
        said = list(Open311().updates(to, ["77"], SINCE))
    first, *others = said
    assert isinstance(first, Update) and (first.id, first.state) == ("5", "fixed")
    found = [(u.report, u.lacks) for u in others if isinstance(u, Unreadable)]
    assert found == ([] if report is None else [(report, lacks)])
    assert "Said" not in str(logged) and "77" not in str(logged)
    assert len([line for line in logged if line["event"] == "row_not_read"]) == len(found)
    assert said == list(Open311().updates(to, ["77"], SINCE))  # known again when it comes again


def test_rows_without_an_id_are_each_read(foreign: Foreign, to: Recipient) -> None:
    row = GOOD.replace("<update_id>5</update_id>", "")
    rows = [row, row.replace("Said 5", "More")]
    foreign.says("GET servicerequestupdates.xml", f"<a>{''.join(rows)}</a>")
    said = list(Open311().updates(to, ["77"], SINCE))
    assert [u.words for u in said] == ["Said 5", "More"] and said[0].id != said[1].id


def test_what_came_before_a_page_that_cannot_be_had_is_taken_in(
    foreign: Foreign, to: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[tuple[int, str]] = []
    answers = foreign.answers

    class Paged(dict[str, tuple[int, str]]):
        def get(self, what: str, default: Any = None) -> Any:
            return pages.pop(0) if "updates" in what else default

    foreign.answers = Paged(answers)
    first = (200, f"<a>{GOOD}</a>")
    for status in (404, 400):  # so some say that there is no second page
        pages[:] = [first, (status, "<errors/>")]
        assert [u.id for u in Open311().updates(to, ["77"], SINCE)] == ["5"]
    more = [_update(100 + n, "OPEN", "2026-11-25T09:30:00Z") for n in range(20)]
    for others in ([(503, "<a/>")], [(200, f"<a>{row}</a>") for row in more]):
        pages[:] = [first, *others]
        said = Open311().updates(to, ["77"], SINCE)
        assert next(said).id == "5"
        with pytest.raises(TryLater):
            list(said)


def test_other_words_are_another_standing_and_one_without_a_moment_is_said(
    foreign: Foreign, to: Recipient
) -> None:
    def standing(words: str, status: str = "open", at: str = "2026-11-24T09:30:00Z") -> Any:
        when = f"<updated_datetime>{at}</updated_datetime>" if at else ""
        row = f"<service_request_id>77</service_request_id><status>{status}</status><status_notes>{words}</status_notes>{when}"
        foreign.says("GET requests.xml", f"<service_requests><request>{row}</request></service_requests>")  # fmt: skip
        return list(Open311().updates(to, ["77"], SINCE))

    (one,), (two,) = standing("Seen"), standing("A ladder is needed")
    assert one.id != two.id
    (closed,) = standing("", "closed", at="")
    assert isinstance(closed, Unreadable) and closed.status == "closed"
    assert standing("", "open", at="") == []  # as it came


def test_without_a_key_or_an_answer(
    foreign: Foreign, to: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Recipient("the-county", "http://127.0.0.1:9/v2")
    with pytest.raises(TryLater):
        Open311().send(nobody, report())
    monkeypatch.delenv("OPEN311_KEY_THE_COUNTY")
    with pytest.raises(GiveUp, match="OPEN311_KEY_THE_COUNTY"):
        Open311().send(to, report())


def test_what_may_not_leave_does_not(to: Recipient, settings: Any) -> None:
    settings.DEMO = True
    real = Recipient("the-county", "https://county.example/open311/v2")
    with pytest.raises(GiveUp, match="demo"):
        Open311().send(real, report())
    settings.DEMO = False
    with pytest.raises(GiveUp, match="https"):  # our key and a resident's words in the open
        Open311().send(Recipient("the-county", "http://county.example/v2"), report())
