"""The mail server's connector, against a stand-in that speaks SMTP: what goes over the wire, and every way to fail."""

import time
from dataclasses import replace
from typing import Any

import pytest

from doorstep.connectors import smtp
from doorstep.connectors.smtp import SmtpMessenger
from doorstep.messages.provider import Outgoing, Undeliverable, Unsure
from doorstep.outside.errors import GiveUp, OutsideError, TryLater
from standins.mail.server import DROP, KEEP_AND_DROP, MailServer

BODY = "Annwyl Ŵyn,\n\n.\n.. a line of a point\nYour bin \N{WASTEBASKET} is " + "long " * 300 + "\n"
MESSAGE = Outgoing("MB-1-1", "ann@resident.example", "Your bin – Tŷ Gwyn", BODY)


def send(**other: Any) -> None:
    SmtpMessenger().send_email(replace(MESSAGE, **other))


def test_every_letter_arrives_and_the_key_is_its_id(mail: MailServer) -> None:
    send()
    send(key="MB-1-2", body="Other")
    (to, first), (_, second) = mail.taken
    assert to == "ann@resident.example" and first["To"] == to
    assert first["Subject"] == "Your bin – Tŷ Gwyn"
    assert first.get_content().replace("\r\n", "\n") == BODY
    assert first.get_content_type() == "text/plain"
    assert first["From"] == "Northborough Council <no-reply@council.example>"
    assert first["Message-ID"].endswith("@council.example>") and "MB-1" not in first["Message-ID"]
    assert first["Message-ID"] != second["Message-ID"]
    send()
    assert mail.taken[2][1]["Message-ID"] == first["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated" and "List-Unsubscribe" not in first


def test_one_click_stops_it(mail: MailServer) -> None:
    send(unsubscribe="https://council.example/stop/x")
    assert mail.taken[0][1]["List-Unsubscribe"] == "<https://council.example/stop/x>"
    assert mail.taken[0][1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_no_header_is_made_of_what_someone_typed(mail: MailServer) -> None:
    send(subject="Bin\r\nBcc: eve@elsewhere.example\n\nhello")
    assert mail.taken[0][1]["Subject"] == "Bin Bcc: eve@elsewhere.example hello"
    assert mail.taken[0][1]["Bcc"] is None and len(mail.taken) == 1


def test_a_domain_of_other_letters_goes_as_every_server_takes_it(mail: MailServer) -> None:
    send(to="ann@bücher.example")
    assert mail.taken[0][0] == "ann@xn--bcher-kva.example"
    with pytest.raises(Undeliverable):
        send(to="änn@resident.example")


@pytest.mark.parametrize(
    ("verb", "mood", "means"),
    [
        ("CONNECT", "421 busy", TryLater),
        ("CONNECT", "554 nobody", GiveUp),
        ("CONNECT", DROP, TryLater),
        ("EHLO", DROP, TryLater),
        ("MAIL", "451 later", TryLater),
        ("MAIL", "550 who are you", GiveUp),
        ("MAIL", DROP, TryLater),
        ("RCPT", "450 greylisted", TryLater),
        ("RCPT", DROP, TryLater),
        ("RCPT", "550 5.1.1 no such person ann@resident.example", Undeliverable),
        ("DATA", "451 later", TryLater),
        ("DATA", DROP, TryLater),
        ("DATA", "554 no", Undeliverable),
        ("BODY", "452 full", TryLater),
        ("BODY", "554 5.7.1 spam", Undeliverable),
        ("BODY", DROP, Unsure),
        ("BODY", KEEP_AND_DROP, Unsure),
    ],
)
def test_each_failure_means_one_thing(
    mail: MailServer, verb: str, mood: str, means: type[OutsideError]
) -> None:
    mail.moods[verb] = mood
    with pytest.raises(means) as caught:
        send()
    assert caught.type is means and "ann@" not in str(caught.value)
    assert len(mail.taken) == (mood == KEEP_AND_DROP)
    mail.moods.clear()
    send()


def test_the_servers_words_are_for_staff_and_say_whose_fault_it_is(mail: MailServer) -> None:
    mail.moods["RCPT"] = "550 5.1.1 no such person"
    with pytest.raises(Undeliverable) as caught:
        send()
    assert (caught.value.why, caught.value.said) == ("address", "550 5.1.1 no such person")
    mail.moods["RCPT"] = "550 5.7.1 relaying denied"
    with pytest.raises(Undeliverable) as caught:
        send()
    assert caught.value.why == "refused"


def test_name_and_password(mail: MailServer, settings: Any) -> None:
    settings.SMTP_USER, settings.SMTP_PASSWORD = "council", "secret-word"
    mail.login = ("council", "secret-word")
    send()
    mail.login = ("council", "another")
    with pytest.raises(GiveUp, match="SMTP_PASSWORD") as caught:
        send()
    assert "secret-word" not in str(caught.value) and len(mail.taken) == 1


@pytest.mark.parametrize(("verb", "means"), [("EHLO", TryLater), ("BODY", Unsure)])
def test_a_slow_server_has_its_time_and_no_more(
    mail: MailServer, monkeypatch: pytest.MonkeyPatch, verb: str, means: type[Exception]
) -> None:
    monkeypatch.setattr(smtp, "EACH", 5.0)
    monkeypatch.setattr(smtp, "WHOLE", 0.4)
    mail.moods[verb] = 1.5
    began = time.monotonic()
    with pytest.raises(means):
        send()
    assert time.monotonic() - began < 1.4


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SMTP_HOST", "", "SMTP_HOST is not set"),
        ("SMTP_FROM", "", "SMTP_FROM is not set"),
        ("SMTP_TLS", "maybe", "SMTP_TLS is starttls, tls or none"),
        ("SMTP_HOST", "mail.elsewhere.example", "only for a mail server on this machine"),
        ("SMTP_TLS", "starttls", "no STARTTLS"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    mail: MailServer, settings: Any, name: str, value: str, says: str
) -> None:
    assert "answers at 127.0.0.1" in SmtpMessenger().check()
    setattr(settings, name, value)
    for act in (send, SmtpMessenger().check):
        with pytest.raises(GiveUp, match=says):
            act()


def test_texts_go_another_way(mail: MailServer) -> None:
    with pytest.raises(GiveUp, match="DOORSTEP_TEXTS"):
        SmtpMessenger().send_text(MESSAGE)
