from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    name = "doorstep.fieldwork"
    label = "fieldwork"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the step `job`."""
        from doorstep.fieldwork import steps

        steps.offer()
