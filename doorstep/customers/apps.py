from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "doorstep.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the room's facts and sockets, the age of the benefits extract where one is used, matching, and the daily forgetting."""
        from doorstep.customers import extract, facts, jobs
        from doorstep.outside import later, plug

        facts.register()
        plug.offer(
            plug.Socket(
                "customers.records",
                "Whether somebody is entitled to a lower price",
                "The answer is “cannot tell”: by the council’s setting people pay now and an officer gives the difference back, or send a letter.",
                public=_(
                    "We cannot check just now whether somebody gets a benefit. You can go on: the form says what to do instead."
                ),
                facts=frozenset({"customers.entitled"}),
            )
        )
        plug.offer(
            plug.Socket(
                "customers.organisations",
                "Whether a company is registered",
                "Forms that look a company up say that it cannot be done just now, and keep what was typed.",
                public=_(
                    "We cannot look companies up just now. What you type is kept: try again later, or ask us."
                ),
                facts=frozenset({"customers.registered"}),
            )
        )
        extract.offer_age()
        later.reconcile_with(jobs.match)
        later.every_day(jobs.forget)
