"""The worklist is read a page at a time, whatever it is narrowed by."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from doorstep.cases import queries
from doorstep.cases.models import Case
from doorstep.staff.actor import SYSTEM
from doorstep.staff.models import StaffUser
from doorstep.staff.who import System
from doorstep.tasks import actions as tasks
from doorstep.web.desk.views.cases import worklist


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
