from django.apps import AppConfig


class SignpostsConfig(AppConfig):
    name = "doorstep.signposts"
    label = "signposts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the facts about a text, and forget every day what may no longer be kept."""
        from doorstep.outside import later
        from doorstep.signposts import facts, jobs

        facts.register()
        later.every_day(jobs.forget)
