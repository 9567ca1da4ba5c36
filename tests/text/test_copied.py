"""What people copy out is understood; what is none of it is refused."""

from datetime import date

import pytest

from doorstep.text import copied


@pytest.mark.parametrize(
    "text",
    [
        "MB-2345-ABCD",
        "mb2345abcd",
        "Ref: MB-2345-ABCD.",
        "mb 2345 abcd",
        "MB–2345–ABCD",
        "MB\u20112345\u2011ABCD",
        "(Your reference is MB-2345-ABCD)",
        "\u200bMB-2345-ABCD\n",
    ],
)
def test_a_reference_however_it_is_copied(text: str) -> None:
    assert copied.reference(text) == "MB-2345-ABCD"


def test_what_is_no_reference_stays_what_it_is() -> None:
    assert copied.reference("nothing here") == "NOTHINGHERE"
    assert copied.reference("") == ""


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("B79 OPJ", "B79 0PJ"),
        ("12 Mill Lane, Coalville, LE67 3FJ", "LE67 3FJ"),
        ("12 Mill Lane B79 OPJ.", "B79 0PJ"),
        ("le673fj", "LE67 3FJ"),
        ("L E 6 7-3FJ", "LE67 3FJ"),
        ("sol4 3xx", "SO14 3XX"),
        ("W1A 1AA", "W1A 1AA"),
        ("LE67", ""),
        ("Mill Row", ""),
        ("é" * 5000, ""),
    ],
)
def test_a_postcode_however_it_is_typed(text: str, postcode: str) -> None:
    assert copied.postcode(text) == postcode


@pytest.mark.parametrize(
    "text",
    [
        "3 December 2026",
        "Thursday 3rd Dec 2026",
        "December 3, 2026",
        "3/12/2026",
        "03.12.2026",
        "2026-12-03",
        "3 Rhagfyr 2026",
    ],
)
def test_a_day_however_it_is_written(text: str) -> None:
    assert copied.day(text) == date(2026, 12, 3)


@pytest.mark.parametrize(
    "text",
    [
        "1_0 12 2026",
        "3/" + "1" * 20 + "/2026",
        "3/12/26",
        "3 12 0026",
        "31/11/2026",
        "31/12/9999",
        "soon",
        "",
        "2026",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert copied.day(text) is None


@pytest.mark.parametrize(
    "text",
    ["ann@Example.com", "Ann <ann@example.com>", "mailto:ann@example.com", "ann@example.com."],
)
def test_an_address_however_it_is_copied(text: str) -> None:
    assert copied.email(text) == "ann@example.com"


@pytest.mark.parametrize(
    "text",
    ["a..b@example.com", ".a@example.com", "a@localhost", "a@b@example.com", "a@1.2.3.4", f"{'x' * 65}@example.com", "a@example.c"],
)  # fmt: skip
def test_an_address_that_no_server_takes(text: str) -> None:
    assert copied.email(text) == ""


def test_a_link_ends_before_what_mail_programs_leave() -> None:
    assert {copied.link(f"/case/open/abc{end}") for end in (".", ")", '">', ",", "’", "")} == {
        "/case/open/abc"
    }
