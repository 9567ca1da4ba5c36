from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "doorstep.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the facts about a text, and forget every day what may no longer be kept."""
        from doorstep.catalogue import facts, jobs
        from doorstep.outside import later

        facts.register()
        later.every_day(jobs.forget)
