"""Settings: what a real council must set, and what a demo refuses."""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from doorstep import production
from tests.faults.installation import as_nobodys_root

IMPORT = ("-c", "import doorstep.settings")
# What a council sets; `docs/how-to/run.md` is held to it by tests/docs/test_run.py.
COUNCILS = {
    "DATABASE_URL": "postgres://doorstep:of-a-test@db.example/doorstep",
    "SECRET_KEY": "a key of this test, as long as one of a council must be",
    "DOORSTEP_MESSENGER": "doorstep.connectors.smtp.SmtpMessenger",
    "DOORSTEP_COUNCIL": "northborough",
    "BASE_ADDRESS": "https://doorstep.example.gov.uk",
    "ALLOWED_HOSTS": "doorstep.example.gov.uk,127.0.0.1",
}
OIDC = {"OIDC_CLIENT": "a-client", "OIDC_SECRET": "its-secret"}


def start(*command: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Start with nothing but what is given, as a user who is not root."""
    kept = {k: os.environ[k] for k in ("PATH", "LANG", "HOME") if k in os.environ}
    words = as_nobodys_root([sys.executable, *(command or IMPORT)])
    with tempfile.TemporaryDirectory() as data:
        env = {**kept, "DOORSTEP_DATA": data, **given}
        return subprocess.run(words, env=env, capture_output=True, text=True)


def test_a_council_starts_with_all_that_is_demanded_and_the_demo_without() -> None:
    assert start(**COUNCILS).returncode == 0
    assert start(DOORSTEP_DEMO="1").returncode == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL must be set"),
        ({"SECRET_KEY": ""}, "SECRET_KEY must be 50 random characters"),
        ({"SECRET_KEY": COUNCILS["SECRET_KEY"][:49]}, "SECRET_KEY must be 50 random characters"),
        ({"SECRET_KEY": "abcd" * 16}, "SECRET_KEY must be 50 random characters"),
        ({"SECRET_KEY": f"demo-only-{'0123456789abcdef' * 4}"}, "SECRET_KEY must be 50 random"),
        ({"DOORSTEP_MESSENGER": ""}, "DOORSTEP_MESSENGER must be a connector"),
        (
            {"DOORSTEP_MESSENGER": "doorstep.connectors.demo.messenger.FileMessenger"},
            "DOORSTEP_MESSENGER must be a connector",
        ),
        (
            {"DOORSTEP_TEXTS": "doorstep.connectors.demo.messenger.FileMessenger"},
            "DOORSTEP_TEXTS must be a connector",
        ),
        ({"DOORSTEP_COUNCIL": ""}, "DOORSTEP_COUNCIL must be set"),
        ({"BASE_ADDRESS": ""}, "BASE_ADDRESS must begin with https://"),
        ({"BASE_ADDRESS": "http://doorstep.example.gov.uk"}, "BASE_ADDRESS must begin with"),
        ({"BASE_ADDRESS": "https://"}, "BASE_ADDRESS must begin with"),
        ({"ALLOWED_HOSTS": " ,"}, "ALLOWED_HOSTS must be set"),
        ({"ALLOWED_HOSTS": "doorstep.example.gov.uk, *"}, "ALLOWED_HOSTS must name hosts"),
        ({"ALLOWED_HOSTS": ".gov.uk"}, "ALLOWED_HOSTS must name hosts"),
        ({"LINKS_KEY": "x"}, "LINKS_KEY and each of SECRET_KEY_FALLBACKS"),
        ({"SECRET_KEY_FALLBACKS": "demo-only-abc,a"}, "LINKS_KEY and each of SECRET_KEY_FALLBACKS"),
        ({"OIDC_ISSUER": "http://login.example", **OIDC}, "OIDC_ISSUER must begin with https://"),
        ({"OIDC_ISSUER": "https://login.example"}, "OIDC_ISSUER must begin with https://"),
        ({"GOVUK_PAY_URL": "http://evil.example"}, "GOVUK_PAY_URL must begin with https://"),
    ],
)
def test_what_keeps_a_council_from_starting(given: dict[str, str], sentence: str) -> None:
    (said,) = production.wrong({**COUNCILS, **given}, root=False)
    assert said.startswith(sentence)
    assert said.endswith(".") and said.count(". ") == 0


def test_a_council_never_runs_as_root() -> None:
    assert production.wrong(COUNCILS, root=False) == []
    (said,) = production.wrong(COUNCILS, root=True)
    assert said.startswith("Doorstep must not run as root")


@pytest.mark.parametrize(
    "command", [IMPORT, ("-m", "doorstep.cli.main", "check"), ("-m", "doorstep.cli.main", "run")]
)
def test_all_that_is_wrong_is_said_at_once_and_nothing_is_started(command: tuple[str, ...]) -> None:
    refused = start(*command)
    assert refused.returncode == 1
    names = ("DATABASE_URL", "SECRET_KEY", "DOORSTEP_MESSENGER", "DOORSTEP_COUNCIL", "BASE_ADDRESS", "ALLOWED_HOSTS")  # fmt: skip
    said = [line[4:] for line in refused.stderr.splitlines() if line.startswith("  - ")]
    assert [line.split()[0] for line in said] == list(names)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start something as root")
def test_started_as_root_it_refuses() -> None:
    command = [sys.executable, *IMPORT]
    kept = {"PATH": os.environ["PATH"], **COUNCILS}
    refused = subprocess.run(command, env=kept, capture_output=True, text=True)
    assert refused.returncode == 1 and "must not run as root" in refused.stderr


def test_the_demo_does_not_start_beside_a_live_connector() -> None:
    live = {"DOORSTEP_MESSENGER": "doorstep.connectors.govuk_notify.Notify"}
    refused = start(DOORSTEP_DEMO="1", **live)
    assert refused.returncode == 1 and "does not start beside a live connector" in refused.stderr
    assert start(**{**COUNCILS, **live}).returncode == 0
    mail = {"DOORSTEP_MESSENGER": "doorstep.connectors.smtp.SmtpMessenger"}
    assert start(DOORSTEP_DEMO="1", SMTP_HOST="mail.council.example", **mail).returncode == 1
    assert start(DOORSTEP_DEMO="1", SMTP_HOST="127.0.0.1", **mail).returncode == 0


def test_the_demo_does_not_start_beside_a_live_payment_provider() -> None:
    live = {"GOVUK_PAY_URL": "https://publicapi.payments.service.gov.uk"}
    for given in (live, {"GOVUK_PAY_KEY": "api_live_something"}):
        refused = start(DOORSTEP_DEMO="1", **given)
        assert refused.returncode == 1 and "does not start beside a live" in refused.stderr
        assert start(**COUNCILS, **given).returncode == 0


def test_the_demo_does_not_start_beside_a_live_sign_in() -> None:
    live = {"OIDC_ISSUER": "https://login.example/v2.0", **OIDC}
    refused = start(DOORSTEP_DEMO="1", **live)
    assert refused.returncode == 1 and "does not start beside a live connector" in refused.stderr
    assert start(DOORSTEP_DEMO="1", DOORSTEP_SSO="1").returncode == 0
    assert start(**COUNCILS, **live).returncode == 0


def test_the_demo_does_not_start_behind_a_proxy() -> None:
    refused = start(DOORSTEP_DEMO="1", BEHIND_PROXY="1")
    assert refused.returncode == 1 and "does not start behind a proxy" in refused.stderr
    assert start(**COUNCILS, BEHIND_PROXY="1").returncode == 0


def test_the_demos_key_is_random_made_once_and_its_own(tmp_path: Path) -> None:
    show = ("-c", "import doorstep.settings as s; print(s.SECRET_KEY)")
    one, two = (
        start(*show, DOORSTEP_DEMO="1", DOORSTEP_DATA=str(tmp_path / name)).stdout.strip()
        for name in ("one", "two")
    )
    assert len(one) > 50 and one != two
    assert start(*show, DOORSTEP_DEMO="1", DOORSTEP_DATA=str(tmp_path / "one")).stdout.strip() == one  # fmt: skip
    (file,) = (tmp_path / "one").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    # A council that took the demo's key along is refused.
    assert production.wrong({**COUNCILS, "SECRET_KEY": one}, root=False)


def test_who_makes_the_demos_key_at_the_same_time_has_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        show = ("-c", "import doorstep.settings as s; print(s.SECRET_KEY)")
        keys = pool.map(lambda _: start(*show, DOORSTEP_DEMO="1", DOORSTEP_DATA=str(tmp_path)).stdout, range(4))  # fmt: skip
    assert len(set(keys)) == 1


def test_it_binds_to_this_machine_unless_told_and_the_demo_always(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from doorstep.cli.supervisor import commands

    monkeypatch.setenv("BIND", "0.0.0.0")
    assert "127.0.0.1:8000" in commands("8000")["web"]
    monkeypatch.delenv("DOORSTEP_DEMO")
    assert "0.0.0.0:8000" in commands("8000")["web"]
    monkeypatch.delenv("BIND")
    assert "127.0.0.1:8000" in commands("8000")["web"]


def test_demo_pages_are_not_there_without_the_demo(district: object, settings: object) -> None:
    from django.test import Client

    settings.DEMO = False  # type: ignore[attr-defined]
    for path in ("/demo", "/demo/outbox"):
        assert Client().get(path).status_code == 404
    assert Client().post("/demo/as/officer").status_code == 404
