"""People in tests."""

from typing import Any

from django.utils import timezone

from doorstep.staff.models import Grant, StaffUser
from tests.form_client import FormClient


def signed_in(role: str) -> FormClient:
    """Return the browser of the district's person with a role, signed in."""
    client = FormClient()
    who = StaffUser.objects.get(username=role)
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    return client


def narrowed(role: str, **of: str) -> FormClient:
    """Return the browser of somebody new who has a role of one team, ward, list or partner, signed in."""
    name = "-".join(filter(None, ["one", role, *of.values()])).lower().replace(" ", "-")
    person = StaffUser.objects.create(username=name, name=name)
    made_at = timezone.now()
    Grant.objects.create(staff=person, role=role, source="screen", made_at=made_at, **of)
    client = FormClient()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def opened(*cases: Any) -> FormClient:
    """Return a browser that may open these cases."""
    from django.core import signing

    from doorstep.web.kit.visitor import CASES

    client = FormClient()
    client.cookies[CASES] = signing.dumps([case.reference for case in cases], salt=CASES)
    return client
