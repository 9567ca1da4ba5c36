"""Searches without a proposal: what is kept of them, what is shown, and when it goes."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from doorstep.insight import actions as insight
from doorstep.insight import phrases
from doorstep.insight.models import Phrase
from doorstep.places.models import Street
from tests.form_client import FormClient

Browser = Callable[..., FormClient]
DAY = date(2026, 11, 16)


def kept() -> dict[str, int]:
    insight.FLUSHER.flush()
    return dict(Phrase.objects.values_list("words", "n"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Trombone lessons", "trombone lessons"),
        ("trombone lessons for Ann Smith", "trombone lessons"),
        ("trombone lessons, mr smith", "trombone lessons"),
        ("trombone lessons LE67 3FJ", "trombone lessons"),
        ("trombone lessons le67 3fj", "trombone lessons"),
        ("trombone ann@resident.example 07700 900123", "trombone"),
        ("12b trombone 4/5", "trombone"),
        ("TROMBONE LESSONS", "trombone lessons"),
        ("one two three four five six seven eight nine ten", "two three four five six seven"),
        ("x" * 30, ""),
        ("", ""),
    ],
)
def test_only_telling_words_are_kept(db: None, text: str, words: str) -> None:
    insight.count_words(text, language="en", day=DAY)
    assert kept() == ({words: 1} if words else {})


def test_names_of_streets_are_left_out(db: None) -> None:
    Street.objects.create(usrn=1, name="High Street", locality="Coalville")
    Street.objects.create(usrn=2, name="Broadway", locality="Coalville")
    for text in ("trombone in high street", "trombone broadway", "high trombone street"):
        insight.count_words(text, language="en", day=DAY)
    assert kept() == {"trombone": 2, "high trombone street": 1}


def test_a_search_without_a_proposal_is_counted_and_one_with_is_not(
    district: Any, browser: Browser
) -> None:
    client = browser()
    for text in ("trombone lessons", "Trombone lessons!", "missed bin", "LE67 3FJ"):
        client.post("/", {"q": text})
    assert kept() == {"trombone lessons": 2}


def test_what_fewer_than_five_wrote_is_not_shown_and_goes_after_thirty_days(db: None) -> None:
    for words, day, n in (
        ("rare", DAY, 4),
        ("many", DAY, 3),
        ("many", DAY + timedelta(days=1), 2),
        ("new", DAY + timedelta(days=20), 1),
    ):
        Phrase.objects.create(day=day, words=words, language="en", n=n)
    assert phrases.common(DAY, DAY + timedelta(days=30)) == [("many", 5)]
    assert phrases.common(DAY, DAY) == []
    phrases.forget(DAY + timedelta(days=30))
    assert Phrase.objects.count() == 4
    phrases.forget(DAY + timedelta(days=32))
    assert set(Phrase.objects.values_list("words", flat=True)) == {"many", "new"}
    phrases.forget(DAY + timedelta(days=500))
    assert not Phrase.objects.exists()


def test_there_is_an_end_to_what_is_kept_of_one_day(db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(phrases, "MOST_A_DAY", 2)
    for words in ("trombone", "tuba"):
        insight.count_words(words, language="en", day=DAY)
    assert kept() == {"trombone": 1, "tuba": 1}
    for words in ("trombone", "bassoon"):
        insight.count_words(words, language="en", day=DAY)
    assert kept() == {"trombone": 2, "tuba": 1}
