"""People in tests."""

from django.test import Client

from doorstep.staff.models import StaffUser


def signed_in(role: str) -> Client:
    """Return the browser of the district's person with a role, signed in."""
    client = Client()
    who = StaffUser.objects.get(username=role)
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    return client
