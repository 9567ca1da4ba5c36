"""Whether somebody is entitled: what is answered, what it costs, how often, and what is kept of it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from doorstep.customers import entitlement, extract, facts
from doorstep.customers.models import EntitlementAttempt, EntitlementCheck
from doorstep.forms.facts import asked_by
from doorstep.outside import secret
from tests import claims

BORN = date(1980, 5, 17)
NOW = timezone.now()
RIGHT = ("12345671", "O’Neill", BORN)
# Each of what may be wrong: the claim, the name, the day, a claim that ended, one that nobody has.
WRONG = {
    "no such claim": ("99999999", "O’Neill", BORN),
    "another name": ("12345671", "Moss", BORN),
    "another day": ("12345671", "O’Neill", date(1980, 5, 18)),
    "ended": ("22222222", "Moss", date(1970, 3, 4)),
    "nothing": ("", "", BORN),
}


@pytest.fixture
def loaded(db: None, settings: Any, tmp_path: Path) -> None:
    claims.use(settings, claims.EXTRACT)
    extract.load(claims.write(tmp_path / "x"), now=timezone.now(), tell=lambda *_: None)


def ask(claim: str, surname: str, born: date, *, person: str = "one", now: Any = NOW) -> str:
    with asked_by("resident", ("person", person), ("address", "198.51.100.7")):
        return entitlement.ask(
            claim=claim, surname=surname, born=born, purpose="bulky-waste", now=now
        )


class Work:
    """What an answer cost: its statements' texts without their values, and how many hashes were worked out."""

    def __init__(
        self, details: tuple[str, str, date], monkeypatch: pytest.MonkeyPatch, person: str
    ) -> None:
        self.hashes = 0
        real = secret.salted_hmac

        def counted(*args: Any, **more: Any) -> Any:
            self.hashes += 1
            return real(*args, **more)

        with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
            patch.setattr(secret, "salted_hmac", counted)
            self.answer = ask(*details, person=person)
        self.statements = [_shape(q["sql"]) for q in queries]


def _shape(sql: str) -> str:
    """Return a statement without what stands between quotes."""
    parts = sql.split("'")
    return "'".join(parts[::2])


@pytest.mark.parametrize("wrong", list(WRONG))
def test_whatever_is_wrong_takes_the_same_work_as_what_is_right(
    loaded: None, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Work(RIGHT, monkeypatch, "a")
    other = Work(WRONG[wrong], monkeypatch, "b")
    assert (right.answer, other.answer) == ("yes", "no")
    assert right.statements == other.statements and len(right.statements) == 4
    assert (
        right.hashes == other.hashes == 4
    )  # the claim's, the person's, the address's; the one looked for


def test_what_is_kept_is_the_answer_when_what_for_who_and_three_digits(loaded: None) -> None:
    ask(*RIGHT)
    ask(*WRONG["another name"])
    rows = list(EntitlementCheck.objects.order_by("id").values())
    assert [{k: v for k, v in row.items() if k != "id"} for row in rows] == [
        {"at": NOW, "answer": said, "purpose": "bulky-waste", "claim_end": "671", "asked_by": "resident"}
        for said in ("yes", "no")
    ]  # fmt: skip


def test_no_table_has_the_claim_the_name_or_the_day(loaded: None) -> None:
    ask(*RIGHT)
    with connection.cursor() as cursor:
        cursor.execute(
            "select c::text from customers_entitlementcheck c union all select a::text from customers_entitlementattempt a"
        )
        said = " ".join(row for (row,) in cursor.fetchall())
    assert not any(w in said for w in ("12345671", "Neill", "1980", "198.51.100.7", "one,"))


def test_a_check_is_never_changed(loaded: None) -> None:
    ask(*RIGHT)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        EntitlementCheck.objects.update(answer="no")


def test_a_claim_is_tried_so_often_a_day_whoever_tries(loaded: None) -> None:
    most = entitlement.MOST["claim"]
    guesses = [("12345671", "O’Neill", BORN + timedelta(days=n)) for n in range(1, most + 1)]
    assert {ask(*guess, person=f"p{n}") for n, guess in enumerate(guesses)} == {"no"}
    # Now even what is right is not told from what is wrong.
    assert ask(*RIGHT, person="another") == "unknown"
    assert ask(*WRONG["another name"], person="third") == "unknown"
    assert ask("0000044X", "van der Berg", date(1950, 12, 31), person="fourth") == "yes"
    assert ask(*RIGHT, person="another", now=NOW + timedelta(days=1, seconds=1)) == "yes"


def test_a_reference_written_otherwise_is_the_same_claim(loaded: None) -> None:
    for n in range(entitlement.MOST["claim"]):
        ask(f"{'0' * n}1234567-1", "Guess", BORN, person=f"p{n}")
    assert ask(*RIGHT, person="another") == "unknown"


@pytest.mark.parametrize("kind", ["person", "address", "staff"])
def test_one_who_asks_is_told_so_often_a_day(loaded: None, kind: str) -> None:
    def once(n: int) -> str:
        with asked_by("somebody", (kind, "the same")):
            return entitlement.ask(claim=f"{n}99", surname="X", born=BORN, purpose="p", now=NOW)

    answers = [once(n) for n in range(entitlement.MOST[kind] + 2)]
    assert answers == ["no"] * entitlement.MOST[kind] + ["unknown"] * 2


def test_at_the_limit_no_other_system_is_asked(db: None, settings: Any) -> None:
    with claims.live(settings) as app:
        claims.use(settings, claims.LIVE)
        from doorstep.connectors import academy_http

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(academy_http, "SECONDS", 0.0)
            for n in range(entitlement.MOST["claim"] + 3):
                ask(*RIGHT, person=f"p{n}")
        assert len(app.seen) == entitlement.MOST["claim"]


def test_what_may_no_longer_be_kept_goes(loaded: None) -> None:
    ask(*RIGHT, now=NOW - entitlement.KEPT - timedelta(days=1))
    ask(*RIGHT, now=NOW)
    entitlement.forget(now=NOW)
    assert EntitlementCheck.objects.get().at == NOW
    assert set(EntitlementAttempt.objects.values_list("at", flat=True)) == {NOW}


def test_the_fact_observes_what_was_said(loaded: None) -> None:
    assert facts.entitled(*RIGHT, "bulky-waste", now=NOW).value == "yes"
    assert EntitlementCheck.objects.get().asked_by == "nobody"


def test_where_nothing_is_connected_nobody_can_say(db: None, settings: Any) -> None:
    claims.use(settings, "doorstep.customers.provider.NoRecords")
    assert ask(*RIGHT) == "unknown"
