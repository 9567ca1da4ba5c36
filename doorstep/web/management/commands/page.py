"""`doorstep page away` and `doorstep page away.json`."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from doorstep.web.kit import programs, when_away


class Command(BaseCommand):
    """Prints a page that a reverse proxy shows by itself; it asks neither database nor web."""

    help = "away, away.json: print what a reverse proxy says while no web process answers it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the page's name."""
        parser.add_argument("name", choices=["away", "away.json"])

    def handle(self, *args: object, **options: object) -> None:
        """Print it: for people as a page, for programs as the API speaks."""
        is_page = options["name"] == "away"
        self.stdout.write(
            when_away.page() if is_page else programs.fault(503, "away").content.decode()
        )
