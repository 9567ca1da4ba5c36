"""Where crews were, and what they had to know of a place, is not kept for ever."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from doorstep.council import queries as council
from doorstep.fieldwork import jobs as field_jobs
from doorstep.fieldwork.models import Caution
from doorstep.places.models import Street
from doorstep.waste import jobs
from doorstep.waste.models import Round, RoundDay, StreetDay


def test_progress_goes_as_long_ago_as_what_was_seen_on_the_round(district: Any) -> None:
    RoundDay.objects.all().delete()
    kept = timedelta(days=council.current().keep_logs_days)
    days = [district.today - kept - timedelta(days=n) for n in (-1, 1)]
    of = {"round": Round.objects.get(), "by": "crew", "street": Street.objects.get()}
    for day in days:
        RoundDay.objects.create(round=of["round"], day=day)
        StreetDay.objects.create(day=day, **of)
    jobs.forget()
    assert list(RoundDay.objects.values_list("day", flat=True)) == days[:1]
    assert list(StreetDay.objects.values_list("day", flat=True)) == days[:1]


def test_a_caution_goes_a_year_after_its_end(db: None) -> None:
    today = timezone.localdate()
    for days in (364, 366):
        Caution.objects.create(
            easting=1,
            northing=1,
            text="A dog",
            made_at=timezone.now(),
            until=today - timedelta(days=days),
        )
    field_jobs.forget()
    assert Caution.objects.get().until == today - timedelta(days=364)
