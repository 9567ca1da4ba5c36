from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "doorstep.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sweep away every day the photos of forms that were never sent."""
        from doorstep.files import photos
        from doorstep.outside import later

        later.every_day(photos.sweep)
