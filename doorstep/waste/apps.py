from django.apps import AppConfig


class WasteConfig(AppConfig):
    name = "doorstep.waste"
    label = "waste"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the room's facts, the evening's notes, the look for plans not read, and the daily forgetting."""
        from doorstep.outside import freshness, later
        from doorstep.waste import concessions, facts, jobs, load_facts, queries

        facts.register()
        load_facts.register()
        concessions.register()
        freshness.offer(
            freshness.Source("rounds", "Rounds: started and finished", queries.last_progress)
        )
        later.reconcile_with(jobs.read_lost)
        later.reconcile_with(jobs.tell_this_evening)
        later.every_day(jobs.forget)
