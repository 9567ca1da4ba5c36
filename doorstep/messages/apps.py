from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "doorstep.messages"
    label = "doorstep_messages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the step `tell`, the look for lost messages, and the daily forgetting."""
        from doorstep.messages import jobs, steps
        from doorstep.outside import later, plug

        steps.offer()
        late = _(
            "Our messages may come late just now. You can use this form as usual. The page after it gives you a reference, and says where your request stands."
        )
        plug.offer(
            plug.Socket(
                "messages.messenger",
                "E-mail",
                "Messages wait, and leave as soon as it works; what could not be sent for a day is asked of a person. Every page says the same as the message.",
                public=late,
                steps=frozenset({"tell"}),
                contact="email",
            )
        )
        plug.offer(
            plug.Socket(
                "messages.texts",
                "Text messages",
                "As e-mail.",
                public=late,
                steps=frozenset({"tell"}),
                contact="phone",
            )
        )
        later.reconcile_with(jobs.resend_lost)
        later.reconcile_with(jobs.send_reminders)
        later.reconcile_with(jobs.ask_after)
        later.every_day(jobs.forget)
        later.every_day(jobs.warn_of_expiry)
