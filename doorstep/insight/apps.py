from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "doorstep.insight"
    label = "insight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Count each minute what was left, and forget each night what may no longer be kept."""
        from doorstep.insight import jobs
        from doorstep.outside import later

        later.reconcile_with(jobs.look)
        later.every_day(jobs.forget)
