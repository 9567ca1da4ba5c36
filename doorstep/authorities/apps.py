from django.apps import AppConfig


class AuthoritiesConfig(AppConfig):
    name = "doorstep.authorities"
    label = "authorities"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the step `send`, and the look at all that waits or is with others."""
        from doorstep.authorities import jobs, steps
        from doorstep.outside import later, plug

        steps.offer()
        plug.offer(
            plug.Socket(
                "authorities.carrier",
                "Reports to other authorities",
                "Reports are taken, and passed on as soon as it works; after a day a person is asked. People see “waiting to be passed on”.",
            )
        )
        later.reconcile_with(jobs.look)
