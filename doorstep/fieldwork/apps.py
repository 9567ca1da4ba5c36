from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    name = "doorstep.fieldwork"
    label = "fieldwork"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the room's facts and the step `job`, and forget every day what may no longer be kept."""
        from doorstep.fieldwork import facts, jobs, queries, steps
        from doorstep.outside import freshness, later

        facts.register()
        steps.offer()
        freshness.offer(
            freshness.Source("crews", "Crews’ tablets: records and jobs done", queries.last_heard)
        )
        later.every_day(jobs.forget)
