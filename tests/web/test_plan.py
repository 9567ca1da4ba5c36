"""The round book at the desk: what is wrong is said and kept, previews change nothing, undo puts it back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from doorstep.waste import plan_files
from doorstep.waste.models import Change, Container, MovedDay, PlanFile, Round, Suspension
from tests.people import signed_in


@pytest.fixture
def officer(district: Any) -> Client:
    Round.objects.create(
        code="REF-2", name="Ashby", stream="refuse", anchor=district.today, weeks=1
    )
    return signed_in("officer")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def coming(district: Any, days: int = 14) -> str:
    day: date = district.today + timedelta(days=days)
    return day.isoformat()


def test_a_street_is_moved_after_a_preview_and_back(officer: Client, district: Any) -> None:
    assert "Mill Lane" in text(officer.get("/desk/plan/rounds/REF-1"))
    given = {"usrn": "1", "to": "REF-2", "since": coming(district)}
    answer = officer.post("/desk/plan/rounds/REF-1/street", given, follow=True)
    assert "8</strong> homes notice it" in text(answer) and "REF-1 → REF-2" in text(answer)
    assert Container.objects.filter(round_id="REF-1").count() == 8
    there = answer.redirect_chain[-1][0]
    assert "The change is made" in text(officer.post(there, {"make": "1"}, follow=True))
    assert Container.objects.filter(round_id="REF-2").count() == 8
    assert "It was undone by officer" in text(officer.post(there, {"undo": "1"}, follow=True))
    assert Container.objects.filter(round_id="REF-1").count() == 8
    assert "Undone" in text(officer.get("/desk/plan/changes"))


@pytest.mark.parametrize(
    ("path", "given", "says"),
    [
        ("rounds/REF-1", {"name": "", "first": "2050-01-03", "weeks": "2"}, "Enter the round’s name"),
        ("rounds/REF-1", {"name": "Kept", "first": "soon", "weeks": "2"}, "Enter a day"),
        ("rounds/REF-1", {"name": "Kept", "first": "2020-01-06", "weeks": "2"}, "from today on"),
        ("rounds/REF-1", {"name": "Kept", "first": "2050-01-03", "weeks": "9" * 5000}, "from 1 to 12"),
        ("new", {"code": "ref-1", "name": "Kept", "first": "2050-01-03", "weeks": "2"}, "has that code already"),
        ("rounds/REF-1/street", {"usrn": "1", "to": "NO", "since": "2050-01-03"}, "Choose a round"),
        ("rounds/REF-1/street", {"usrn": "9" * 30, "to": "REF-2", "since": "2050-01-03"}, "Nothing would change"),
        ("calendar/suspend", {"stream": "refuse", "first": "2050-01-03", "last": "2050-01-02"}, "must not come before"),
        ("calendar/days", {"day-0": "2050-12-26", "to-0": "2050-11-01"}, "a week at most"),
        ("calendar/days", {"day-0": "2050-12-26", "to-0": "x"}, "Enter a day"),
        ("calendar/days", {"forget": "x"}, "Enter a day"),
        ("calendar/days", {}, "Nothing would change"),
        ("calendar/resume/1", {"resume-1": "2050-01-01"}, "is over or was undone"),
        ("homes/1001", {"since": "2050-01-03"}, "Nothing would change"),
        ("homes/1001", {"since": "2050-01-03", "kind": "black-bin", "round": "REF-1"}, "has that container already"),
        ("homes/1001", {"since": "2050-01-03", "kind": "teapot", "round": "REF-1"}, "Choose a container"),
        ("import", {"since": "2050-01-03"}, "Choose a file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    officer: Client, path: str, given: dict[str, str], says: str
) -> None:
    answer = officer.post(f"/desk/plan/{path}", given)
    seen = text(answer)
    assert answer.status_code == 200 and says in seen and "<title>Error:" in seen
    if given.get("name"):
        assert 'value="Kept"' in seen
    assert not Change.objects.exists()


def test_christmas_is_entered_in_one_go_and_a_day_taken_out_again(
    officer: Client, district: Any
) -> None:
    day, other = coming(district, 20), coming(district, 21)
    given = {"day-0": day, "to-0": other, "day-1": other, "to-1": ""}
    there = officer.post("/desk/plan/calendar/days", given)["Location"]
    officer.post(there, {"make": "1"})
    assert dict(MovedDay.objects.values_list("day", "to")) == {
        date.fromisoformat(day): date.fromisoformat(other),
        date.fromisoformat(other): None,
    }
    assert "Not collected" in text(officer.get("/desk/plan/calendar"))
    there = officer.post("/desk/plan/calendar/days", {"forget": other})["Location"]
    officer.post(there, {"make": "1"})
    assert MovedDay.objects.count() == 1


def test_a_change_overtaken_by_another_says_so(officer: Client, district: Any) -> None:
    given = {"usrn": "1", "to": "REF-2", "since": coming(district)}
    there = officer.post("/desk/plan/rounds/REF-1/street", given)["Location"]
    Container.objects.update(round_id="REF-2")
    answer = officer.post(there, {"make": "1"})
    assert "was changed since" in text(answer)
    assert officer.get("/desk/plan/changes/999999999999999999999").status_code == 404


def test_a_container_is_given_one_more_round_and_loses_one(officer: Client, district: Any) -> None:
    page, since = "/desk/plan/homes/1001", coming(district)
    given = {"since": since, "kind": "black-bin", "round": "REF-2"}
    there = officer.post(page, given)["Location"]
    assert "new on REF-2" in text(officer.get(there))
    officer.post(there, {"make": "1"})
    first, second = Container.objects.filter(place_id=1001).order_by("id")
    assert (first.round_id, second.round_id) == ("REF-1", "REF-2")
    assert "already: choose its round above" in text(officer.post(page, given))
    there = officer.post(page, {"since": since, f"box-{first.pk}": ""})["Location"]
    assert "REF-1: taken away" in text(officer.get(there))
    officer.post(there, {"make": "1"})
    first.refresh_from_db()
    assert (first.round_id, first.was_round_id) == ("REF-2", "REF-1")


def test_a_plan_is_read_with_progress_and_made(officer: Client, district: Any) -> None:
    head = "uprn,round_plan,container_type,schedule\n"
    rows = "1001,REF-9,black-bin,weekly on Friday\n7,REF-9,black-bin,weekly on Friday\n"
    file = SimpleUploadedFile("plan.csv", (head + rows).encode(), "text/csv")
    there = officer.post("/desk/plan/import", {"file": file, "since": coming(district)})["Location"]
    answer = officer.get(there)
    assert "0 of 2 lines" in text(answer) and answer["Refresh"] == "2"
    plan_files.read(plan_id=PlanFile.objects.get().pk, now=district.now)
    answer = officer.get(there)
    assert "Refresh" not in answer and "no property has the UPRN “7”" in text(answer)
    assert "See what would change" in text(answer)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04", "That is no CSV file."),
        (b"uprn,street\r1,a", "Line 1: The first line must name the columns"),
        (b"uprn,round_plan,container_type,schedule\r1,\x81", "Line 2: It has letters that cannot be read."),
        (b'uprn,round_plan,container_type,schedule\r1,2\r3,"4', "Line 3: A quotation mark has no partner"),
        (b"uprn,round_plan,container_type,schedule\n1," + b"2" * 140_000, "Line 2: A cell is too long"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_its_line(
    officer: Client, district: Any, content: bytes, says: str
) -> None:
    fields = {"file": SimpleUploadedFile("plan.csv", content), "since": coming(district)}
    answer = officer.post("/desk/plan/import", fields)
    assert answer.status_code == 200 and says in text(answer)
    assert not PlanFile.objects.exists()


def test_who_may_not_plan_comes_no_further(district: Any) -> None:
    client = signed_in("adviser")
    assert client.get("/desk/plan").status_code == 403
    assert "Round book" not in text(client.get("/desk"))
    assert not Suspension.objects.exists()


def test_a_change_and_its_undo_are_seen_by_the_next_request_of_page_feed_and_api(
    officer: Client, district: Any
) -> None:
    resident = Client()
    kept: dict[str, str] = {}  # the tag of all that an answer says
    paths = ["/bins/1001", "/bins/1001.ics", "/bins/1001.json"]
    api = "/api/v1/properties/1001/collections"

    def seen() -> dict[str, str]:
        """Ask as whoever keeps the last answer asks; 304 is that answer."""
        for path in paths:
            answer = resident.get(path, headers={"if-none-match": kept.get(path, "")})
            if answer.status_code != 304:
                kept[path] = answer["ETag"]
        return {**kept, api: text(resident.get(api))}

    Round.objects.filter(code="REF-1").update(anchor=district.today, weeks=1)
    first = seen()
    assert seen() == first
    given = {"day-0": coming(district), "to-0": coming(district, 15)}
    there = officer.post("/desk/plan/calendar/days", given)["Location"]
    assert seen() == first  # a preview is no change
    officer.post(there, {"make": "1"})
    second = seen()
    assert all(second[path] != first[path] for path in first)
    officer.post(there, {"undo": "1"})
    third, feed = seen(), "/bins/1001.ics"
    assert {**third, feed: ""} == {**first, feed: ""}
    # The same days again, and events that say that they are newer than the moved one.
    assert len({first[feed], second[feed], third[feed]}) == 3
