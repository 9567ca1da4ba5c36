"""What is asked several times over, what another answer asks, and mistakes at the field: page by page, at the desk, by the API."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases.models import Case, Draft
from doorstep.cases.parts import part_of
from doorstep.cases.permits import Permit
from tests.form_client import FormClient, text, words
from tests.people import signed_in
from tests.publishing import publish_library

MOVE, REPAIR = "/services/council-tax-move", "/services/housing-repair"
ANN = {"full_name": "Ann Lee", "born-day": "31", "born-month": "3", "born-year": "1980"}


def entry(number: int, student: str = "no", **said: str) -> dict[str, str]:
    return {f"people-{number}-{name}": v for name, v in {**ANN, "student": student, **said}.items()}


def was(page: Any) -> str:
    """Return the mark of the entry that a page was drawn for."""
    found = re.search(r'name="was" value="([^"]*)"', text(page))
    return found[1] if found else ""


def test_two_tabs_overwrite_nobody(open_district: Any) -> None:
    client = moved_in(open_district)
    client.post(f"{MOVE}/people", entry(1))
    # Both tabs were opened for a second person.
    client.post(f"{MOVE}/people?entry=2", entry(2, full_name="Bob Lee"))
    client.post(f"{MOVE}/people?entry=2", entry(2, full_name="Cai Lee"))
    overview = text(client.get(f"{MOVE}/people"))
    assert all(name in overview for name in ("Ann Lee", "Bob Lee", "Cai Lee"))
    # Sent once more, such as after Back, it is the same one.
    client.post(f"{MOVE}/people?entry=2", entry(2, full_name="Bob Lee"))
    assert text(client.get(f"{MOVE}/people")).count("Bob Lee") == 1
    # Pressed twice, one goes.
    mark = was(client.get(f"{MOVE}/people?remove=1"))
    for _ in range(2):
        client.post(f"{MOVE}/people?remove=1", {"was": mark})
    overview = text(client.get(f"{MOVE}/people"))
    assert "Ann Lee" not in overview and "Bob Lee" in overview and "Cai Lee" in overview
    # Changed in a tab that was opened before: it is still Cai who changes.
    mark = was(client.get(f"{MOVE}/people?entry=2"))
    client.post(f"{MOVE}/people?remove=1", {"was": was(client.get(f"{MOVE}/people?remove=1"))})
    client.post(f"{MOVE}/people?entry=2", {**entry(2, full_name="Cai Wyn"), "was": mark})
    overview = text(client.get(f"{MOVE}/people"))
    assert "Cai Wyn" in overview and "Cai Lee" not in overview and "Person 2" not in overview


def moved_in(district: Any) -> FormClient:
    """Return a client who fills in a move and has come to the people."""
    publish_library("council-tax-move")
    client = FormClient()
    client.post(f"{MOVE}/begin")
    for page, said in (
        ("move", {"move": "out"}),
        ("use", {"use": "home"}),
        ("old-home", {"old_home": "1001"}),
        ("left", {"left-day": "4", "left-month": "12", "left-year": "2026"}),
        ("forward", {"forward-line1": "Flat 2", "forward-town": "Derby", "forward-postcode": "DE1 1AA"}),
    ):  # fmt: skip
        answer = client.post(f"{MOVE}/{page}", said)
        assert answer.status_code == 302, words(answer)
    assert answer["Location"] == f"{MOVE}/people"
    return client


def test_an_entry_at_a_time_then_the_overview(open_district: Any) -> None:
    client = moved_in(open_district)
    first = client.get(f"{MOVE}/people")
    assert "Person 1" in text(first) and 'name="people-1-full_name"' in text(first)
    wrong = client.post(f"{MOVE}/people", entry(1, **{"born-year": "2031"}))
    assert wrong.status_code == 200 and "There is a problem" in text(wrong)
    assert 'value="Ann Lee"' in text(wrong)
    kept = client.post(f"{MOVE}/people", entry(1))
    assert kept["Location"] == f"{MOVE}/people"
    overview = client.get(f"{MOVE}/people")
    assert "Ann Lee, Date of birth: 31 March 1980, Full-time student: No" in text(overview)
    assert "Is there anybody else?" in text(overview)
    asked = client.post(f"{MOVE}/people", {})
    assert "Choose yes to add another, or no to go on" in words(asked)
    there = client.post(f"{MOVE}/people", {"more": "yes"})["Location"]
    assert there.endswith("/people?entry=2")
    assert "Person 2" in text(client.get(there))
    assert client.post(there, entry(2, full_name="Bob Lee"))["Location"] == f"{MOVE}/people"
    on = client.post(f"{MOVE}/people", {"more": "no"})
    assert on["Location"] == f"{MOVE}/account"
    draft = Draft.objects.get()
    assert [one["full_name"] for one in draft.answers["people"]] == ["Ann Lee", "Bob Lee"]
    assert draft.facts["adults"] == 2 and "people" not in draft.typed


def test_an_entry_is_changed_and_taken_away(open_district: Any) -> None:
    client = moved_in(open_district)
    client.post(f"{MOVE}/people", entry(1))
    client.post(f"{MOVE}/people?entry=2", entry(2, full_name="Bob Lee"))
    assert 'value="Bob Lee"' in text(client.get(f"{MOVE}/people?entry=2"))
    drawn = was(client.get(f"{MOVE}/people?entry=2"))
    client.post(f"{MOVE}/people?entry=2", {**entry(2, full_name="Robert Lee"), "was": drawn})
    asked = client.get(f"{MOVE}/people?remove=1")
    assert "Remove Person 1?" in words(asked)
    gone = client.post(f"{MOVE}/people?remove=1", {"was": was(asked)})
    assert gone["Location"] == f"{MOVE}/people"
    overview = text(client.get(f"{MOVE}/people"))
    assert "Robert Lee" in overview and "Ann Lee" not in overview and "Person 2" not in overview
    # Nobody left: it begins again.
    client.post(f"{MOVE}/people?remove=1", {"was": was(client.get(f"{MOVE}/people?remove=1"))})
    assert 'name="people-1-full_name"' in text(client.get(f"{MOVE}/people"))


@pytest.mark.parametrize("query", ["entry=0", "entry=9", "entry=x", "remove=7", "entry=1e3"])
def test_an_entry_that_is_not_there_leads_to_what_is(open_district: Any, query: str) -> None:
    client = moved_in(open_district)
    client.post(f"{MOVE}/people", entry(1))
    assert "Is there anybody else?" in text(client.get(f"{MOVE}/people?{query}"))


def test_what_is_wrong_with_an_entry_by_a_rule_is_said_at_its_field(open_district: Any) -> None:
    client = moved_in(open_district)
    child = client.post(f"{MOVE}/people", entry(1, student="yes", **{"born-year": "2015"}))
    assert "Somebody under 16 does not count in any case" in words(child)
    client.post(f"{MOVE}/people", entry(1, **{"born-year": "2015"}))
    # And with all of them, in the overview: nobody is an adult.
    alone = client.post(f"{MOVE}/people", {"more": "no"})
    assert "Somebody must be 18 or older" in words(alone)
    assert "people" not in Draft.objects.get().answers


def test_half_an_entry_that_was_saved_is_finished_later(open_district: Any) -> None:
    client = moved_in(open_district)
    client.post(f"{MOVE}/people", entry(1))
    half = {"people-2-full_name": "Bob", "save": "1"}
    assert client.post(f"{MOVE}/people?entry=2", half)["Location"].endswith("/save")
    overview = words(client.get(f"{MOVE}/people"))
    assert "Not finished: Bob" in overview
    wrong = client.post(f"{MOVE}/people", {"more": "no"})
    assert "Person 2: Enter" in words(wrong) and "entry=2" in text(wrong)


def test_no_more_than_the_most_are_added(open_district: Any) -> None:
    client = moved_in(open_district)
    for n in range(1, 9):
        client.post(f"{MOVE}/people?entry={n}", entry(n))
    overview = client.get(f"{MOVE}/people")
    assert "This is the most that you can add here: 8." in words(overview)
    assert 'name="more"' not in text(overview)
    assert client.post(f"{MOVE}/people")["Location"] == f"{MOVE}/account"


def test_the_answer_can_be_changed_from_the_last_page_and_is_seen_by_staff(
    open_district: Any,
) -> None:
    client = moved_in(open_district)
    client.post(f"{MOVE}/people", entry(1))
    client.post(f"{MOVE}/people", {"more": "no"})
    wrong = client.post(f"{MOVE}/account", {"account": "1234"})
    assert "eight figures and one letter or figure" in words(wrong)
    client.post(f"{MOVE}/account", {"account": "12345678X"})
    client.post(f"{MOVE}/contact", {"name": "Ann Lee", "email": "ann@resident.example"})
    mark = re.search(
        r'name="truth" type="checkbox" value="([^"]+)"', text(client.get(f"{MOVE}/truth"))
    )
    assert mark
    client.post(f"{MOVE}/truth", {"truth": mark[1]})
    check = client.get(f"{MOVE}/check")
    assert "Ann Lee, Date of birth: 31 March 1980, Full-time student: No" in text(check), words(
        check
    )
    client.post(f"{MOVE}/check")
    case = Case.objects.get()
    assert case.answers["people"] == [
        {"full_name": "Ann Lee", "born": {"$day": "1980-03-31"}, "student": False}
    ]
    # Who only works on it does not read who lives there.
    shown = dict(part_of(case, Permit("round", "work")).answers)
    assert shown["Move"] and "People" not in shown and "Forwarding address" not in shown
    desk = signed_in("supervisor")
    assert "Ann Lee, Date of birth: 31 March 1980, Full-time student: No" in text(
        desk.get(f"/desk/cases/{case.reference}")
    )


def at_room(client: FormClient) -> None:
    client.post(f"{REPAIR}/begin")
    client.post(f"{REPAIR}/address", {"property": "1001"})
    client.post(f"{REPAIR}/tenant", {"tenant": "yes"})


def test_a_question_comes_with_the_answer_that_asks_it(open_district: Any) -> None:
    publish_library("housing-repair")
    client = FormClient()
    at_room(client)
    page = text(client.get(f"{REPAIR}/room"))
    assert page.count("Answer this only if you chose") == 5
    assert 'data-values="[&#34;kitchen&#34;]"' in client.get(f"{REPAIR}/room").content.decode()
    missing = client.post(f"{REPAIR}/room", {"room": "kitchen"})
    assert "There is a problem" in text(missing)
    # What another room would have asked is not taken.
    said = {"room": "kitchen", "in_kitchen": "tap", "in_heating": "gas"}
    assert client.post(f"{REPAIR}/room", said)["Location"] == f"{REPAIR}/frail"
    answers = Draft.objects.get().answers
    assert (answers["in_kitchen"], answers["in_heating"]) == ("tap", None)
    # Another room, and what the first asked goes.
    said = {"room": "electrics", "in_kitchen": "tap", "in_electrics": "lights"}
    assert client.post(f"{REPAIR}/room", said)["Location"] == f"{REPAIR}/how-many"
    assert Draft.objects.get().answers["in_kitchen"] is None
    assert "must be 30 or less" in words(client.post(f"{REPAIR}/how-many", {"how_many": "31"}))
    assert "how_many" not in Draft.objects.get().answers
    # What cannot wait asks for no number first.
    said = {"room": "electrics", "in_electrics": "sparks"}
    assert client.post(f"{REPAIR}/room", said)["Location"] == f"{REPAIR}/room/stopped"


def test_a_day_by_a_rule_is_wrong_at_its_field_and_nothing_else_is_lost(open_district: Any) -> None:
    publish_library("housing-repair")
    client = FormClient()
    at_room(client)
    client.post(f"{REPAIR}/room", {"room": "kitchen", "in_kitchen": "tap"})
    client.post(f"{REPAIR}/frail", {"frail": "no"})
    since = {"since-day": "1", "since-month": "1", "since-year": "2199", "details": "By the window"}
    late = client.post(f"{REPAIR}/details", since)
    assert "This day has not come yet" in words(late) and "By the window" in text(late)
    last = client.post(f"{REPAIR}/details", {**since, "since-day": "31", "since-month": "12", "since-year": "9999"})  # fmt: skip
    assert "This date cannot be used" in words(last)
    assert "since" not in Draft.objects.get().answers


def test_by_the_api_each_is_said_with_its_question(open_district: Any) -> None:
    from tests.open311.conftest import key

    publish_library("council-tax-move")
    client = FormClient()
    shape = client.get("/api/v1/services/council-tax-move").json()
    (people,) = [
        p["answers"]["properties"]["people"] for p in shape["pages"] if p["id"] == "people"
    ]
    assert people["maxItems"] == 8 and people["items"]["required"] == [
        "full_name",
        "born",
        "student",
    ]
    (account,) = [
        p["answers"]["properties"]["account"] for p in shape["pages"] if p["id"] == "account"
    ]
    assert account["anyOf"][0]["pattern"] == "^(?:[0-9]{8} ?[0-9A-Za-z])$"
    answers: dict[str, Any] = {
        "move": "out",
        "use": "home",
        "old_home": "1001",
        "left": "2026-12-04",
        "forward": {"line1": "Flat 2", "town": "Derby", "postcode": "DE1 1AA"},
        "people": [{"full_name": "Ann Lee", "born": "1980-03-31", "student": False}, {"full_name": "", "born": "1980-03-31", "student": False}],
        "account": "12",
        "truth": True,
    }  # fmt: skip
    order = {
        "channel": "online",
        "answers": answers,
        "contact": {"name": "Ann Lee", "email": "ann@resident.example"},
    }

    token = key("cases:create")

    def send(number: int) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"k{number}"}
        return client.post(
            "/api/v1/services/council-tax-move/cases",
            order,
            content_type="application/json",
            headers=headers,
        )

    refused = send(1)
    assert refused.status_code == 422 and "Person 2: " in str(refused.json()), refused.json()
    answers["people"] = answers["people"][:1]
    refused = send(2)
    assert refused.status_code == 422 and "eight figures" in str(refused.json()), refused.json()
    answers["account"] = None
    taken = send(3)
    assert taken.status_code == 201, taken.json()
    assert Case.objects.get().answers["people"][0]["full_name"] == "Ann Lee"


def test_at_the_desk_entries_stand_together_with_an_empty_one(open_district: Any) -> None:
    publish_library("council-tax-move")
    client = signed_in("adviser")
    there = client.post("/desk/new/council-tax-move", {"channel": "telephone"})["Location"]
    draft = Draft.objects.latest("created_at")
    there = f"/desk/new/council-tax-move/{draft.pk}/all"
    said = {"move": "out", "use": "home", "update": "1", **entry(1)}
    page = text(client.post(there, said))
    assert 'name="people-2-full_name"' in page and 'value="Ann Lee"' in page
    assert 'name="people-3-full_name"' not in page
    assert re.search(r"Person 2", page)


def test_a_day_that_passed_before_it_was_sent_is_asked_again(open_district: Any) -> None:
    publish_library("housing-repair")
    client = FormClient()
    at_room(client)
    client.post(f"{REPAIR}/room", {"room": "kitchen", "in_kitchen": "tap"})
    client.post(f"{REPAIR}/frail", {"frail": "no"})
    today = timezone.localdate()
    since = dict(zip(("since-day", "since-month", "since-year"), day_of(today), strict=True))
    client.post(f"{REPAIR}/details", {**since, "details": "By the window"})
    wished = today + timedelta(days=7)
    while wished.isoweekday() > 5:
        wished += timedelta(days=1)
    wish = dict(
        zip(("not_before-day", "not_before-month", "not_before-year"), day_of(wished), strict=True)
    )
    answer = client.post(f"{REPAIR}/visit", {**wish, "times": ["mornings"]})
    assert answer["Location"] == f"{REPAIR}/contact", words(answer)
    client.post(f"{REPAIR}/contact", {"name": "Ann", "phone": "01632 960 001"})
    draft = Draft.objects.get()
    before = today - timedelta(days=1)
    draft.answers = {**draft.answers, "not_before": {"$day": before.isoformat()}}
    draft.save(update_fields=["answers"])
    sent = client.post(f"{REPAIR}/check")
    assert sent["Location"] == f"{REPAIR}/visit?again=1" and not Case.objects.exists()
    again = client.get(sent["Location"])
    assert "Choose a day from tomorrow on" in words(again)
    assert (
        client.post(f"{REPAIR}/visit", {**wish, "times": ["mornings"]})["Location"]
        == f"{REPAIR}/check"
    )
    client.post(f"{REPAIR}/check")
    assert Case.objects.get().answers["not_before"] == {"$day": wished.isoformat()}


def day_of(day: date) -> tuple[str, str, str]:
    return str(day.day), str(day.month), str(day.year)


def test_what_is_not_asked_any_more_reaches_nobody(open_district: Any) -> None:
    """Answered, then asked no more because an answer before it changed: neither the answer nor its words are sent."""
    client = moved_in(open_district)
    client.post(f"{MOVE}/people", entry(1))
    client.post(f"{MOVE}/people", {"more": "no"})
    client.post(f"{MOVE}/account", {})
    client.post(f"{MOVE}/contact", {"name": "Ann Lee", "email": "ann@resident.example"})
    page = text(client.get(f"{MOVE}/truth"))
    mark = re.search(r'name="truth" type="checkbox" value="([^"]+)"', page)
    assert mark
    client.post(f"{MOVE}/truth", {"truth": mark[1]})
    client.post(f"{MOVE}/move", {"move": "in"})
    client.post(f"{MOVE}/new-home", {"new_home": "1002"})
    client.post(
        f"{MOVE}/arrived", {"arrived-day": "1", "arrived-month": "12", "arrived-year": "2026"}
    )
    client.post(f"{MOVE}/hold", {"hold": "own"})
    client.post(f"{MOVE}/proof", {})
    client.post(
        f"{MOVE}/from",
        {
            "from_there-line1": "4 Far Street",
            "from_there-town": "Leeds",
            "from_there-postcode": "LS1 1AA",
        },
    )
    client.post(f"{MOVE}/alone", {"discount": "no"})
    assert client.get(f"{MOVE}/check").status_code == 200
    client.post(f"{MOVE}/check")
    case = Case.objects.get()
    assert "forward" not in case.answers and "left" not in case.answers
    assert not {"forward", "left", "old_home"} & set(case.words), case.words
