"""`doorstep demo`: makes the demo council, or brings it up to today."""

import sys
import time
from argparse import ArgumentParser
from datetime import datetime
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.demo import claims, homes, streets, theirs, trial, week
from doorstep.demo import people as neighbours
from doorstep.places.models import Property
from doorstep.places.queries import wards
from doorstep.reports.models import Report
from doorstep.staff import actions as staff
from doorstep.staff.models import StaffUser
from doorstep.staff.who import Held
from doorstep.waste.theirs import is_kept_there

# Demo sign-ins: a role each. The password works on loopback only; a real council makes its own.
PASSWORD = "doorstep-demo"
PEOPLE = {
    "adviser": "Asha Adviser",
    "officer": "Owen Officer",
    "supervisor": "Sue Supervisor",
    "crew": "Carl Crew",
    "manager": "Mina Manager",
    "designer": "Dina Designer",
    "administrator": "Ada Administrator",
    "councillor": "Colin Councillor",
    "partner": "Petra Partner",
}


def _grant(role: str) -> Held:
    """Return a role of the demo: a councillor's is of a ward with reports, a partner's of the first authority."""
    if role == "councillor":
        seen = Case.objects.exclude(ward=None).order_by("id").values_list("ward", flat=True).first()
        return Held(role, ward=seen or next(iter(wards())))
    key = next(iter(council.current().authorities), "") if role == "partner" else ""
    return Held(role, key=key)


def _people(now: datetime) -> None:
    """Make the demo's people; what was changed of those who are there stays."""
    there = set(StaffUser.objects.values_list("username", flat=True))
    for username, name in PEOPLE.items():
        if username in there:
            continue
        grant = _grant(username)
        staff.add(username=username, name=name, roles=[grant], password=PASSWORD, now=now)


def _refuse_elsewhere() -> None:
    """Raise CommandError where people with a published password could come in."""
    if not settings.DEMO:
        raise CommandError(
            "the demo's people have a published password, so they are made with DOORSTEP_DEMO=1 only,"
            " in a database of their own. Nothing was changed."
        )
    if Property.objects.filter(uprn__gte=homes.FIRST_UPRN).exists():
        return  # the demo's own, with whoever else was given a sign-in there
    if Property.objects.exists() or StaffUser.objects.exclude(username__in=PEOPLE).exists():
        raise CommandError(
            "this database has homes or staff that are not the demo's, whose people have a published"
            " password. Name another in DATABASE_URL, or none. Nothing was changed."
        )


class Command(BaseCommand):
    """Makes the demo council; run again, it only adds what the days since then need."""

    help = "Make the demo council, or bring it up to today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether it is for trying a service: then without a past, and no example is played."""
        parser.add_argument("--for-a-trial", action="store_true")

    def handle(self, *args: object, **options: object) -> None:
        """Load places once, staff and services always, then a week up to today; refuses elsewhere than in the demo."""
        _refuse_elsewhere()
        began, now = time.monotonic(), timezone.now()
        if not Property.objects.filter(uprn__gte=homes.FIRST_UPRN).exists():
            self._places()
        if options["for_a_trial"]:
            return self._for_a_trial(now)
        call_command("services", "import", stdout=self.stdout)
        call_command("calendars", stdout=self.stdout)
        if not is_kept_there():
            week.holidays()
        self.stdout.write(f"Loaded an extract of benefits with {claims.load(now)} made-up people.")
        today = now.astimezone(ZONE).date()
        if is_kept_there():
            examples = theirs.write(homes.make(council.folder() / "places"), week.moved(), now)
            week.keep(examples, today)
            self.stdout.write(
                f"Wrote the book of rounds for the waste system, and {len(examples)} addresses to try."
            )
        elif week.kept().get("day") != today.isoformat():
            count = week.progress(now)
            with transaction.atomic():
                week.work_today(now)
                examples = week.examples(now)
            week.keep(examples, today)
            self.stdout.write(
                f"Made {count} rounds' progress and {len(examples)} addresses to try."
            )
        if not is_kept_there():
            neighbours.make(now)
        if not Report.objects.exists():
            with transaction.atomic():
                reports = streets.make(now)
            self.stdout.write(f"Made {reports} reports of what people saw in streets.")
        _people(now)  # a councillor's is a ward with reports
        self.stdout.write(f"The demo council is ready ({time.monotonic() - began:.0f} s).")
        self.stdout.write(f"Sign-ins: {', '.join(PEOPLE)}; password {PASSWORD}")

    def _for_a_trial(self, now: datetime) -> None:
        call_command("calendars", stdout=StringIO())
        week.holidays()
        claims.load(now)
        trial.publish_library(now)
        _people(now)

    def _places(self) -> None:
        self.stdout.write("Making the demo council (once) …")
        tables = homes.make(council.folder() / "places")
        with transaction.atomic():
            if is_kept_there():  # its book of rounds is not here
                tables.rounds, tables.containers = [], []
            for n, (name, count) in enumerate(homes.load(tables), 1):
                bar = "#" * n * 5 + "." * (len(homes.TABLES) - n) * 5
                self.stdout.write(f"  [{bar}] {count:>7,} {name}")
                sys.stdout.flush()
