"""`doorstep connectors check`."""

import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from doorstep.outside import plug
from doorstep.outside.errors import OutsideError


class Command(BaseCommand):
    """Asks each connector whether its address and key work; exits 1 when one does not."""

    help = "check: ask each connector whether its address and key work; exits 1 when one does not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the verb."""
        parser.add_argument("verb", choices=["check"])

    def handle(self, *args: object, **options: object) -> None:
        """Check every connector that can be checked."""
        bad = 0
        for socket, name in settings.CONNECTORS.items():
            check = getattr(plug.get(socket), "check", None)
            try:
                sentence = check() if check else "cannot be checked without sending something"
            except OutsideError as exc:
                bad, sentence = bad + 1, f"DOES NOT WORK: {exc}"
            self.stdout.write(f"{socket} ({name.rsplit('.', 1)[1]}): {sentence}")
        if bad:
            sys.exit(1)
