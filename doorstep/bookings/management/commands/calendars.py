"""`doorstep calendars [FILE]`: brings the booking calendars to what a council's file says."""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError
from pydantic import ValidationError

from doorstep.bookings import calendars
from doorstep.council import queries as council
from doorstep.council.errors import Refused

WHY: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "wards_unknown": lambda about: f"no such wards: {about['wards']}",
    "units_differ": lambda about: "; ".join(about["problems"]),
}


class Command(BaseCommand):
    """Loads calendars; run again, it changes only what the file changed."""

    help = "Bring the booking calendars to what calendars.yaml of this council (or FILE) says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, if not the council's own."""
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *args: object, **options: object) -> None:
        """Load them, or say what is wrong with the file."""
        path = options["file"] or council.folder() / "calendars.yaml"
        assert isinstance(path, Path)
        try:
            codes = calendars.load(path)
        except (OSError, yaml.YAMLError, ValidationError) as exc:
            raise CommandError(f"{path.name}: {exc}") from exc
        except Refused as exc:
            raise CommandError(f"{path.name}: {WHY[exc.code](exc.values)}") from exc
        self.stdout.write(f"Calendars: {', '.join(codes)}.")
