from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "doorstep.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the steps `pay` and `refund`, the look at all that is unsettled, the nightly comparison and forgetting."""
        from doorstep.outside import later
        from doorstep.payments import jobs, steps

        steps.offer()
        later.reconcile_with(jobs.settle)
        later.every_day(jobs.compare_daily)
        later.every_day(jobs.forget)
