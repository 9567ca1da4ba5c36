"""`doorstep answers SERVICE`."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from doorstep.council.queries import ZONE
from doorstep.insight import answers

PLACES = {"sent": "After sending", "end": "At the end"}
SCORES = {
    5: "very satisfied",
    4: "satisfied",
    3: "neither",
    2: "dissatisfied",
    1: "very dissatisfied",
}


class Command(BaseCommand):
    """Prints how satisfied people said they were with a service, and what they wrote."""

    help = "SERVICE: print how satisfied people were with a service, and what they wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the service's slug, and of how many days."""
        parser.add_argument("service")
        parser.add_argument("--days", type=int, default=28, help="back from today; 28 unless told")

    def handle(self, *args: object, **options: Any) -> None:
        """Print both places, the comments of each after its figures."""
        today: date = timezone.now().astimezone(ZONE).date()
        first = today - timedelta(days=max(options["days"], 1) - 1)
        self.stdout.write(f"{options['service']}, {first} to {today}")
        for said in answers.said_of(options["service"], first=first, last=today):
            share = "" if said.satisfied is None else f", {said.satisfied} % satisfied"
            self.stdout.write(
                f"\n{PLACES[said.place]}: {said.total} {'answer' if said.total == 1 else 'answers'}{share}"
            )
            for score, words in SCORES.items():
                self.stdout.write(f"  {said.scores[score]:>5}  {words}")
            for day, score, comment in said.comments:
                self.stdout.write(f"  {day}, {SCORES[score]}: {' '.join(comment.split())}")
