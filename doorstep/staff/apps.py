from typing import Any

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "doorstep.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Write down who comes in, goes, and who tries in vain; offer the council's own sign-in where there is one."""
        from django.contrib.auth import signals

        from doorstep.outside import identity, plug

        if identity.is_connected():
            plug.offer(
                plug.Socket(
                    identity.SOCKET,
                    "The council’s own sign-in",
                    "Nobody signs in that way; who is signed in stays so, and whoever has a name and a password from here signs in with it.",
                )
            )
        signals.user_logged_in.connect(_came_in, dispatch_uid="staff-in")
        signals.user_logged_out.connect(_went, dispatch_uid="staff-out")
        signals.user_login_failed.connect(_tried, dispatch_uid="staff-tried")


def _note(kind: str, name: str, by: str) -> None:
    from django.utils import timezone

    from doorstep.staff import actions

    actions.note(kind=kind, about=name, by=by, now=timezone.now())


def _came_in(user: Any, **_more: object) -> None:
    _note("signed in", user.username, user.username)


def _went(user: Any, **_more: object) -> None:
    if user is not None:
        _note("signed out", user.username, user.username)


def _tried(credentials: Any, **_more: object) -> None:
    from doorstep.staff.models import StaffUser

    # The name only of an account that is there: what else is typed in that field may be a password.
    name = str(credentials.get("username", ""))
    is_there = StaffUser.objects.filter(username=name).exists()
    _note("sign-in failed", name if is_there else "(no such account)", "")
