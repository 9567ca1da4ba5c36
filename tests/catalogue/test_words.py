"""How values are said: a day has its year where it could be another year's."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Typed
from doorstep.intake import answers


def in_days(days: int) -> date:
    return timezone.now().astimezone(ZONE).date() + timedelta(days=days)


@pytest.mark.parametrize("days", [-183, -1, 0, 30, 183])
def test_a_day_near_by_has_no_year(days: int) -> None:
    assert not say(in_days(days))[-4:].isdecimal()


@pytest.mark.parametrize("days", [-20_000, -184, 184, 400])
def test_a_day_further_off_has_its_year(days: int) -> None:
    day = in_days(days)
    assert say(day).endswith(f" {day.year}")
    assert say(datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)).endswith(f" {day.year}")


def test_an_answer_has_its_year_always(district: object) -> None:
    service = district.service  # type: ignore[attr-defined]
    question, day = Question("born", "date", "Born"), in_days(1)
    typed = Typed({f"born-{part}": [str(getattr(day, part))] for part in ("day", "month", "year")})
    taken = answers.take(service, question, typed, (), {}, timezone.now())
    assert taken.words["born"].endswith(f" {day.year}")
    with council.speaking("cy"):
        taken = answers.take(service, question, typed, (), {}, timezone.now())
    assert all(words.endswith(f" {day.year}") for words in taken.words.values())
