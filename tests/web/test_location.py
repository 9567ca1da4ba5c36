"""The question of a place: what is searched anew is chosen anew, and a point may be typed."""

import re
from typing import Any

import pytest

from doorstep.cases.models import Draft
from tests.form_client import FormClient
from tests.streets import Streets

THERE = "/services/graffiti/where"


@pytest.fixture
def client(district: Any) -> FormClient:
    Streets(district)
    client = FormClient()
    client.post("/services/graffiti/begin")
    return client


def page(client: FormClient, **fields: str) -> str:
    return str(client.post(THERE, fields).content.decode())


def ticked(text: str) -> list[str]:
    radios = re.findall(r'<input class="govuk-radios__input".*?>', text, re.S)
    return [re.findall(r'value="([^"]*)"', r)[0] for r in radios if re.search(r"\bchecked\b", r)]


def test_a_new_search_clears_the_old_choice_and_says_how_many(client: FormClient) -> None:
    text = page(
        client,
        where="street:11",
        **{"where-typed": "Mill Lane End", "where-found": "High", "find": "where"},
    )
    assert ticked(text) == ["street:12"]
    assert "1 place found. It is chosen." in text
    assert "1 place found - " in text[: text.index("</title>")]
    text = page(
        client,
        where="street:12",
        **{"where-typed": "LE67 3AA", "where-found": "Mill", "find": "where"},
    )
    assert ticked(text) == [] and "3 places found. Choose one." in text
    text = page(
        client,
        where="street:12",
        **{"where-typed": "Nowhere", "where-found": "Mill", "find": "where"},
    )
    assert ticked(text) == [] and "We found nothing" in text and "0 places found" in text


def test_what_was_typed_anew_without_a_search_is_not_sent_as_the_old_place(
    client: FormClient,
) -> None:
    text = page(client, where="street:11", **{"where-typed": "LE67 3AA", "where-found": "High"})
    assert "Choose one of the places found" in text and ticked(text) == []
    assert "where" not in Draft.objects.get().answers


@pytest.mark.parametrize(
    "typed", ["52.72210, -1.37000", "SK 4265 1422", "https://maps.apple.com/?ll=52.7221,-1.37"]
)
def test_a_point_is_found_and_sent(client: FormClient, typed: str) -> None:
    text = page(client, **{"where-typed": typed, "find": "where"})
    [place_id] = ticked(text)
    assert place_id.startswith("at:52.7")
    page(client, where=place_id, **{"where-typed": typed, "where-found": typed})
    assert Draft.objects.get().answers["where"]["id"] == place_id
