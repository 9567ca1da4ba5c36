"""People in tests."""

from typing import Any

from doorstep.staff.models import StaffUser
from tests.form_client import FormClient


def signed_in(role: str) -> FormClient:
    """Return the browser of the district's person with a role, signed in."""
    client = FormClient()
    who = StaffUser.objects.get(username=role)
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    return client


def opened(*cases: Any) -> FormClient:
    """Return a browser that may open these cases."""
    from django.core import signing

    from doorstep.web.kit.visitor import CASES

    client = FormClient()
    client.cookies[CASES] = signing.dumps([case.reference for case in cases], salt=CASES)
    return client
