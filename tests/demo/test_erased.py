"""The demo stands beside cases that were erased."""

from typing import Any

from django.utils import timezone

from doorstep.demo import week
from doorstep.fieldwork.models import Job


def test_a_job_that_names_no_container_any_more_is_passed_over(district: Any) -> None:
    district.case(0)
    Job.objects.update(about_key="")
    crew_list = Job.objects.values_list("crew_list", flat=True)[0]
    homes = week._Homes(timezone.now())
    assert homes.take(crew_list)
