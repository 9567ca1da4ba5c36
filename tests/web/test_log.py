"""Logs name the route and never the person, the place or the reference."""

import logging
from typing import Any

import pytest

from doorstep.cases.models import Case
from doorstep.messages import sending
from doorstep.messages.models import Message
from tests.form_client import FormClient


def test_a_whole_report_leaves_no_personal_data_in_the_log(
    district: Any, caplog: Any, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="doorstep")
    client, base, box = FormClient(), "/services/missed-bin", district.boxes[0]
    client.post(f"{base}/begin")
    client.post(f"{base}/address", {"postcode": "LE67 3FJ", "find": "1"}, follow=True)
    client.post(f"{base}/address", {"property": str(box.place_id)})
    client.post(f"{base}/bin", {"container": str(box.pk)})
    ann = {"name": "Ann Other", "email": "ann@resident.example", "phone": "01632 960001"}
    client.post(f"{base}/contact", ann)
    client.post(f"{base}/check", follow=True)
    case = Case.objects.get()
    client.get("/case/open/" + "0" * 40)
    client.post("/desk/sign-in", {"username": "officer", "password": "not-this-one"})
    sending.send(message_id=Message.objects.get().pk, now=district.now)
    out, err = capfd.readouterr()
    # The database driver's own debug lines are never switched on; ours and Django's are read here.
    lines = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    said = "\n".join([*lines, out, err])
    assert "services/<slug:slug>/<uuid:draft>/<slug:page>" in said and "fault" not in said
    for secret in (
        *ann.values(),
        "LE67",
        "Mill Lane",
        case.reference,
        str(box.place_id),
        "0" * 40,
        "not-this-one",
    ):
        assert secret not in said, secret


def test_a_fault_is_logged_without_its_words(
    district: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    from doorstep.web.portal import home

    def fail() -> None:
        raise ValueError("ann@resident.example")

    monkeypatch.setattr(home.catalogue, "running", fail)
    client = FormClient(raise_request_exception=False)
    answer = client.get("/")
    assert answer.status_code == 500 and "01632 960 123" in answer.content.decode()
    said = "\n".join(r.getMessage() for r in caplog.records)
    assert "ValueError" in said and "ann@resident.example" not in said
