from django.apps import AppConfig


class WasteConfig(AppConfig):
    name = "doorstep.waste"
    label = "waste"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the room's facts."""
        from doorstep.waste import facts

        facts.register()
