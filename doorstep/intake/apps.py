from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "doorstep.intake"
    label = "intake"

    def ready(self) -> None:
        """Offer the step `amend`."""
        from doorstep.intake import steps

        steps.offer()
