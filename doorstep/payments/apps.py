from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "doorstep.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the steps `pay` and `refund`, the look at all that is unsettled, the nightly comparison and forgetting."""
        from doorstep.outside import later, plug
        from doorstep.payments import jobs, steps

        steps.offer()
        plug.offer(
            plug.Socket(
                "payments.provider",
                "Payments by card",
                "Who is to pay reads that it does not work just now, keeps the day, and can pay later by the same page; cash at a counter goes on. What was paid meanwhile is found by asking every minute.",
                public=_(
                    "Paying by card does not work just now. You can fill in this form and send it: nothing is taken. The page after it says until when you can pay. You can pay there as soon as it works again. If it does not work in time, call us."
                ),
                steps=frozenset({"pay"}),
            )
        )
        later.reconcile_with(jobs.settle)
        later.every_day(jobs.compare_daily)
        later.every_day(jobs.forget)
