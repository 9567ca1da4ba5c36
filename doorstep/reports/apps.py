from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "doorstep.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the room's fact and steps, and forget every day what may no longer be kept."""
        from doorstep.outside import later
        from doorstep.reports import facts, jobs, steps

        facts.register()
        steps.offer()
        later.every_day(jobs.forget)
