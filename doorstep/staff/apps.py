from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "doorstep.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the council's own sign-in, where there is one."""
        from doorstep.outside import identity, plug

        if identity.is_connected():
            plug.offer(
                plug.Socket(
                    identity.SOCKET,
                    "The council’s own sign-in",
                    "Nobody signs in that way; who is signed in stays so, and whoever has a passkey, or a password and a code, from here signs in with it.",
                )
            )
