from django.apps import AppConfig


class OutsideConfig(AppConfig):
    name = "doorstep.outside"
    label = "outside"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sweep away every day the photos of forms that were never sent."""
        from doorstep.outside import later, photos

        later.every_day(photos.sweep)
