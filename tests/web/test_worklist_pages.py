"""The worklist is read a page at a time, whatever it is narrowed by."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from doorstep.cases import queries
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.staff.actor import SYSTEM
from doorstep.staff.models import Look, StaffUser
from doorstep.staff.who import System
from doorstep.tasks import actions as tasks
from doorstep.web.desk.views.cases import worklist
from tests.form_client import text
from tests.people import narrowed, signed_in
from tests.streets import Streets


@pytest.fixture
def officer(district: Any) -> Client:
    client = Client()
    user = StaffUser.objects.get(username="officer")
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def five(district: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Five cases, one due each day; two stand on a page."""
    monkeypatch.setattr(worklist, "CASES", 2)
    cases = [district.case(n) for n in range(5)]
    for days, case in enumerate(cases):
        due_on = district.today + timedelta(days=days)
        Case.objects.filter(pk=case.pk).update(due_on=due_on)
    return [case.reference for case in cases]


def shown(client: Client, address: str) -> list[str]:
    page = client.get(address).content.decode()
    return re.findall(r"/desk/cases/([A-Z0-9-]+)", page)


def following(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    there = re.search(r'href="([^"]+)"[^>]*rel="next"', page)
    return there[1].replace("&amp;", "&") if there else ""


def test_each_case_stands_on_one_page_the_soonest_due_first(
    officer: Client, five: list[str]
) -> None:
    pages = ["/desk"]
    while there := following(officer, pages[-1]):
        pages.append(there)
    assert [shown(officer, page) for page in pages] == [five[:2], five[2:4], five[4:]]
    assert "5 cases, page 2 of 3" in " ".join(officer.get(pages[1]).content.decode().split())


def test_the_next_page_is_of_the_same_list(officer: Client, five: list[str]) -> None:
    there = following(officer, "/desk?stage=with_crew")
    assert "stage=with_crew" in there and shown(officer, there) == five[2:4]
    Case.objects.update(closed_at=timezone.now(), outcome="done")
    assert "state=closed" in following(officer, "/desk?state=closed")


def test_what_is_asked_beyond_the_last_page_is_the_last(officer: Client, five: list[str]) -> None:
    assert shown(officer, "/desk?page=99") == five[4:]
    assert shown(officer, "/desk?page=nonsense") == five[:2]


def test_a_task_about_no_case_stands_on_the_first_page_alone(
    officer: Client, five: list[str]
) -> None:
    tasks.ask(kind="person", text="Order new sacks", by=SYSTEM, now=timezone.now(), team="Waste")
    seen = ["Order new sacks" in officer.get(f"/desk?page={n}").content.decode() for n in (1, 2, 3)]
    assert seen == [True, False, False]


def test_a_page_of_cases_reads_no_more_statements_than_one_case(
    officer: Client, five: list[str], django_assert_max_num_queries: Any
) -> None:
    officer.get("/desk")
    with django_assert_max_num_queries(8):
        officer.get("/desk")


@pytest.mark.parametrize("state", ["open", "closed"])
def test_cases_of_the_same_moment_have_an_order_of_their_own(state: str) -> None:
    """Else one could stand on two pages and another on none: many are closed together in one moment."""
    order = queries.worklist(
        System(), timezone.now(), state=state, today=timezone.now().date()
    ).query.order_by
    assert order[-1].lstrip("-") == "id"


def test_the_list_of_one_service_keeps_it_in_its_address(
    officer: Client, five: list[str], district: Any
) -> None:
    other = Streets(district).case()
    assert other.reference in "".join(shown(officer, "/desk?page=3"))
    assert shown(officer, "/desk?service=graffiti") == [other.reference]
    there = following(officer, "/desk?service=missed-bin&stage=with_crew")
    assert "service=missed-bin" in there and "stage=with_crew" in there
    assert shown(officer, there) == five[2:4]
    page = text(officer.get("/desk?service=graffiti"))
    assert "<option value=graffiti selected>" in page.replace('"', "")
    assert 'href="/desk?service=graffiti&overdue=1"' in page


def test_who_it_is_for_is_named_to_who_may_see_the_contact_alone(district: Any) -> None:
    from doorstep.cases import sharing

    case, _ = district.case(0), Streets(district)
    sharing.share(case=case, kind="sent", key="county")
    Case.objects.filter(pk=case.pk).update(ward="E05010105")
    assert "Ann" in text(signed_in("adviser").get("/desk"))
    for client, what in (
        (narrowed("partner", key="county"), True),
        (narrowed("councillor", ward="E05010105"), False),
        (narrowed("manager"), False),
    ):
        page = text(client.get("/desk"))
        assert case.reference in page and "Ann" not in page
        assert ("Black bin" in page) == what


def test_who_reads_names_on_the_list_is_written_down(officer: Client, five: list[str]) -> None:
    narrowed("manager").get("/desk")
    assert not Look.objects.exists()
    officer.get("/desk")
    assert Look.objects.get().what == "worklist"


def test_nothing_is_ticked_beforehand_and_due_is_said_in_words(
    officer: Client, district: Any
) -> None:
    with catalogue.other_settings({"release_by_officer": True}):
        case = district.case(0)
    for days, said in ((-2, "2 days over"), (0, "today"), (1, "tomorrow")):
        Case.objects.filter(pk=case.pk).update(due_on=district.today + timedelta(days=days))
        page = text(officer.get("/desk"))
        assert f"{said}</td>" in page and f'value="{case.pk}@' in page and " checked" not in page


def test_a_bulk_decision_comes_back_to_the_same_list(officer: Client, five: list[str]) -> None:
    page = officer.get("/desk?service=missed-bin&page=2").content.decode()
    asked = re.search(r'name="asked" value="([^"]*)"', page)
    assert asked and asked[1] == "service=missed-bin&amp;page=2"
    sent = {"decision": "release", "asked": "service=missed-bin&page=2"}
    led = officer.post("/desk/decide", sent)["Location"]
    assert led == "/desk?service=missed-bin&page=2&done=0&refused=0"
    assert "tick the cases first" in text(officer.get(led))
    for odd in ("/desk?done=abc&refused=1", "/desk?done=-1&refused=0", "/desk?done=1"):
        assert "case done" not in text(officer.get(odd)) and "cases done" not in text(
            officer.get(odd)
        )


def test_a_stage_that_a_service_has_not_narrows_nothing(officer: Client, five: list[str]) -> None:
    assert shown(officer, "/desk?service=missed-bin&stage=removed") == five[:2]
    assert shown(officer, "/desk?service=missed-bin&stage=nonsense") == five[:2]


def test_stages_that_are_called_alike_are_one(officer: Client, five: list[str]) -> None:
    page = officer.get("/desk").content.decode()
    labels = re.findall(
        r"<option value=\"[^\"]*\"[^>]*>([^<]+)</option>",
        page.split('id="stage"')[1].split("</select>")[0],
    )
    assert len(labels) == len(set(labels)) > 5
