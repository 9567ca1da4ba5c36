"""Homes found by whatever a caller says of them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doorstep.places import finding
from doorstep.places.models import Property, Street, Ward

HOMES = (
    # UPRN, street, line, number, postcode
    (1, 11, "72 Bath Street", 72, "LE65 1GE"),
    (2, 11, "7 Bath Street", 7, "LE65 1GE"),
    (3, 11, "72A Bath Street", 72, "LE65 1GE"),
    (4, 12, "72 Belvoir Road", 72, "LE67 3PN"),
    (5, 12, "The Old Barn, Belvoir Road", 0, "LE67 3PN"),
    (6, 13, "1 St John’s Close", 1, "LE67 2FJ"),
    (7, 13, "12 St John’s Close", 12, "LE67 2FJ"),
    (8, 14, "Flat 2, 9 High Street", 902, "LE67 3AA"),
    (9, 14, "Flat 3, 9 High Street", 903, "LE67 3AA"),
    (10, 15, "4 Broomleys Avenue", 4, "LE67 4DA"),
)
STREETS = (
    (11, "Bath Street", "Ashby-de-la-Zouch"),
    (12, "Belvoir Road", "Coalville"),
    (13, "St John’s Close", "Hugglescote"),
    (14, "High Street", "Coalville"),
    (15, "Broomleys Avenue", "Coalville"),
    (16, "Bath Lane", "Moira"),
)


@pytest.fixture
def town(db: Any) -> None:
    ward = Ward.objects.create(code="E1", name="Ward")
    for usrn, name, locality in STREETS:
        Street.objects.create(usrn=usrn, name=name, locality=locality)
    for uprn, usrn, words, sort, postcode in HOMES:
        Property.objects.create(
            uprn=uprn,
            street_id=usrn,
            ward=ward,
            line=words,
            sort=sort,
            postcode=postcode,
            blpu_class="RD",
            easting=0,
            northing=0,
        )


def found(text: str) -> list[str]:
    return [home.line for home in finding.find(text).rows]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("72 bath street", "72 Bath Street"),
        ("bath street 72", "72 Bath Street"),
        ("72, Bath Street Ashby", "72 Bath Street"),
        ("ASHBY bath st no. 72", "72 Bath Street"),
        ("72 ba", "72 Bath Street"),
        ("72a bath st", "72A Bath Street"),
        ("7 bath street", "7 Bath Street"),
        ("72 belvoir rd", "72 Belvoir Road"),
        ("old barn", "The Old Barn, Belvoir Road"),
        ("the old barn coalville", "The Old Barn, Belvoir Road"),
        ("12 saint johns", "12 St John’s Close"),
        ("st john's cl 12", "12 St John’s Close"),
        ("flat 3 9 high st", "Flat 3, 9 High Street"),
        ("le67 2fj 12", "12 St John’s Close"),
        ("12 LE672FJ", "12 St John’s Close"),
        ("le67 12 john", "12 St John’s Close"),
        ("le65 1", "7 Bath Street"),
    ],
)
def test_a_home_is_found_by_what_is_typed(town: None, text: str, first: str) -> None:
    homes = finding.find(text)
    assert homes.rows[0].line == first and homes.let_go == ""


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("baht street 72", "72 Bath Street"),
        ("72 belvior road", "72 Belvoir Road"),
        ("beaver rd", None),
        ("4 broom leys ave", "4 Broomleys Avenue"),
        ("4 brumleys avenue", "4 Broomleys Avenue"),
        ("72 bath avenue", "72 Bath Street"),
    ],
)
def test_a_street_that_is_misspelt_is_found_and_said_to_be(
    town: None, text: str, first: str | None
) -> None:
    homes = finding.find(text)
    assert [home.line for home in homes.rows][:1] == ([first] if first else [])
    assert homes.let_go == ("spelling" if first else "")


def test_a_number_that_no_home_there_has_leads_to_the_nearest(town: None) -> None:
    homes = finding.find("70 bath street")
    assert homes.let_go == "number" and homes.rows[0].line.startswith("72")
    assert found("le67 2fj 13")[0] == "12 St John’s Close"


def test_a_uprn_finds_its_home_alone(town: None) -> None:
    assert found("6") == ["1 St John’s Close"] and found("1 0") == ["4 Broomleys Avenue"]
    assert found("9" * 30) == []


def test_there_is_said_to_be_more(town: None) -> None:
    homes = finding.find("bath street", limit=2)
    assert len(homes.rows) == 2 and homes.has_more
    assert not finding.find("bath street", limit=3).has_more


@pytest.mark.parametrize("text", ["", " ", "a", "'", "!:* & |", "\\", "%", "x" * 400, "((", "no", "1 2 3 4 5 6 7 8 9 10 x"])  # fmt: skip
def test_what_means_no_home_finds_none(town: None, text: str) -> None:
    assert finding.find(text).rows == []


@pytest.mark.parametrize(
    "text", ["bath st 72", "baht st 72", "72 zzzz", "old barn", "le67 2fj 1", "9 baht rd"]
)
def test_it_takes_three_statements_at_most(town: None, text: str) -> None:
    with CaptureQueriesContext(connection) as seen:
        finding.find(text)
    assert len(seen.captured_queries) <= 3


def test_words_of_a_line_are_found_by_their_index(town: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(
            "explain select * from places_property where to_tsvector('simple', line) @@ 'barn'"
        )
        assert "homes_by_words" in str(cursor.fetchall())
