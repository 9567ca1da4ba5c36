"""What stands in DATABASE_URL is kept or refused, never dropped."""

import os
import subprocess
import sys

import pytest

from doorstep import database_url
from doorstep.cli import backup


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
        ("postgres://ann:secret@db/council?client_encoding=latin1", "client_encoding is always"),
        ("postgres://ann:se cret@db/council", "cannot be read"),
        ("mysql://ann:secret@db/council", "cannot be read"),
    ],
)
def test_what_cannot_be_taken_is_refused_without_the_password(url: str, words: str) -> None:
    with pytest.raises(database_url.WrongUrl) as refused:
        database_url.parts(url)
    assert words in str(refused.value) and "cret" not in str(refused.value)


def test_the_start_says_it_in_one_sentence() -> None:
    environment = {**os.environ, "DATABASE_URL": "postgres://ann:secret@db/c?sslmod=require"}
    command = [sys.executable, "-m", "doorstep.cli.main", "page", "away"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("doorstep: DATABASE_URL: PostgreSQL")
    assert "Traceback" not in done.stderr and "secret" not in done.stderr
