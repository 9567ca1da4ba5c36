"""`doorstep staff add|close|link|list|log`: accounts of those who work here, and what was done to them."""

import csv
import getpass
import json
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from doorstep.council.errors import Refused
from doorstep.staff import actions, lost, queries
from doorstep.staff.models import StaffEvent, StaffUser
from doorstep.staff.permissions import OF_KEY, OF_TEAM, OF_WARD, ROLES
from doorstep.staff.who import Held
from doorstep.text.safe import for_csv


def _grant(role: str, options: dict[str, str]) -> Held:
    """Return a role with what of the rest goes with it."""
    team = options["team"] if role in OF_TEAM else ""
    ward = options["ward"] if role in OF_WARD else ""
    return Held(role, team, ward, options["key"] if role in OF_KEY else "")


class Command(BaseCommand):
    """Makes, closes and lists staff accounts; prints what was done to them as CSV."""

    help = (
        "Make, close and list staff accounts; a new password is read from the terminal or a pipe."
        " link: print a link that lets somebody in once, within the hour, who lost what they sign in with."
        " log: print what was done to accounts and tokens, and who came in, as CSV."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a verb, a name to sign in with, and for `add` the person's name, roles and of what these are."""
        parser.add_argument("verb", choices=["add", "close", "link", "list", "log"])
        parser.add_argument("username", nargs="?", default="")
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--break-glass", action="store_true", help="for emergencies: each use is an alarm"
        )
        parser.add_argument("--role", action="append", default=[], choices=sorted(ROLES))
        parser.add_argument("--team", default="", help="of one team, as its services name it")
        parser.add_argument("--ward", default="", help="of one ward, by its ONS code")
        parser.add_argument(
            "--key", default="", help="of one crew's list, or one partner, by its code"
        )

    def handle(self, *args: object, **options: object) -> None:
        """Do the verb."""
        getattr(self, f"_{options['verb']}")(options)

    def _list(self, options: dict[str, str]) -> None:
        for user in StaffUser.objects.order_by("username"):
            closed = "" if user.is_active else " (closed)"
            self.stdout.write(f"{user.username}: {user.name}, {', '.join(user.role_names)}{closed}")

    def _log(self, options: dict[str, str]) -> None:
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerow(["at", "what", "about", "by", "more"])
        for event in StaffEvent.objects.order_by("id").iterator():
            more = json.dumps(event.data, ensure_ascii=False) if event.data else ""
            nobody = "(nobody signed in)" if event.kind == "sign-in failed" else "(a command)"
            row = [event.kind, event.about, event.by or nobody, more]
            table.writerow([event.at.isoformat(timespec="seconds"), *map(for_csv, row)])

    def _add(self, options: dict[str, str]) -> None:
        if not (options["username"] and options["role"]):
            raise CommandError(
                "Say who: `doorstep staff add ann --name 'Ann Smith' --role officer`."
            )
        is_terminal = sys.stdin.isatty()
        password = getpass.getpass() if is_terminal else sys.stdin.readline().rstrip("\n")
        name = options["name"] or options["username"]
        try:
            actions.add(
                username=options["username"],
                name=name,
                roles=[_grant(role, options) for role in options["role"]],
                password=password,
                now=timezone.now(),
            )
        except Refused as exc:
            words = {
                "password_short": "The password needs at least 12 characters.",
                "password_common": "That password is among the first that are guessed.",
                "ward_missing": "Say of which ward: --ward, its ONS code.",
                "key_missing": "Say of which partner: --key, its code in council.yaml.",
            }
            raise CommandError(words.get(exc.code, exc.code)) from exc
        if options["break_glass"]:
            actions.break_glass(username=options["username"], now=timezone.now())
        self.stdout.write(
            f"{options['username']} can sign in at /desk/sign-in, and sets up a passkey or an app there."
        )

    def _link(self, options: dict[str, str]) -> None:
        person = queries.person_named(options["username"])
        if person is None:
            raise CommandError(f"Nobody signs in as {options['username']!r}.")
        secret = lost.make(person=person, now=timezone.now())
        self.stdout.write(f"{settings.BASE_ADDRESS}/desk/sign-in/link/{secret}")

    def _close(self, options: dict[str, str]) -> None:
        try:
            actions.close(username=options["username"], now=timezone.now())
        except Refused as exc:
            raise CommandError(f"Nobody signs in as {options['username']!r}.") from exc
        self.stdout.write(f"{options['username']} can no longer sign in.")
