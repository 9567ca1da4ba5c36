"""The demo's people, whose password is published, are made in the demo alone."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from doorstep.staff.models import Grant, StaffUser


def test_outside_the_demo_it_refuses(district: Any, settings: Any) -> None:
    settings.DEMO, before = False, StaffUser.objects.count()
    with pytest.raises(CommandError, match="DOORSTEP_DEMO=1 only"):
        call_command("demo")
    assert StaffUser.objects.count() == before


def test_beside_a_councils_own_people_it_refuses(db: None, settings: Any) -> None:
    settings.DEMO = True
    StaffUser.objects.create(username="ada", name="Ada Administrator", roles=[])
    with pytest.raises(CommandError, match="not the demo's"):
        call_command("demo")
    assert StaffUser.objects.count() == 1


def test_beside_a_councils_own_homes_it_refuses(district: Any, settings: Any) -> None:
    settings.DEMO = True
    Grant.objects.all().delete()
    StaffUser.objects.all().delete()
    with pytest.raises(CommandError, match="not the demo's"):
        call_command("demo")
