"""`doorstep benefits load FOLDER`: takes in the benefits system's nightly extract."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from doorstep.council.errors import Refused
from doorstep.customers import extract

WHY: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "file_missing": lambda about: f"{about['file']} is not there, or may not be read",
    "file_unread": lambda about: (
        f"{about['file']}:{about['line']}: {about['why']}" + (f" ({m})" if (m := about["missing"]) else "")
    ),
    "nothing_in_it": lambda about: "no claim in it runs; what was loaded before stays",
    "much_smaller": lambda about: (
        f"it has {about['now']} keys where there were {about['was']}; what was loaded before stays."
        " If that is right, add --smaller"
    ),
}  # fmt: skip
BAD = {
    "claim_or_status_missing": "no claim number, or no status",
    "house_or_date_missing": "no claim or house number, or no day until when",
    "name_or_birth_missing": "no claim number, no surname, or no day of birth",
}
MOST_SHOWN = 50


class Command(BaseCommand):
    """Loads an extract whole; what was there before answers until it is."""

    help = "load FOLDER: take in hbclaim.csv, hbmember.csv and hbhousehold.csv; only keyed hashes are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the verb, the folder, and whether a much smaller extract is right."""
        parser.add_argument("verb", choices=["load"])
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--smaller", action="store_true", help="load it though it is much smaller"
        )

    def handle(self, *args: object, **options: Any) -> None:
        """Load it, say what was skipped by file and line, or say why not."""
        began = time.monotonic()
        try:
            loaded = extract.load(
                options["folder"], now=timezone.now(), tell=self._tell, smaller=options["smaller"]
            )
        except Refused as exc:
            raise CommandError(WHY[exc.code](exc.values)) from exc
        for row in loaded.bad[:MOST_SHOWN]:
            self.stderr.write(f"{row.file}:{row.line}: {BAD[row.why]}; skipped")
        if len(loaded.bad) > MOST_SHOWN:
            self.stderr.write(f"… and {len(loaded.bad) - MOST_SHOWN} rows more were skipped")
        self.stdout.write(
            f"{loaded.claims:,} claims run; {loaded.keys:,} keys are kept, {len(loaded.bad)} rows were skipped"
            f" ({time.monotonic() - began:.1f} s)."
        )

    def _tell(self, file: str, count: int) -> None:
        self.stdout.write(f"  {file}: {count:,} rows")
