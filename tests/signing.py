"""People of the district who sign in as a council's do, with a password and the code of an app."""

from typing import Any

import pyotp
from django.utils import timezone

from doorstep.outside import sealed
from doorstep.staff import codes
from doorstep.staff.models import Secret, StaffUser
from tests.form_client import FormClient

PASSWORD = "a-long-password"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_app(username: str) -> StaffUser:
    """Return somebody who has set up an app, long ago."""
    user = StaffUser.objects.get(username=username)
    kept = {"sealed": sealed.seal(codes.PURPOSE, SECRET), "last_step": 0}
    Secret.objects.update_or_create(staff=user, defaults=kept | {"confirmed_at": timezone.now()})
    return user


def code() -> str:
    """Return the code that their app shows now."""
    return pyotp.TOTP(SECRET).at(timezone.now())


def signs_in(client: FormClient, username: str, **more: Any) -> Any:
    """Sign in by name, password and code; return the last answer."""
    with_app(username)
    first = client.post("/desk/sign-in", {"username": username, "password": PASSWORD, **more})
    return client.post("/desk/sign-in/second", {"code": code()}) if first.status_code == 200 else first  # fmt: skip
