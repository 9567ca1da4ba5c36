from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "doorstep.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the spine's facts and its step `ask_team`, forget every day, or sooner, what may no longer be kept, and tell what was found in files."""
        from doorstep.cases import facts, jobs, steps
        from doorstep.outside import later

        facts.offer()
        steps.offer()
        later.every_day(jobs.forget)
        later.every_day(jobs.forget_photos)
        later.reconcile_with(jobs.tell_of_files)
