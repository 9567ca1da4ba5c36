from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "doorstep.bookings"
    label = "bookings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the room's facts and the step `book`; look every minute for holds that ran out."""
        from doorstep.bookings import facts, jobs, steps, uses
        from doorstep.outside import later

        facts.register()
        uses.register()
        steps.offer()
        later.reconcile_with(jobs.lapse_due)
        later.reconcile_with(jobs.move_lost)
