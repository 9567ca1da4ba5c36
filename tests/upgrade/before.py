"""Run in a process of its own: brings a new database to where the version before stood, and puts its rows in."""

import sys
from pathlib import Path

import django

# The last migrations that the version before knew (commit 08b30ad, 25 November 2026).
BEFORE = {
    "authorities": "0001",
    "bookings": "0002",
    "cases": "0012",
    "catalogue": "0003",
    "customers": "0001",
    "fieldwork": "0005",
    "doorstep_messages": "0004",
    "outside": "0003",
    "payments": "0002",
    "places": "0002",
    "rehearsal": "0001",
    "reports": "0001",
    "staff": "0002",
    "waste": "0004",
    "web": "0003",
}
OTHERS = ("contenttypes", "auth", "sessions", "procrastinate")


def main(rows: Path) -> None:
    """Migrate as far as the version before did, and copy its rows in."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    for label in OTHERS:
        call_command("migrate", label, verbosity=0)
    for label, name in BEFORE.items():
        call_command("migrate", label, name, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        for block in rows.read_text().split("\n\\.\n"):
            head, _, lines = block.strip("\n").partition("\n")
            if head:
                with cursor.copy(head.removesuffix(";")) as copy:
                    copy.write(f"{lines}\n")
        cursor.execute("set session_replication_role = origin")
        for table in (
            "procrastinate_jobs",
            "cases_case",
            "cases_event",
            "doorstep_messages_message",
        ):
            cursor.execute(
                f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))"
            )
        # The flag by which that version said that a case needs a person.
        cursor.execute(
            "update cases_case set flags = '[\"to-do\", \"again\"]' where slug <> 'missed-bin'"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
