from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuthoritiesConfig(AppConfig):
    name = "doorstep.authorities"
    label = "authorities"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the step `send`, and the look at all that waits or is with others."""
        from doorstep.authorities import asking, jobs, steps
        from doorstep.outside import later, plug

        steps.offer()
        plug.offer(
            plug.Socket(
                "authorities.carrier",
                "Reports to other authorities",
                "Reports are taken, and passed on as soon as it works; after a day a person is asked. People see “waiting to be passed on”.",
                public=_(
                    "Some reports go on to another organisation, which we cannot reach just now. You can send yours as usual. We keep it, and see to it that they get it."
                ),
                steps=frozenset({"send"}),
                hosts_of=asking.hosts,
            )
        )
        later.reconcile_with(jobs.look)
