from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "doorstep.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the socket of the virus scanner; have it asked again about what it could not be asked."""
        from doorstep.files import jobs, provider
        from doorstep.outside import later, plug

        plug.offer(
            plug.Socket(
                provider.SOCKET,
                "Whether a file has a virus in it",
                "Files that people send stay shut until the scanner answers; all else goes on. Teams are told after an hour.",
            )
        )
        later.reconcile_with(jobs.scan_lost)
        later.every_day(jobs.scan_given_up)
