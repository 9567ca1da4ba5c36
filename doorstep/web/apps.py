from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "doorstep.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Forget every day what limits counted and what the API keeps; check the council's data at each migration."""
        from django.core import checks

        from doorstep.outside import later
        from doorstep.web import jobs
        from doorstep.web.operations.council_checks import council

        later.every_day(jobs.forget)
        checks.register(council)
