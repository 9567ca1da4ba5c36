from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "doorstep.contacts"
    label = "contacts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """End each minute what was forgotten open; forget each day what is personal in old contacts; go with who is merged."""
        from doorstep.contacts import actions, jobs
        from doorstep.customers import forgetting
        from doorstep.outside import later

        later.reconcile_with(jobs.end_forgotten)
        later.every_day(jobs.forget)
        forgetting.follow(actions.hand_over)
