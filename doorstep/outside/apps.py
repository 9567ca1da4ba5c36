from django.apps import AppConfig


class OutsideConfig(AppConfig):
    name = "doorstep.outside"
    label = "outside"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the server's limits looked at where Django looks at databases: at each `migrate`, so at each start."""
        from django.core import checks

        from doorstep.outside import calls, heard, http, jobs, later, sweeper
        from doorstep.outside.checks import limits

        checks.register(limits, checks.Tags.database)
        http.listeners += [heard.note, calls.note]
        later.reconcile_with(jobs.look)
        later.every_day(heard.forget)
        later.every_day(calls.forget)
        later.every_day(sweeper.forget)
