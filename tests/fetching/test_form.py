"""A list, a price so far, a day that is kept: the form in which they stand, and what is gone meanwhile."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases import drafts, submitting
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import values_of
from doorstep.catalogue.words import say
from doorstep.council.errors import Refused
from doorstep.staff.actor import RESIDENT
from doorstep.web.form import receive
from tests.fetching.conftest import BASE
from tests.form_client import FormClient


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_values_are_found_after_the_facts_and_used_like_them(fetching: Any) -> None:
    draft = fetching.draft()
    assert draft.facts["price"]["pence"] == 4000
    assert (draft.facts["free"], draft.facts["to_pay"]) == (False, 4000)
    made, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=fetching.now)
    assert made and isinstance(values_of(made)["change_by"], datetime)
    assert "$moment" in made.facts["change_by"]


def test_the_price_so_far_is_worked_out_by_a_button_and_the_page_stays(fetching: Any) -> None:
    client = fetching.browser(upto="items")
    page = text(client.get(f"{BASE}/items"))
    assert 'name="update"' in page and "item: £" not in page and "items: £" not in page
    answer = client.post(f"{BASE}/items", {"things-sofa": "1", "things-chair": "2", "update": "1"})
    page = text(answer)
    assert "3 items: £30.00" in page and 'value="2"' in page
    # Nothing is kept of it, so that a slow one never overtakes the answer that was sent after it.
    assert "things" not in Draft.objects.get().answers
    answer = client.post(f"{BASE}/items", {"things-sofa": "1"})
    assert answer["Location"] == f"{BASE}/day"


def test_a_mistake_beside_the_button_is_said(fetching: Any) -> None:
    client = fetching.browser(upto="items")
    page = text(client.post(f"{BASE}/items", {"things-sofa": "two", "update": "1"}))
    assert "Sofa: type how many as a number" in page and 'href="#things-sofa"' in page
    assert Draft.objects.get().answers == {}


def test_a_day_is_kept_from_its_page_on_and_each_answer_keeps_it_longer(
    fetching: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = fetching.browser(upto="day")
    assert Draft.objects.get().held_until is None  # nothing to hold before there is a day
    client.post(f"{BASE}/day", {"slot": fetching.days.slot(4)})
    draft = Draft.objects.get()
    first = draft.held_until
    assert first and fetching.days.held == {fetching.days.slot(4): str(draft.id)}
    said = f"We are keeping your day for you until {say(first)}"
    assert said in text(client.get(f"{BASE}/more"))
    later = timezone.now() + timedelta(minutes=7)
    monkeypatch.setattr(timezone, "now", lambda: later)
    client.post(f"{BASE}/more", {"gift": "", "email": ""})
    draft.refresh_from_db()
    assert draft.held_until == later + timedelta(minutes=20) > first
    assert f"until {say(draft.held_until)}." in text(client.get(f"{BASE}/check"))


def test_what_is_no_longer_held_is_not_said_to_be(fetching: Any) -> None:
    client = fetching.browser(upto="more")
    Draft.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert "keeping your day" not in text(client.get(f"{BASE}/more"))


def gone(client: FormClient, answer: Any) -> None:
    """The person is led to the days, told why, and has lost nothing else."""
    assert answer.status_code == 302 and answer["Location"] == f"{BASE}/day?gone=1"
    page = text(client.get(answer["Location"]))
    assert "That day can no longer be chosen. Your other answers are kept." in page
    assert 'href="#slot"' in page and 'id="slot"' in page
    draft = Draft.objects.get()
    assert "slot" not in draft.answers and draft.held_until is None
    assert draft.answers["things"] == [{"id": "sofa", "count": 2}]


def test_a_day_that_another_took_leads_back_with_all_else_kept(fetching: Any) -> None:
    client = fetching.browser(upto="more")
    fetching.days.held[fetching.days.slot(4)] = "someone else"
    gone(client, client.post(f"{BASE}/more", {"gift": "", "email": "ann@resident.example"}))


def test_a_day_taken_while_it_was_chosen_keeps_nothing_of_that_page(fetching: Any) -> None:
    draft = fetching.draft()
    day = fetching.service.form.page("day")
    fetching.days.held[fetching.days.slot(5)] = "someone else"
    first = dict(draft.answers)
    given = {"slot": {"id": fetching.days.slot(5), "day": fetching.days.first}}
    with pytest.raises(Refused, match="slot_gone"):
        drafts.answer(draft=draft, page=day, given=given, words={}, now=fetching.now)
    assert Draft.objects.get(pk=draft.pk).answers == first


def test_a_day_gone_at_sending_leads_back_too_and_makes_no_case(fetching: Any) -> None:
    client = fetching.browser(upto="check")
    fetching.days.held[fetching.days.slot(4)] = "someone else"
    gone(client, client.post(f"{BASE}/check"))
    assert Case.objects.count() == 0
    assert client.get(f"{BASE}/check")["Location"] == f"{BASE}/day"
    assert Draft.objects.get().answers["gift"] == 250


@pytest.mark.parametrize(
    ("page", "given", "says", "field"),
    [
        ("items", {}, "Choose at least one item", "things"),
        ("items", {"things-sofa": "9"}, "Sofa: we take at most 2", "things-sofa"),
        ("items", {"things-paint": "1"}, "Choose one of the answers shown", "things"),
        ("items", {"things-piano": "1"}, "Choose one of the answers shown", "things"),
        ("day", {}, "Answer this question", "slot"),
        ("day", {"slot": "N/1999-01-01"}, "That day can no longer be chosen", "slot"),
        ("more", {"gift": "lots"}, "Enter an amount in pounds", "gift"),
    ],
)
def test_what_is_wrong_is_said_and_leads_to_its_field(
    fetching: Any, page: str, given: dict[str, str], says: str, field: str
) -> None:
    client = fetching.browser(upto=page)
    drawn = text(client.post(f"{BASE}/{page}", given))
    summary = re.search(
        r'govuk-error-summary__list">.*?href="#([\w-]+)">\s*(.*?)\s*</a>', drawn, re.S
    )
    assert summary and says in summary[2], summary
    assert summary[1] == field and f'id="{field}"' in drawn


def test_the_calendar_shows_closed_days_with_their_reasons(fetching: Any) -> None:
    fetching.days.held[fetching.days.slot(3)] = "someone else"
    page = text(fetching.browser(upto="day").get(f"{BASE}/day"))
    assert page.count('type="radio"') == 8
    assert 'title="Public holiday"' in page and 'title="No room left"' in page
    for n, why in ((2, "Public holiday"), (3, "No room left")):
        day = fetching.days.first + timedelta(days=n)
        assert f"<li>{say(day)}: {why}</li>" in page
        assert f'value="{fetching.days.slot(n)}"' not in page


def test_no_day_at_all_says_whom_to_ask(fetching: Any) -> None:
    client = fetching.browser(upto="day")
    for n in range(10):
        fetching.days.held[fetching.days.slot(n)] = "someone else"
    page = text(client.get(f"{BASE}/day"))
    assert "There is no day with room just now. Please call us." in page


def test_a_day_is_kept_longer_on_request_and_what_was_typed_stays(
    fetching: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = fetching.browser(upto="more")
    later = timezone.now() + timedelta(minutes=7)
    monkeypatch.setattr(timezone, "now", lambda: later)
    answer = client.post(f"{BASE}/more", {"gift": "lots", "email": "ann@", "longer": "1"})
    assert answer["Location"].endswith("/more?held=longer")
    assert Draft.objects.get().held_until == later + timedelta(minutes=20)
    page = text(client.get(answer["Location"]))
    assert "It is kept longer." in page and 'value="lots"' in page and 'value="ann@"' in page
    fetching.days.held[fetching.days.slot(4)] = "someone else"
    gone(client, client.post(f"{BASE}/more", {"gift": "", "email": "", "longer": "1"}))


def test_the_check_page_keeps_it_longer_too_and_sends_nothing(fetching: Any) -> None:
    client = fetching.browser(upto="check")
    answer = client.post(f"{BASE}/check", {"longer": "1"})
    assert answer["Location"].endswith("/check?held=longer") and not Case.objects.exists()
    assert "It is kept longer." in text(client.get(answer["Location"]))


def test_one_address_empties_no_calendar(fetching: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = fetching.browser(upto="day")
    chosen = {"slot": fetching.days.slot(4)}
    with monkeypatch.context() as patched:
        patched.setattr(receive, "HOLDS_AN_HOUR", 2)
        codes = [client.post(f"{BASE}/day", chosen).status_code for _ in range(3)]
    assert codes == [302, 302, 429]
