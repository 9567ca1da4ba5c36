from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "doorstep.rehearsal"
    label = "rehearsal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Look for plays that were asked for and lost."""
        from doorstep.outside import later
        from doorstep.rehearsal import jobs

        later.reconcile_with(jobs.play_lost)
