"""Each line of the timeline knows the transaction that wrote it."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from doorstep.cases import timeline
from doorstep.cases.models import Event
from doorstep.staff.actor import SYSTEM


def asked(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_lines_of_one_transaction_have_its_mark_and_later_ones_a_higher(open_district: Any) -> None:
    case = open_district.case(0)
    marks = []
    for _ in range(2):
        with transaction.atomic():
            for _ in range(2):
                timeline.write(case, "note", by=SYSTEM, now=open_district.now, text="x")
            ((mark,),) = asked("select pg_current_xact_id()::text::bigint")
        marks += [mark, mark]
    rows = asked("select xid::text::bigint from cases_event order by id desc limit 4")
    assert [x for (x,) in rows][::-1] == marks and marks[0] < marks[2]


def test_what_is_new_since_a_mark_is_found_by_its_index(open_district: Any) -> None:
    case = open_district.case(0)
    # Not the oldest that runs: that may be another database's of the same server, from before the case.
    ((mark,),) = asked("select pg_current_xact_id()::text")
    timeline.write(case, "note", by=SYSTEM, now=open_district.now, text="x")
    new = f"select number from cases_event where xid >= '{mark}'"
    assert asked(new) == [(Event.objects.filter(case=case).latest("number").number,)]
    asked("select set_config('enable_seqscan', 'off', false)")
    plan = " ".join(line for (line,) in asked(f"explain {new}"))
    asked("select set_config('enable_seqscan', 'on', false)")
    assert "event_by_xid" in plan


def test_a_mark_is_not_changed(district: Any) -> None:
    district.case(0)
    with pytest.raises(DatabaseError), transaction.atomic():
        asked("update cases_event set xid = pg_current_xact_id() returning 1")
