"""The console script: Django's commands and our own under one name."""

import gc
import importlib
import os
import sys

from django.core.exceptions import ImproperlyConfigured

from doorstep.cli.cannot_start import CannotStart
from doorstep.cli.embedded import ensure
from doorstep.cli.parent import PRIVATE

# What reads and writes files alone starts no server.
WITHOUT_DATABASE = {"check", "schema", "reference"}
# Whoever writes services beside the demo forgets one word, and not a council's whole environment.
OF_A_COUNCIL = ("DATABASE_URL", "SECRET_KEY", "DOORSTEP_COUNCIL")
NO_DEMO = (
    "DOORSTEP_DEMO is not set: say `export DOORSTEP_DEMO=1` to work on services beside the demo, or set what a"
    " council's own installation needs (docs/how-to/run.md)."
)


def main() -> None:
    """Start or find the database, then do what was asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.settings")
    try:
        if sys.argv[1:3] == ["services", "try"]:
            os.umask(PRIVATE)
            from doorstep.cli import trying

            sys.exit(trying.run(sys.argv[3:]))
        if os.environ.get("DOORSTEP_DEMO") != "1":
            if sys.argv[1:2] == ["services"] and not any(map(os.environ.get, OF_A_COUNCIL)):
                raise CannotStart(NO_DEMO)
            # What keeps a council's from starting is said before anything is: no server of ours for it.
            importlib.import_module("doorstep.settings")
        if sys.argv[1:2] != ["services"] or not WITHOUT_DATABASE & set(sys.argv[2:3]):
            ensure()
        if sys.argv[1:2] != ["makemigrations"]:  # what it writes is for everybody
            os.umask(PRIVATE)
        if sys.argv[1:2] == ["run"]:
            from doorstep.cli.supervisor import run

            sys.exit(run())
        if sys.argv[1:2] in (["backup"], ["restore"]):
            from doorstep.cli import backup

            return backup.main(sys.argv[1], sys.argv[2:])
        _execute()
    except (CannotStart, ImproperlyConfigured) as exc:
        sys.exit(f"doorstep: {exc}")


def _execute() -> None:
    """Do one of Django's commands, or ours of that kind."""
    _load()
    from django.core.management import execute_from_command_line
    from django.db import connection

    from doorstep import database_url
    from doorstep.cli import owner, waiting

    owners = owner.settings() if sys.argv[1:2] == ["migrate"] else None
    if sys.argv[1:3] == ["procrastinate", "worker"]:
        waiting.for_database()
    else:
        database = {**connection.settings_dict, **(owners or {})}
        connection.settings_dict = database_url.for_a_command(database)
    execute_from_command_line(sys.argv)
    if owners:
        owner.grant()


def _load() -> None:
    """Load everything. What is loaded stays: to look again and again for what is over takes a quarter of a start."""
    gc.disable()
    import django

    django.setup()
    gc.freeze()
    gc.enable()


if __name__ == "__main__":
    main()
