"""Compares, after a fault, what clients were told with the database, the outbox and the files.

It reads by SQL and from the disk, past the code that wrote them; timelines are read by their own reader.
"""

import json
from collections import Counter

from tests.faults.clients import Diary
from tests.faults.installation import Installation

# One statement each: what must find nothing, and what it means when it does.
NEVER = {
    "a case with no line, or with a gap in its lines": "select c.reference from cases_case c left join cases_event e on e.case_id = c.id group by c.id having count(e.id) = 0 or max(e.number) <> count(e.id)",
    "a case that is not from a sent draft": "select c.reference from cases_case c join cases_draft d on d.id = c.draft_id where d.sent_at is null",
    "a sent draft without a case": "select d.id::text from cases_draft d left join cases_case c on c.draft_id = d.id where d.sent_at is not null and c.id is null",
    "two open cases about one thing": "select unique_key from cases_case where closed_at is null and unique_key is not null group by 1 having count(*) > 1",
    "an open case about nothing": "select reference from cases_case where closed_at is null and unique_key is null",
    "a case with the crew that has not one open job": "select c.reference from cases_case c left join fieldwork_job j on j.case_id = c.id and j.state = 'open' where c.stage = 'with_crew' group by c.id having count(j.id) <> 1",
    "a case whose person was not told once that it was received": "select c.reference from cases_case c join customers_customer p on p.id = c.customer_id left join doorstep_messages_message m on m.case_id = c.id and m.name in ('received', 'dispute_received') where p.email <> '' group by c.id having count(m.id) <> 1",
    "a message neither sent nor given up": "select key from doorstep_messages_message where sent_at is null and failed_at is null",
    "a job left undone": "select task_name || ' ' || status from procrastinate_jobs where status in ('todo', 'doing', 'failed') and task_name not like 'sys.%%' and task_name not like 'builtin%%'",
}


def wrong(place: Installation, diary: Diary) -> list[str]:
    """Return everything that does not agree, in words; nothing when every promise was kept."""
    found = [f"{what}: {row[0]}" for what, query in NEVER.items() for row in place.rows(query)[:5]]
    found += [f"not a clean refusal: {said}" for said in diary.unclean[:5]]
    found += [
        f"a broken timeline: {r}" for r in json.loads(place.call("tests.faults.seed", "chains"))
    ]
    return found + _told(place, diary) + _files(place)


def _told(place: Installation, diary: Diary) -> list[str]:
    """Compare what each client was told with what there is."""
    query = "select c.reference, p.email from cases_case c left join customers_customer p on p.id = c.customer_id"
    kept = dict(place.rows(query))
    told = {t.reference: t.email for t in diary.told if t.reference}
    found = [f"acknowledged and lost: {r}" for r in told.keys() - kept.keys()]
    found += [f"made and told to nobody: {r}" for r in kept.keys() - told.keys()]
    found += [f"not theirs: {r}" for r in told.keys() & kept.keys() if told[r] != kept[r]]
    got = Counter(m["to"] for m in place.outbox())
    found += [f"got {got[e]} messages: {e}" for e in told.values() if got[e] != 1]
    return found + [f"wrote to a stranger: {e}" for e in got.keys() - set(told.values())]


def _files(place: Installation) -> list[str]:
    """Compare photos on the disk with their rows."""
    rows = {name for (name,) in place.rows("select name from outside_photo")}
    folder = place.files / "photos"
    there = {p.name for p in folder.iterdir()} if folder.exists() else set()
    small = {n for n in there if n.endswith(".small.jpg")}
    found = [f"a photo without a row, or half written: {n}" for n in there - rows - small]
    return found + [f"a row without its photo: {n}" for n in rows - there]
