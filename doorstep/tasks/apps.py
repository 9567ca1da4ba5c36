from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "doorstep.tasks"
    label = "tasks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Forget every day what ended tasks said of people."""
        from doorstep.outside import later
        from doorstep.tasks import jobs

        later.every_day(jobs.forget)
