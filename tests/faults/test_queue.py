"""One job is poisoned, one hangs, one cannot write what it did: the others go on, and a person is asked."""

from collections import Counter
from threading import Event

import pytest

from doorstep.outside import watch
from tests.faults.checker import wrong
from tests.faults.clients import Diary, all_at_once, finish, report
from tests.faults.installation import Installation
from tests.patience import until

REFUSE = """
create function refuse() returns trigger language plpgsql as $$ begin
  if new.sent_at is not null and new."to" like 'writefails%' then raise exception 'the disk is tired'; end if;
  return new; end $$;
create trigger refuse before update on doorstep_messages_message for each row execute function refuse();
"""
POISON = """
create function poison() returns trigger language plpgsql as $$ begin
  if exists (select from doorstep_messages_message m where m.case_id = new.case_id and m."to" like 'poison%') then
    raise exception 'no link can be made'; end if;
  return new; end $$;
create trigger poison before insert on cases_link for each row execute function poison();
"""
GIVEN_UP = 'select m."to" from doorstep_messages_message m where failed_at is not null'


def reported(place: Installation, who: list[str]) -> Diary:
    diary = Diary()
    acts = (
        lambda w=w, u=u, b=b: report(lambda: place.port, diary, u, b, f"{w}@resident.example")
        for w, (u, b) in zip(who, place.bins, strict=False)
    )
    finish(all_at_once(acts, clients=4))
    return diary


def test_poison_and_a_failing_last_write_hold_up_no_other(place: Installation) -> None:
    place.fill(8)
    place.start("web")
    diary = reported(place, ["poison", "writefails", *(f"well{n}" for n in range(6))])
    place.execute(REFUSE)
    place.execute(POISON)
    place.start("worker")
    place.start("sys")
    until(lambda: sum(m["to"].startswith("well") for m in place.outbox()) == 6, every=0.2)
    # Each run is due at once, not minutes later: the waiting is the library's, the giving up ours.
    bad = [f"{who}@resident.example" for who in ("poison", "writefails")]

    def given_up() -> bool:
        place.execute("update procrastinate_jobs set scheduled_at = now() where status = 'todo' and task_name = 'messages.send'")  # fmt: skip
        return sorted(who for (who,) in place.rows(GIVEN_UP)) == bad

    until(given_up, seconds=90, every=0.3)
    asked = place.rows("select p.email from cases_case c join customers_customer p on p.id = c.customer_id join cases_casetask t on t.case_id = c.id")  # fmt: skip
    assert sorted(who for (who,) in asked) == bad
    # What could not be written down was still sent once: the provider honours our key.
    assert Counter(m["to"] for m in place.outbox())["writefails@resident.example"] == 1
    assert place.rows("select count(*) from outside_jobfailure where handled_at is not null") == [
        (2,)
    ]
    assert len(diary.told) == 8


def test_a_worker_whose_job_hangs_ends_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Event()
    monkeypatch.setattr(watch, "GRACE_SECONDS", 0)
    monkeypatch.setattr(watch, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(watch, "_watching", False)
    monkeypatch.setattr(watch, "_end", ended.set)
    with watch.running(1, "quick", 60):
        assert not ended.wait(0.2)
        with watch.running(2, "hangs", 0):
            assert ended.wait(2)


@pytest.mark.long
def test_a_hanging_provider_takes_no_worker_away_for_good(place: Installation) -> None:
    """Four messages hang in one worker's four places; three minutes later a fresh worker has sent them."""
    place.fill(6)
    place.start("web")
    diary = reported(place, [f"client{n}" for n in range(6)])
    place.start("sys")
    worker = place.start("worker", DOORSTEP_DEMO_SLOW="before:3600")
    assert worker.wait(240) == 70  # 120 s of the job, 30 s of grace
    place.start("worker")
    place.wait_until_drained()
    assert wrong(place, diary) == []
