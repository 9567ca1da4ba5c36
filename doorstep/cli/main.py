"""The console script: Django's commands and our own under one name."""

import gc
import importlib
import os
import sys

from django.core.exceptions import ImproperlyConfigured

from doorstep.cli.cannot_start import CannotStart
from doorstep.cli.embedded import ensure
from doorstep.cli.parent import PRIVATE


def main() -> None:
    """Start or find the database, then do what was asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.settings")
    try:
        if os.environ.get("DOORSTEP_DEMO") != "1":
            # What keeps a council's from starting is said before anything is: no server of ours for it.
            importlib.import_module("doorstep.settings")
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
