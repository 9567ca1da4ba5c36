"""The benefits system's extract: read as it comes, exchanged whole, and nothing of it kept but keyed hashes."""

import io
import re
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from doorstep.council.errors import Refused
from doorstep.customers import extract
from doorstep.customers.provider import CLAIMS, claim_key
from doorstep.outside import freshness, hashes
from doorstep.outside import queries as queue
from doorstep.outside.models import Hash
from tests import claims

ANN = claim_key("12345671", "O'Neill", date(1980, 5, 17))


def load(folder: Path, **how: Any) -> extract.Loaded:
    return extract.load(folder, now=timezone.now(), tell=lambda *_: None, **how)


def kept() -> set[str]:
    return set(Hash.objects.filter(kind=CLAIMS).values_list("hash", flat=True))


def test_those_of_current_households_of_claims_that_run_are_kept(db: None, tmp_path: Path) -> None:
    loaded = load(claims.write(tmp_path / "x"))
    # Ann and Bo of one claim, Ed of another; the third runs, but nobody lives there now.
    assert (loaded.claims, loaded.keys, loaded.bad) == (3, 3, [])
    assert ANN in kept() and len(kept()) == 3


def test_it_is_loaded_again_and_comes_to_the_same(db: None, tmp_path: Path) -> None:
    folder = claims.write(tmp_path / "x")
    load(folder)
    before = kept()
    load(folder)
    assert kept() == before


def test_who_left_is_gone_and_who_came_is_there(db: None, tmp_path: Path) -> None:
    load(claims.write(tmp_path / "x"))
    new: claims.Claim = ("5555555", "5", "1", claims.NOW, (("Flo", "New", "1990-01-01"),))
    load(claims.write(tmp_path / "x", [claims.PADDED, new]))
    assert ANN not in kept() and claim_key("55555555", "new", date(1990, 1, 1)) in kept()


def test_no_name_no_day_and_no_number_is_in_any_table(db: None, tmp_path: Path) -> None:
    load(claims.write(tmp_path / "x"))
    with connection.cursor() as cursor:
        cursor.execute(
            "select h::text from outside_hash h union all select s::text from outside_hashset s"
        )
        rows = " ".join(row for (row,) in cursor.fetchall())
    # A digest may read 1980 by chance.
    rows, digests = re.subn(r"\b[0-9a-f]{64}\b", "", rows)
    assert digests
    for word in ("Neill", "neill", "1980", "1234567", "QQ123456C", "Lee"):
        assert word not in rows


def test_without_our_key_the_same_claim_has_another_hash(settings: Any) -> None:
    settings.LINKS_KEY = "another"
    assert claim_key("12345671", "O'Neill", date(1980, 5, 17)) != ANN


def test_bad_rows_are_said_by_file_and_line_and_skipped(db: None, tmp_path: Path) -> None:
    folder = claims.write(tmp_path / "x")
    with (folder / "hbmember.csv").open("a") as file:
        file.write(
            "1234567,1,3,Zed,Al,31/02/1980\n1234567,1,4,,Al,1980-01-01\n1234567,1,5,Zed,Al,1 May 1980\n"
        )
    with (folder / "hbclaim.csv").open("a") as file:
        file.write(",1,1,\n")
    with (folder / "hbhousehold.csv").open("a") as file:
        file.write("1234567,2,2020-01-01,soon,LE67 3FJ\n")
    loaded = load(folder)
    assert [(row.file, row.line) for row in loaded.bad] == [
        ("hbclaim.csv", 6), ("hbhousehold.csv", 6), ("hbmember.csv", 7), ("hbmember.csv", 8),
    ]  # fmt: skip
    assert loaded.keys == 4  # and the one born on 1 May
    out, err = io.StringIO(), io.StringIO()
    call_command("benefits", "load", str(folder), stdout=out, stderr=err)
    assert (
        "hbmember.csv:7: no claim number, no surname, or no day of birth; skipped" in err.getvalue()
    )
    assert "hbmember.csv: 8 rows" in out.getvalue() and "4 keys are kept, 4 rows" in out.getvalue()
    assert "Zed" not in out.getvalue() + err.getvalue()


@pytest.mark.parametrize("letters", ["utf-8-sig", "utf-16", "cp1252"])
def test_it_is_read_as_office_programs_write_it(db: None, tmp_path: Path, letters: str) -> None:
    folder = claims.write(tmp_path / "x")
    for path in folder.iterdir():
        rows = path.read_text().replace(claims.NOW, f"{claims.NOW} 00:00:00.000")
        path.write_bytes(rows.replace(",", ";").replace("\n", "\r\n").encode(letters))
    load(folder)
    assert ANN in kept()


@pytest.mark.parametrize("name", list(claims.HEADS))
def test_what_cannot_be_read_changes_nothing(db: None, tmp_path: Path, name: str) -> None:
    folder = claims.write(tmp_path / "x")
    load(folder)
    before = kept()
    (folder / name).write_text("other,columns\n1,2\n")
    with pytest.raises(CommandError, match=name):
        call_command("benefits", "load", str(folder), stdout=io.StringIO())
    (folder / name).unlink()
    with pytest.raises(CommandError, match=name):
        call_command("benefits", "load", str(folder), stdout=io.StringIO())
    assert kept() == before


def test_an_extract_that_broke_off_is_not_put_in_the_place_of_a_whole_one(
    db: None, tmp_path: Path
) -> None:
    folder = claims.write(tmp_path / "x")
    load(folder)
    claims.write(folder, [claims.PADDED])
    with pytest.raises(Refused) as refused:
        load(folder)
    assert refused.value.code == "much_smaller" and ANN in kept()
    load(folder, smaller=True)
    assert ANN not in kept()
    claims.write(folder, [claims.ENDED])
    with pytest.raises(Refused) as refused:
        load(folder, smaller=True)
    assert refused.value.code == "nothing_in_it" and len(kept()) == 1


def test_its_age_is_that_of_its_oldest_file_and_an_alarm(
    db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "_sources", {})
    claims.use(settings, claims.EXTRACT)
    extract.offer_age()
    (alarm,) = [alarm for alarm in queue.ALARMS if alarm.name == "source_old"]
    assert alarm.holds(queue.standing())  # never loaded
    load(claims.write(tmp_path / "x"))
    assert not alarm.holds(queue.standing())
    old = timezone.now() - timedelta(days=settings.BENEFITS_EXTRACT_DAYS, minutes=5)
    import os

    os.utime(tmp_path / "x" / "hbmember.csv", (old.timestamp(),) * 2)
    load(tmp_path / "x")
    ((source, heard),) = freshness.last_heard()
    assert (
        source.name == "benefits" and heard is not None and abs(heard - old) < timedelta(seconds=1)
    )
    assert alarm.holds(queue.standing())


def test_a_council_without_an_extract_has_no_alarm(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "_sources", {})
    claims.use(settings, claims.LIVE)
    extract.offer_age()
    assert freshness.last_heard() == []


def many(folder: Path, count: int) -> Path:
    """Write an extract of so many claims, each of two people."""
    return claims.write(
        folder,
        (
            (f"{n:07}", str(n % 10), "1", claims.NOW, (("A", f"Sur{n}", "1980-01-01"), ("B", f"Nam{n}", "1981-02-02")))
            for n in range(1, count + 1)
        ),
    )  # fmt: skip


def test_twenty_thousand_claims_are_loaded_in_seconds(db: None, tmp_path: Path) -> None:
    folder = many(tmp_path / "x", 20_000)
    began = time.monotonic()
    assert load(folder).keys == 40_000
    took = time.monotonic() - began
    print(f"20,000 claims, 40,000 people: {took:.1f} s")
    assert took < 30  # on a machine that others use too


def test_who_reads_meanwhile_sees_the_old_or_the_new_whole(
    transactional_db: None, tmp_path: Path
) -> None:
    """Two sets of the same size that share nothing are exchanged back and forth while another reads."""
    sets = [[f"{n}{which}".rjust(64, "0") for n in range(2000)] for which in "ab"]
    now, seen, done = timezone.now(), set[tuple[int, int]](), threading.Event()
    hashes.exchange("t", sets[0], made=now, now=now)

    def read() -> None:
        try:
            while not done.is_set():
                with connection.cursor() as cursor:
                    cursor.execute(
                        "select count(*) filter (where hash like '%a'), count(*) filter (where hash like '%b') from outside_hash where kind = 't'"
                    )
                    seen.add(cursor.fetchone())
        finally:
            connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(6):
        hashes.exchange("t", sets[(n + 1) % 2], made=now, now=now)
    done.set()
    reader.join(20)
    assert seen <= {(2000, 0), (0, 2000)} and seen


def test_two_loads_at_once_leave_one_whole(transactional_db: None, tmp_path: Path) -> None:
    now, sets = timezone.now(), [[f"{n}{w}".rjust(64, "0") for n in range(3000)] for w in "ab"]
    faults: list[BaseException] = []

    def put(digests: list[str]) -> None:
        try:
            hashes.exchange("t", digests, made=now, now=now)
        except BaseException as exc:
            faults.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=(digests,)) for digests in sets * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    left = set(Hash.objects.filter(kind="t").values_list("hash", flat=True))
    assert faults == [] and left in (set(sets[0]), set(sets[1])) and hashes.count("t") == 3000
