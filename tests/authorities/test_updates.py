"""What another authority says of what is with it: nothing is lost, nothing asked twice, nothing waits for ever."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone

from doorstep.authorities import actions, jobs, overdue
from doorstep.authorities.models import Heard, Passed
from doorstep.authorities.provider import Update
from doorstep.cases.models import Case, EventText
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.outside.errors import TryLater
from doorstep.tasks.models import Task
from tests.authorities.foreign import Foreign
from tests.authorities.signs import signed
from tests.queue import run_queue
from tests.to_do import to_do

pytestmark = pytest.mark.django_db(transaction=True)
MADE = "<service_requests><request><service_request_id>77</service_request_id></request></service_requests>"
ROOT = "<service_request_updates>"
COUNTY = "Leicestershire County Council"


def notes(case: Case) -> list[str]:
    texts = EventText.objects.filter(event__case=case, event__kind="note")
    return list(texts.order_by("event__number").values_list("text", flat=True))


def row(number: object, status: str, words: str, *, of: str = "77", at: str = "") -> str:
    at = at or f"2026-11-24T09:3{number}:00Z"
    return (
        f"<u><update_id>{number}</update_id><service_request_id>{of}</service_request_id>"
        f"<status>{status}</status><description>{words}</description><updated_datetime>{at}</updated_datetime></u>"
    )


Say = Callable[..., None]


@pytest.fixture
def case(county: Any, foreign: Foreign, signs: Service) -> Case:
    """Return a case that a county has, under 77."""
    county(foreign.address, "k")
    foreign.says("POST requests.xml", MADE)
    new = signed(signs)
    run_queue()
    new.refresh_from_db()
    assert new.stage == "with_them"
    return new


@pytest.fixture
def say(case: Case, foreign: Foreign) -> Say:
    """Let the county say rows of updates when it is asked, now or at another moment."""

    def say(*rows: str, now: datetime | None = None) -> None:
        foreign.says(
            "GET servicerequestupdates.xml", f"{ROOT}{''.join(rows)}</service_request_updates>"
        )
        actions.fetch(authority="county", now=now or timezone.now())
        case.refresh_from_db()

    return say


def test_their_words_always_reach_staff(case: Case, say: Say) -> None:
    say(row(1, "INVESTIGATING", "We go and look."), row(2, "IN_PROGRESS", "A post is ordered."))
    assert notes(case)[-2:] == [
        f"{COUNTY} (INVESTIGATING): We go and look.",
        f"{COUNTY} (IN_PROGRESS): A post is ordered.",
    ]
    say(row(3, "OPEN", "Still ordered."), row(4, "IN_PROGRESS", "Still ordered."))
    assert notes(case)[-2:] == [
        f"{COUNTY} (OPEN): Still ordered.",
        f"{COUNTY} (IN_PROGRESS): Still ordered.",
    ]
    assert (case.stage, to_do(case)) == ("under_way", [])


def test_what_they_say_as_they_take_it_reaches_staff(
    county: Any, foreign: Foreign, signs: Service
) -> None:
    county(foreign.address, "k")
    notice = "<service_notice>Inspected within 5 days.</service_notice></request>"
    foreign.says("POST requests.xml", MADE.replace("</request>", notice))
    new = signed(signs)
    run_queue()
    assert notes(new)[-1] == f"{COUNTY} has it, under 77. They say: Inspected within 5 days."


def test_a_status_we_do_not_know_is_asked_of_an_officer_once(case: Case, say: Say) -> None:
    say(row(1, "AWAITING_PARTS", "In March."))
    assert len(to_do(case)) == 1 and case.stage == "with_them"
    assert notes(case)[-1].endswith(f"means.\n{COUNTY} (AWAITING_PARTS): In March.")
    Task.objects.update(ended_at=timezone.now(), end="done")  # the officer has seen to it
    say(row(1, "AWAITING_PARTS", "In March."))
    count = len(notes(case))
    say(row(2, "Awaiting - parts", "In April."))
    assert to_do(case) == [] and notes(case)[count:] == [f"{COUNTY} (Awaiting - parts): In April."]
    say(row(3, "GONE FISHING", ""))
    assert len(to_do(case)) == 1


def test_one_bad_row_keeps_back_no_other_and_an_officer_knows(case: Case, say: Say) -> None:
    bad = row(1, "FIXED", "It stands again.", at="soon")
    for _ in range(2):
        say(bad, "<x/>", row(8, "FIXED", "", of=""), row(2, "IN_PROGRESS", "We dig."))
    assert case.stage == "under_way" and len(to_do(case)) == 2
    assert notes(case)[-3:-1] == [
        f"{COUNTY} (IN_PROGRESS): We dig.",
        "Please look what became of it there: this lacks updated_datetime.\n"
        f"{COUNTY} (FIXED): It stands again.",
    ]


def test_their_end_is_theirs_to_end_and_what_is_not_theirs_is_an_officers(
    case: Case, say: Say
) -> None:
    # The workflow knows no way on from `send.not_theirs`.
    say(row(1, "NOT_COUNCILS_RESPONSIBILITY", "It is a private road."))
    assert case.stage == "with_them" and len(to_do(case)) == 1
    assert notes(case)[-2:] == [
        f"{COUNTY} (NOT_COUNCILS_RESPONSIBILITY): It is a private road.",
        f"Please decide what follows: {COUNTY} says that it is not theirs.",
    ]
    assert Passed.objects.get().state == "closed"


def test_an_end_that_they_take_back_is_an_officers(case: Case, say: Say) -> None:
    say(row(1, "FIXED", "Done"), row(2, "REOPENED", "It fell again."))
    assert case.stage == "mended" and len(to_do(case)) == 1
    assert notes(case)[-2].endswith("(REOPENED): It fell again.")
    assert "had ended this, and now says that it is started" in notes(case)[-1]


def test_what_they_say_after_their_end_reaches_staff(
    case: Case, say: Say, foreign: Foreign
) -> None:
    say(row(1, "FIXED", "Done"))
    assert case.closed_at and case.stage == "mended"
    Passed.objects.update(heard_at=timezone.now() - timedelta(hours=2))
    foreign.says("GET servicerequestupdates.xml", f"<a>{row(2, 'REOPENED', 'It fell again.')}</a>")
    jobs.look()
    run_queue()
    assert f"{COUNTY} (REOPENED): It fell again." in notes(case)
    assert len(to_do(case)) == 1 and "had ended this, and now says" in to_do(case)[0]
    now = timezone.now()
    say(row(3, "FIXED", "Done"), row(4, "CLOSED", "That was it."), now=now + timedelta(hours=2))
    assert notes(case)[-1] == f"{COUNTY} (CLOSED): That was it."  # an end after an end
    Task.objects.update(ended_at=timezone.now(), end="done")
    say(row(5, "OPEN", "Again."), row(6, "IN_PROGRESS", "We dig."), now=now + timedelta(hours=4))
    assert len(to_do(case)) == 1  # asked anew after each end, once


def test_what_ended_is_asked_about_seldom_and_for_a_while(
    case: Case, say: Say, foreign: Foreign
) -> None:
    def is_asked(now: datetime) -> bool:
        count = len(foreign.asked("GET servicerequestupdates.xml"))
        say(now=now)
        return len(foreign.asked("GET servicerequestupdates.xml")) > count

    now = timezone.now()
    say(row(1, "FIXED", "Done"), now=now)
    assert [is_asked(now + timedelta(minutes=m)) for m in (6, 61, 67)] == [False, True, False]
    assert [is_asked(now + timedelta(days=d)) for d in (27, 29)] == [True, False]


def test_what_is_with_them_is_asked_about_on_a_case_that_closed_but_not_an_erased_one(
    case: Case, say: Say
) -> None:
    now = timezone.now()
    Case.objects.update(closed_at=now, outcome="done")
    say(row(1, "NOT_COUNCILS_RESPONSIBILITY", "It is private."), now=now + timedelta(hours=2))
    assert notes(case)[-1].endswith("It is private.") and to_do(case) == []
    count = len(notes(case))
    Case.objects.update(erased_at=now)
    say(row(2, "REOPENED", "Ann rang."), now=now + timedelta(hours=4))
    actions.take_in(
        passed_id=Passed.objects.get().pk,
        update=Update("3", "77", now, "started", "Ann rang."),
        now=now,
    )
    assert len(notes(case)) == count and to_do(case) == []


def test_what_is_dated_before_their_end_takes_nothing_up(case: Case, say: Say) -> None:
    say(row(2, "FIXED", "Done"))
    say(
        row(1, "IN_PROGRESS", "We dig.", at="2026-11-24T09:00:00Z"),
        now=timezone.now() + timedelta(hours=2),
    )
    assert notes(case)[-1].endswith("We dig.") and to_do(case) == []


def test_whose_a_row_is_in_whichever_letters_and_without_a_number(
    case: Case, say: Say, signs: Service
) -> None:
    Passed.objects.update(their_id="a1")
    say(row(1, "IN_PROGRESS", "We dig.", of="A1"))
    assert notes(case)[-1].endswith("We dig.")
    say(row(2, "IN_PROGRESS", "Deeper.", of=""))  # one alone was asked for: it is that one's
    assert "Deeper." in notes(case)[-1] and "lacks service_request_id" in notes(case)[-1]
    other = signed(signs)
    run_queue()
    Passed.objects.filter(case=other).update(their_id="A1")
    say(row(3, "IN_PROGRESS", "Yours.", of="A1"), row(4, "IN_PROGRESS", "Whose?", of=""))
    assert notes(other)[-1].endswith("Yours.")
    assert not any("Yours" in note or "Whose" in note for note in notes(case))


def test_a_page_that_is_no_list_of_updates_counts_as_not_heard(
    case: Case, say: Say, foreign: Foreign
) -> None:
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Sign in</p></body></html>'
    foreign.says("GET servicerequestupdates.xml", page)
    with pytest.raises(TryLater):
        actions.fetch(authority="county", now=timezone.now())
    foreign.says("GET servicerequestupdates.xml", "<errors/>", 404)
    foreign.says("GET requests.xml", page)
    with pytest.raises(TryLater):
        actions.fetch(authority="county", now=timezone.now())
    assert Passed.objects.get().heard_at is None


def test_nothing_of_long_words_is_lost(case: Case, say: Say) -> None:
    long = f"{'It is very deep. ' * 400}And red."
    say(row(1, "IN_PROGRESS", long), row(2, "AWAITING_PARTS", long), row(3, "FIXED", long, at="x"))
    assert [note.count("And red.") for note in notes(case)[-3:]] == [1, 1, 1]
    unknown, unread = to_do(case)
    assert unknown.startswith("Please decide what follows") and "And red." not in unknown
    assert unread.startswith("Please look what became of it there")
    assert all(text.endswith("… (the rest stands in the timeline)") for text in (unknown, unread))


def test_markup_in_what_they_say_loses_no_word(case: Case, say: Say) -> None:
    say(row(1, "IN_PROGRESS", "We <b>dig</b> now.<br/>It is deep."))
    assert notes(case)[-1].endswith("We dig now.\nIt is deep.")


def test_an_update_under_an_earlier_moment_is_asked_for(
    case: Case, say: Say, foreign: Foreign
) -> None:
    now = timezone.now()
    say(now=now)
    say(now=now + timedelta(hours=1))
    asked = foreign.asked("GET servicerequestupdates.xml")[-1]["start_date"][0]
    assert datetime.fromisoformat(asked) <= now - timedelta(hours=23)


def test_what_comes_again_is_taken_in_once(case: Case, say: Say) -> None:
    for _ in range(3):
        say(row(1, "IN_PROGRESS", "We dig."))
    assert len([n for n in notes(case) if "We dig" in n]) == Heard.objects.count() == 1


def test_one_token_that_cannot_be_had_holds_up_no_other(
    case: Case, say: Say, foreign: Foreign, signs: Service
) -> None:
    foreign.says(
        "POST requests.xml", MADE.replace("service_request_id", "token").replace("77", "T1")
    )
    other = signed(signs)
    run_queue()
    for status in (404, 500):
        foreign.says("GET tokens/T1.xml", "<errors/>", status)
        say(row(status, "IN_PROGRESS", f"We dig at {status}.", at="2026-11-24T09:30:00Z"))
        assert f"We dig at {status}." in notes(case)[-1]
    foreign.says("GET tokens/T1.xml", MADE.replace("77", "78"))
    say(row(9, "FIXED", "Done", of="78"))
    other.refresh_from_db()
    assert other.stage == "mended"


# What waits, and for how long.


def told(case: Case, words: str) -> int:
    return len([note for note in notes(case) if words in note])


def days_later(**days: float) -> None:
    """Let a minute of the worker pass so many days from now, three times."""
    for _ in range(3):
        overdue.tell_officers(now=timezone.now() + timedelta(**days))


def test_what_is_not_spoken_of_is_an_officers_once(case: Case, say: Say) -> None:
    say(row(1, "IN_PROGRESS", "We dig."))
    Passed.objects.update(heard_at=timezone.now() + timedelta(days=29))  # asked all the time
    days_later(days=27)
    assert told(case, "nothing new") == 0
    days_later(days=29)
    case.refresh_from_db()
    assert told(case, f"{COUNTY} has said nothing new of this since") == 1
    assert len(to_do(case)) == 1
    # Heard again, and silent again: asked again.
    say(row(2, "IN_PROGRESS", "We dig on."), now=timezone.now() + timedelta(days=30))
    days_later(days=57)
    assert told(case, "nothing new") == 1
    Passed.objects.update(heard_at=timezone.now() + timedelta(days=60))
    days_later(days=60)
    assert told(case, "nothing new") == 2


def test_a_token_without_an_id_is_an_officers_once(
    county: Any, foreign: Foreign, signs: Service
) -> None:
    county(foreign.address, "k")
    foreign.says("POST requests.xml", MADE.replace("service_request_id", "token"))
    new = signed(signs)
    run_queue()
    days_later(days=1.5)
    assert told(new, "number") == 0
    days_later(days=3)
    assert told(new, f"{COUNTY} took this under “77” and gives it no number.") == 1


def test_who_cannot_be_asked_for_a_day_is_said_once_by_one_case(
    case: Case, say: Say, foreign: Foreign, signs: Service
) -> None:
    other = signed(signs)
    run_queue()
    Passed.objects.filter(case=other).update(their_id="78")
    say()
    foreign.says("GET servicerequestupdates.xml", "<a/>", 503)
    with pytest.raises(TryLater):
        actions.fetch(authority="county", now=timezone.now() + timedelta(days=1))
    days_later(hours=23)
    assert told(case, "could not be asked") == 0
    days_later(hours=25)
    assert told(case, f"{COUNTY} could not be asked since") == 1
    assert "2 of ours" in notes(case)[-1] and told(other, "could not be asked") == 0


def test_an_authority_that_is_not_asked_because_nothing_was_there_is_no_fault(case: Case) -> None:
    Passed.objects.create(
        case=case, authority="county", key="old", what={}, state="fixed", their_id="1",
        asked_at=datetime(2026, 1, 1, tzinfo=UTC), sent_at=datetime(2026, 1, 1, tzinfo=UTC), heard_at=datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    days_later(hours=1)
    assert to_do(case) == [] and told(case, "could not be asked") == 0


def test_what_no_try_of_which_came_to_an_end_is_given_up(
    case: Case, foreign: Foreign, signs: Service
) -> None:
    new = signed(signs)
    Passed.objects.filter(case=new).update(tried_at=timezone.now())  # and the worker died
    days_later(days=3)
    assert Passed.objects.get(case=new).state == "waiting"
    days_later(days=4)
    new.refresh_from_db()
    assert new.stage == "stuck" and told(new, "not reached for 3 days: no try came to an end") == 1


def test_how_long_is_the_councils_to_say(case: Case, home: Path) -> None:
    path = home / "councils" / "demo" / "council.yaml"
    data = yaml.safe_load(path.read_text())
    data["authorities"]["county"]["open311"]["patience_days"] = {"news": 5}
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
    council._read.cache_clear()
    council._council.cache_clear()
    days_later(days=6)
    assert told(case, "nothing new") == 1


def test_the_worker_looks_each_minute(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    Passed.objects.update(sent_at=timezone.now() - timedelta(days=40))
    jobs.look()
    assert told(case, "nothing new") == 1
