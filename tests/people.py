"""People in tests."""

from doorstep.staff.models import StaffUser
from tests.form_client import FormClient


def signed_in(role: str) -> FormClient:
    """Return the browser of the district's person with a role, signed in."""
    client = FormClient()
    who = StaffUser.objects.get(username=role)
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    return client
