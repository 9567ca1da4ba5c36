"""Settings: what a real council must set, and what a demo refuses."""

import os
import subprocess
import sys

import pytest


def start(**given: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DOORSTEP_")}
    kept.pop("SECRET_KEY", None)
    command = [sys.executable, "-c", "import doorstep.settings"]
    return subprocess.run(command, env={**kept, **given}, capture_output=True, text=True)


def test_without_the_demo_a_secret_key_is_demanded() -> None:
    assert "SECRET_KEY must be set" in start().stderr
    assert start(SECRET_KEY="a-long-secret").returncode == 0
    assert start(DOORSTEP_DEMO="1").returncode == 0


def test_the_demo_does_not_start_beside_a_live_connector() -> None:
    live = {"DOORSTEP_MESSENGER": "doorstep.connectors.govuk_notify.Notify"}
    refused = start(DOORSTEP_DEMO="1", **live)
    assert refused.returncode == 1 and "does not start beside a live connector" in refused.stderr
    assert start(SECRET_KEY="a-long-secret", **live).returncode == 0
    mail = {"DOORSTEP_MESSENGER": "doorstep.connectors.smtp.SmtpMessenger"}
    assert start(DOORSTEP_DEMO="1", SMTP_HOST="mail.council.example", **mail).returncode == 1
    assert start(DOORSTEP_DEMO="1", SMTP_HOST="127.0.0.1", **mail).returncode == 0


def test_the_demo_does_not_start_beside_a_live_payment_provider() -> None:
    live = {"GOVUK_PAY_URL": "https://publicapi.payments.service.gov.uk"}
    for given in (live, {"GOVUK_PAY_KEY": "api_live_something"}):
        refused = start(DOORSTEP_DEMO="1", **given)
        assert refused.returncode == 1 and "does not start beside a live" in refused.stderr
        assert start(SECRET_KEY="a-long-secret", **given).returncode == 0


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
