from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "doorstep.messages"
    label = "doorstep_messages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the step `tell`, the look for lost messages, and the daily forgetting."""
        from doorstep.messages import jobs, steps
        from doorstep.outside import later

        steps.offer()
        later.reconcile_with(jobs.resend_lost)
        later.reconcile_with(jobs.send_reminders)
        later.reconcile_with(jobs.ask_after)
        later.every_day(jobs.forget)
        later.every_day(jobs.warn_of_expiry)
