"""`doorstep page away`."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from doorstep.web.kit import when_away


class Command(BaseCommand):
    """Prints a page that a reverse proxy shows by itself; it asks neither database nor web."""

    help = "away: print the page that a reverse proxy shows while no web process answers it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the page's name."""
        parser.add_argument("name", choices=["away"])

    def handle(self, *args: object, **options: object) -> None:
        """Print the page."""
        self.stdout.write(when_away.page())
