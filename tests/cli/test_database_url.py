"""What stands in DATABASE_URL is kept or refused, never dropped."""

import os
import subprocess
import sys

import psycopg
import pytest

from doorstep import database_url
from doorstep.cli import backup
from doorstep.outside import away


def test_several_hosts_and_every_option_are_kept() -> None:
    url = "postgres://ann:p%40ss@one:5433,two:5434/council?sslmode=verify-full&target_session_attrs=read-write"
    made = database_url.settings(url)
    assert (made["HOST"], made["PORT"], made["NAME"]) == ("one,two", "5433,5434", "council")
    assert (made["USER"], made["PASSWORD"]) == ("ann", "p@ss")
    assert made["OPTIONS"]["sslmode"] == "verify-full"
    assert made["OPTIONS"]["target_session_attrs"] == "read-write"
    said = backup._environment(url)
    assert (said["PGHOST"], said["PGSSLMODE"]) == ("one,two", "verify-full")


def test_our_limits_stand_where_nothing_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = database_url.settings("postgres://db.example/council")["OPTIONS"]
    assert (plain["connect_timeout"], plain["tcp_user_timeout"]) == ("3", "5000")
    own = database_url.settings("postgres://db.example/council?connect_timeout=9&options=")
    assert (own["OPTIONS"]["connect_timeout"], own["OPTIONS"]["options"]) == ("9", "")
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "7")
    assert "connect_timeout" not in database_url.settings("postgres://db.example/c")["OPTIONS"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://ann:secret@db/council?sslmod=require", "knows no option 'sslmod'"),
        ("postgres://ann:secret@db/council?connect_timeout=soon", "connect_timeout must be"),
        ("postgres://ann:secret@db:54x/council", "port must be a whole number"),
        ("postgres://ann:secret@db/council?sslmode=banana", "sslmode must be one of disable,"),
        ("postgres://ann:secret@db:99999/council", "port must be from 1 to 65535"),
        ("postgres://ann:secret@db:5432,two:0/council", "port must be from 1 to 65535"),
        ("postgres://ann:secret@db/council?options=-c%20foo", "followed by name=value"),
        ("postgres://ann:secret@db/c?options=-c%20a%3D1%20--foo", "followed by name=value"),
        ("postgres://ann:secret@db/c?target_session_attrs=any,rw", "target_session_attrs must be"),
        ("postgres://ann:secret@db/council?client_encoding=latin1", "client_encoding is always"),
        ("postgres://ann:se cret@db/council", "cannot be read"),
        ("mysql://ann:secret@db/council", "cannot be read"),
    ],
)
def test_what_cannot_be_taken_is_refused_without_the_password(url: str, words: str) -> None:
    with pytest.raises(database_url.WrongUrl) as refused:
        database_url.parts(url)
    assert words in str(refused.value) and "cret" not in str(refused.value)


def test_values_that_are_right_are_taken() -> None:
    options = "options=-c%20search_path%3Da,b%20--work_mem%3D9MB%20-c%20x.y%3D"
    url = f"postgres://db/c?{options}&sslmode=verify-ca&ssl_min_protocol_version=tlsv1.3"
    assert database_url.parts(url)["sslmode"] == "verify-ca"


@pytest.mark.parametrize(
    ("said", "reason", "may_heal"),
    [
        ('FATAL:  password authentication failed for user "ann"', "refuses the name", False),
        ('FATAL:  database "secret" does not exist', "no such database", False),
        ('could not translate host name "cret@db" to address', "host name", True),
        ("connection to server at 127.0.0.1 failed: Connection refused", "nothing listens", True),
        ('something new about "secret"', "OperationalError", True),
    ],
)
def test_why_the_database_is_away_is_said_in_our_words(
    said: str, reason: str, may_heal: bool
) -> None:
    sentence, heals = away.why(psycopg.OperationalError(said))
    assert reason in sentence and heals is may_heal and "cret" not in sentence


def test_it_is_said_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    voice, now = away.Voice(), [5.0]
    monkeypatch.setattr(away.time, "monotonic", lambda: now[0])
    said = []
    for now[0] in (5.0, 30.0, 64.0, 66.0, 90.0):
        said.append(voice.is_due())
    assert said == [True, False, False, True, False]


def test_the_start_says_it_in_one_sentence() -> None:
    environment = {**os.environ, "DATABASE_URL": "postgres://ann:secret@db/c?sslmod=require"}
    command = [sys.executable, "-m", "doorstep.cli.main", "page", "away"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("doorstep: DATABASE_URL: PostgreSQL")
    assert "Traceback" not in done.stderr and "secret" not in done.stderr
