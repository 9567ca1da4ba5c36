"""Fills the tables that grow with some thousand rows each, as they are after years: most of what began has ended."""

from typing import Any

from django.apps import apps
from django.db import connection, models

ROWS = 20_000
# Rows of different tables that belong together have the same number; so far from what a test makes itself.
FIRST = 1_000_000
# The expressions of SQL over `n`, the number of a row, by what kind of column it is.
KINDS: dict[str, str] = {
    "BooleanField": "false",
    "DateField": "(now() - n * interval '2 hours')::date",
    "DateTimeField": "now() - n * interval '2 hours'",
    "FloatField": "0",
    "JSONField": "'{}'::jsonb",
    "UUIDField": "md5(n::text)::uuid",
}
OPEN = "n % 67 = 0"
ERASED = "n > 4000"
CLOSED_AT = f"case when {OPEN} then null else now() - n * interval '2 hours' end"
CODE = f"case when {OPEN} then '' else 'collected' end"
# Every fourth is about a place that anyone may see.
SEEN = "n % 4 = 0"
SLUG = f"case when {SEEN} then 'graffiti' else 'missed-bin' end"
VERSION = f"(select max(digest) from catalogue_version where slug = {SLUG} and current)"
LATELY = "now() - n * interval '1 minute'"
CELL = "'p' || n"
# What grows with use, by its model: columns that are otherwise than KINDS and the field itself say.
GROWING: dict[str, dict[str, str]] = {
    "cases.Draft": {
        "version_id": VERSION,
        "slug": SLUG,
        "owner_kind": "'browser'",
        "owner_key": "md5((n / 2)::text)",
        "device": "'phone'",
        "sent_at": "case when n % 50 = 0 then null else now() - n * interval '2 hours' end",
        "left_at": "case when n % 50 = 0 then now() - n * interval '2 hours' end",
        "left_as": "case when n % 50 = 0 then '[\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\"]'::jsonb end",
        "link_hash": "md5('link' || n)",
    },
    "cases.Case": {
        "draft_id": "md5((case when n % 50 = 0 then -n else n end)::text)::uuid",
        "reference": "'MB-' || n",
        "version_id": VERSION,
        "slug": SLUG,
        "stage": f"case when {OPEN} then 'with_crew' when {SEEN} then 'removed' else 'collected' end",
        "latitude": f"case when {SEEN} then 52.7 end",
        "longitude": f"case when {SEEN} then -1.3 end",
        "place_id": str(FIRST) + " + n",
        "flags": "case when n % 500 = 0 then '[\"repeat\"]'::jsonb else '[]'::jsonb end",
        "unique_key": "'missed-bin:' || n",
        "due_on": "(now() - n * interval '2 hours')::date",
        "moved_at": "now() - n * interval '2 hours'",
        "closed_at": CLOSED_AT,
        "outcome": CODE,
        "erased_at": f"case when {ERASED} and not ({OPEN}) then now() - (n - 4000) * interval '4 hours' end",
        "easting": f"case when {SEEN} then 430000 + n end",
        "northing": f"case when {SEEN} then 310000 + n end",
        "usrn": f"case when {SEEN} then n % 500 end",
        "good": f"case when {OPEN} then null else true end",
        "customer_id": f"case when not ({ERASED}) then {FIRST} + n end",
    },
    "cases.Event": {"number": "1", "kind": "'opened'", "by_kind": "'resident'"},
    "cases.EventText": {},
    "cases.Link": {"expires_at": "now() + n * interval '6 minutes'"},
    "cases.Access": {"asked_at": "now() - n * interval '4 seconds'"},
    "cases.CaseTask": {"topic": "'message-' || n"},
    "tasks.Task": {
        "kind": "'person'",
        "ended_at": CLOSED_AT,
        "end": f"case when {OPEN} then '' else 'done' end",
        "text": f"case when n > 900 and not ({OPEN}) then '' else 'Ring them' end",
    },
    "tasks.Line": {},
    "customers.Customer": {},
    "customers.EntitlementCheck": {"answer": "'yes'", "at": "now() - n * interval '9 seconds'"},
    "customers.EntitlementAttempt": {"at": "now() - n * interval '4 seconds'"},
    "doorstep_messages.Message": {
        "case_id": f"{FIRST} + n",
        "to": f"case when {ERASED} then '' else 'a@b.example' end",
        "sent_at": "case when n % 500 = 0 then null else now() - n * interval '2 hours' end",
        "receipt": "case when n % 500 = 0 then '' else 'r' || n end",
        "failed_at": "case when n % 500 = 0 then now() - n * interval '2 hours' end",
    },
    "fieldwork.DeviceEvent": {},
    "fieldwork.Job": {
        "crew_list": "'REF-' || n % 5",
        "about_kind": "'container'",
        "about_key": f"case when {ERASED} then '' else ({FIRST} + n)::text end",
        "title": f"case when {ERASED} then '' else 'Missed bin' end",
        "place_id": str(FIRST) + " + n",
        "state": f"case when {OPEN} then 'open' else 'done' end",
    },
    "fieldwork.Outcome": {
        "job_id": str(FIRST) + " + n",
        "crew_list": "'REF-' || n % 5",
        "about_kind": "'container'",
        "about_key": f"case when {ERASED} then '' else ({FIRST} + n)::text end",
        "code": "'collected'",
    },
    "bookings.Booking": {
        "case_id": str(FIRST) + " + n",
        "state": "case when n % 200 = 0 then 'booked' else 'released' end",
        "ended_at": "case when n % 200 = 0 then null else now() - n * interval '2 hours' end",
        "day_id": "n % 700",
        "load": "1",
    },
    "bookings.MoveLine": {"state": "'moved'", "move_id": "n / 20", "slot": "'large/2026-01-01'"},
    "payments.Charge": {"state": "'paid'", "ended_at": "now()", "pence": "100"},
    "payments.Attempt": {
        "state": "'paid'",
        "ended_at": "now()",
        "provider_id": "'p' || n",
        "way": "'card'",
    },
    "payments.Refund": {
        "reason": f"case when {ERASED} then '' else 'paid twice' end",
        "state": "'done'",
        "ended_at": "now()",
        "provider_id": "'r' || n",
        "pence": "100",
    },
    "payments.Movement": {"pence": "100", "way": "'card'"},
    "payments.Waiver": {"reason": f"case when {ERASED} then '' else 'in need' end", "state": "'done'", "pence": "100"},
    "authorities.Passed": {"state": "'closed'", "news_at": "now() - n * interval '2 hours'"},
    "authorities.Heard": {"update_id": "n::text"},
    "authorities.OfficerAsked": {"about": "n::text"},
    "reports.Report": {"case_id": f"{FIRST} + n"},
    "reports.StillThere": {"mark": "case when n <= 900 then md5(n::text) end"},
    "reports.Joined": {
        "into_id": f"{FIRST} + n + 1",
        "undone_at": "case when n % 20 > 0 then now() end",
    },
    "reports.Follower": {
        "kind": "'street'",
        "key": "(n % 500)::text",
        "email": "'a' || n || '@b.example'",
        "confirmed_at": "now()",
        "confirm_hash": "md5(n::text)",
        "stop_hash": "md5(n::text)",
    },
    "insight.StepCell": {"what": "'shown'", "page": CELL},
    "insight.Answer": {"place": "'sent'", "score": "3", "service": "'missed-bin'", "day": "current_date - n / 20"},
    "insight.Answered": {},
    "places.Property": {
        "uprn": str(FIRST) + " + n",
        "street_id": "1",
        "postcode": "'LE67 ' || n % 10 || chr(65 + n % 19) || chr(65 + n / 19 % 19)",
        "sort": "n",
    },
    "waste.Container": {
        "kind": "'black-bin'",
        "place_id": str(FIRST) + " + n",
        "round_id": "'REF-' || n % 120",
    },
    "waste.Assisted": {},
    "waste.BinNote": {
        "email": "'a' || n || '@b.example'",
        "confirmed_at": "now()",
        "told_for": "(now() + interval '1 day')::date",
        "confirm_hash": "md5(n::text)",
        "stop_hash": "md5(n::text)",
    },
    "waste.RoundDay": {"round_id": "'REF-' || n % 120", "day": "current_date - 9 - n / 120"},
    "waste.StreetDay": {"day": "current_date - n / 40", "round_id": "'REF-' || n % 120"},
    "waste.Mirrored": {"place_id": f"{FIRST} + n", "book_at": "now()"},
    "waste.Sheet": {
        "place_id": f"{FIRST} + n",
        "job_id": str(FIRST) + " + n",
        "number": "'s' || n",
        "state": f"case when {OPEN} then 'open' else 'done' end",
        "next_at": f"case when {OPEN} then now() + interval '1 hour' end",
        "ended_at": CLOSED_AT,
    },
    "staff.Look": {"staff_id": "1", "what": "'case'", "key": "'MB-' || n"},
    "staff.StaffEvent": {},
    "files.Photo": {"name": "md5(n::text) || '.jpg'", "kept": "true"},
    "outside.CallMade": {"at": LATELY, "case_id": str(FIRST) + " + n"},
    "outside.JobFailure": {"job_id": str(FIRST) + " + n", "at": LATELY, "handled_at": "now()", "dealt_at": "now()", "dealt_by": "'x'"},
    "web.Hit": {"key": "md5(n::text)", "until": "now() + interval '1 hour'"},
    "web.KeptAnswer": {"key": "n::text", "made_at": "now() - n * interval '4 seconds'"},
    "web.SentIn": {"key": "n::text"},
    "sessions.Session": {"session_key": "md5(n::text)", "expire_date": "now() + n * interval '4 seconds'"},
    "signposts.Correction": {"at": LATELY},
    "rehearsal.Publishing": {"state": "'published'", "ended_at": "now()", "slug": "'s' || n"},
}  # fmt: skip
QUEUE = (
    "insert into procrastinate_jobs (id, queue_name, task_name, args, status, attempts)"
    f" select {FIRST} + n, 'default', 'messages.send', '{{}}',"
    " (case when n % 500 = 0 then 'failed' else 'succeeded' end)::procrastinate_job_status, 1 from",
    "insert into procrastinate_events (job_id, type, at)"
    f" select {FIRST} + n, 'succeeded', now() - n * interval '8 seconds' from",
)


def tables() -> dict[str, str]:
    """Return the model of each table that grows, by the table's name."""
    named = {apps.get_model(label)._meta.db_table: label for label in GROWING}
    return named | dict.fromkeys(("procrastinate_jobs", "procrastinate_events"), "the queue's")


def fill(rows: int = ROWS) -> None:
    """Fill each table that grows with so many rows; in a transaction, and past triggers and references."""
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        for label, given in GROWING.items():
            cursor.execute(_insert(apps.get_model(label), given, rows))
        for statement in QUEUE:
            cursor.execute(f"{statement} generate_series(1, {rows}) n")
        cursor.execute("set local session_replication_role = origin")
        # So few rows are as quickly read whole; what no index serves is read whole all the same.
        cursor.execute("set local enable_seqscan = off; set local random_page_cost = 1.1")
        for table in tables():
            cursor.execute(f"analyze {table}")


def _insert(model: type[models.Model], given: dict[str, str], rows: int) -> str:
    """Return the statement that fills a model's table."""
    fields = [f for f in model._meta.concrete_fields if f.column]
    unknown = set(given) - {f.column for f in fields}
    assert not unknown, f"{model.__name__} has no {unknown}"
    columns = {f.column: given.get(f.column) or _of(f) for f in fields}
    names = ", ".join(f'"{c}"' for c in columns)
    values = ", ".join(columns.values())
    return f"insert into {model._meta.db_table} ({names}) select {values} from generate_series(1, {rows}) n"


def _of(field: Any) -> str:
    """Return the expression of a column that nothing is said about."""
    if field.null:
        return "null"
    if field.is_relation:
        return _of(field.target_field) if field.target_field.get_internal_type() != "CharField" else "''"  # fmt: skip
    kind = field.get_internal_type()
    if kind in KINDS:
        return KINDS[kind].replace("'{}'", "'[]'") if field.default is list else KINDS[kind]
    if kind.endswith(("IntegerField", "AutoField")):
        return f"{FIRST} + n" if field.primary_key else "1"
    return f"left(md5(n::text), {field.max_length})" if field.unique else "''"
