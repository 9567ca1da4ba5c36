from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "doorstep.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Forget every day what limits counted and what the API keeps to say again."""
        from doorstep.outside import later
        from doorstep.web import jobs

        later.every_day(jobs.forget)
