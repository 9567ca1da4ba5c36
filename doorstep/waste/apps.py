from django.apps import AppConfig


class WasteConfig(AppConfig):
    name = "doorstep.waste"
    label = "waste"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the room's facts, the evening's notes, the looks every minute, and the daily forgetting."""
        from doorstep.outside import freshness, later, plug
        from doorstep.waste import concessions, facts, jobs, load_facts, mirror, queries, theirs

        facts.register()
        load_facts.register()
        concessions.register()
        freshness.offer(
            freshness.Source("rounds", "Rounds: started and finished", queries.last_progress)
        )
        if theirs.is_kept_there():
            plug.offer(theirs.socket(facts.THEIRS))
            freshness.offer(
                freshness.Source(
                    "waste_system", "The waste system: a home last read", mirror.last_read
                )
            )
        later.reconcile_with(jobs.read_lost)
        later.reconcile_with(jobs.look_there)
        later.reconcile_with(jobs.tell_this_evening)
        later.every_day(jobs.forget)
