"""GOV.UK Notify's connector, by its official client, against a stand-in over HTTP.

Each request of ours and each reply of the stand-in is held against the published description.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from doorstep.connectors import govuk_notify
from doorstep.connectors.govuk_notify import STATES, NotifyMessenger
from doorstep.messages.provider import Forged, NotThere, Outgoing, Undeliverable, Unsure
from doorstep.outside.errors import GiveUp, OutsideError, TryLater
from standins.govuk_notify.app import EMAIL, SIMULATED, TEXT, StandIn
from tests.mailing import TOKEN

SPECS = Path(__file__).resolve().parents[3] / "shared/specs/govuk-notify"
WHERE = {"email": "SendEmail{}", "sms": "SendTextMessage{}"}
LINK = "https://council.example/case/open/abc"
MESSAGE = Outgoing(
    "MB-1-1", "ann@resident.example", "Your bin", f"We came.\n\nSee {LINK}\n\nThe council",
    link=LINK, template=EMAIL,
)  # fmt: skip
PHONE = replace(MESSAGE, to="07700 900123".replace(" ", ""), template=TEXT)


@pytest.fixture(autouse=True)
def published(notify: StandIn) -> Iterator[None]:
    """After each test, hold all that was said against the published description, where it is here."""
    yield
    if SPECS.exists():
        assert [line for seen in notify.seen for line in wrong(*seen)] == []


def wrong(method: str, path: str, said: Any, status: int, body: Any) -> list[str]:
    """Return what of a request and its answer the description does not know."""
    parts = path.strip("/").split("/")
    kind = WHERE.get(parts[-1], "")
    if status >= 400:
        named = {429: "LimitError", 403: "AuthError"}.get(status, "SendNotificaitonRequestError")
        return mistakes(path, named, body)
    if method == "POST":
        found = mistakes(path, kind.format("Request"), said)
        return found + mistakes(path, kind.format("Response"), body)
    if parts[1] == "templates":
        return mistakes(path, "TemplatesResponse", body)
    many = "GetMultipleMessagesResponse" if len(parts) == 2 else "GetOneMessageResponse"
    return mistakes(path, many, body)


def mistakes(where: str, name: str, value: Any) -> list[str]:
    parts = strict(json.loads((SPECS / "schema.json").read_text())["components"])
    whole = {"$ref": f"#/components/schemas/{name}", "components": parts}
    found = jsonschema_rs.Draft4Validator(whole).iter_errors(value)
    return [f"{where}: {e.message} at {list(e.instance_path)}" for e in found]


def strict(schema: Any) -> Any:
    """Return the description so that what it does not name is an error; fields of templates are anyone's."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {k: strict(v) for k, v in schema.items() if k not in ("example", "nullable", "examples")}
    if schema.get("nullable") and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
    if "oneOf" in made:  # its three kinds of message overlap
        made["anyOf"] = made.pop("oneOf")
    named = schema.get("properties", {})
    if schema.get("type") == "object" and named and not {"first_name", "file"} & set(named):
        made.setdefault("additionalProperties", False)
    return made


def test_the_published_description_is_here() -> None:
    if not SPECS.exists():
        pytest.skip(
            "the published description of GOV.UK Notify is not here: nothing was held against it"
        )
    assert mistakes("", "SendEmailRequest", {"email_adress": "ann@resident.example"})


def test_an_email_goes_with_its_reference_and_only_our_link_is_one(notify: StandIn) -> None:
    said = "We came. [Click](https://evil.example) # big\n\nor www.evil.example"
    body = f"{said}\n\nSee {LINK}\n\nThe *council*"
    receipt = NotifyMessenger().send_email(replace(MESSAGE, body=body))
    (kept,) = notify.messages.values()
    assert receipt.follows and kept["id"] == receipt.id
    assert (kept["to"], kept["subject"]) == ("ann@resident.example", "Your bin")
    assert kept["reference"] == "MB-1-1" and LINK in kept["body"]
    assert "evil" not in kept["body"] and "\\[Click\\]" in kept["body"]
    assert "\\*council\\*" in kept["body"]


def test_a_text_goes_without_addresses_that_someone_typed(notify: StandIn) -> None:
    NotifyMessenger().send_text(
        replace(PHONE, body=f"https://evil.example says {LINK} www.evil.example")
    )
    (kept,) = notify.messages.values()
    assert kept["kind"] == "sms" and LINK in kept["body"] and "evil" not in kept["body"]


def test_one_click_stops_it(notify: StandIn) -> None:
    NotifyMessenger().send_email(replace(MESSAGE, unsubscribe="https://council.example/stop/x"))
    assert [m["unsubscribe"] for m in notify.messages.values()] == [
        "https://council.example/stop/x"
    ]


@pytest.mark.parametrize("status", sorted(STATES))
def test_each_status_means_one_thing(notify: StandIn, status: str) -> None:
    receipt = NotifyMessenger().send_email(MESSAGE)
    notify.move("MB-1-1", status)
    assert NotifyMessenger().delivery(receipt.id) == STATES[status]


def test_its_own_test_addresses_end_as_it_says(notify: StandIn) -> None:
    for to, status in SIMULATED.items():
        message = replace(MESSAGE if "@" in to else PHONE, to=to, key=f"to-{to}")
        act = NotifyMessenger().send_email if "@" in to else NotifyMessenger().send_text
        assert NotifyMessenger().delivery(act(message).id) == STATES[status]


@pytest.mark.parametrize(
    ("status", "error", "means"),
    [
        (429, "RateLimitError", TryLater),
        (429, "TooManyRequestsError", TryLater),
        (400, "BadRequestError", Undeliverable),
        (400, "ValidationError", Undeliverable),
        (401, "AuthError", GiveUp),
        (403, "AuthError", GiveUp),
        (500, "Exception", Unsure),
    ],
)
def test_each_error_means_one_thing(
    notify: StandIn, status: int, error: str, means: type[OutsideError]
) -> None:
    notify.mood, notify.error = "refuse", (status, error)
    with pytest.raises(means) as caught:
        NotifyMessenger().send_email(MESSAGE)
    assert caught.type is means and not notify.messages
    asked = TryLater if means is Unsure else means
    with pytest.raises(asked):
        NotifyMessenger().taken("MB-1-1")


def test_an_address_it_refuses_comes_back_with_its_words(notify: StandIn) -> None:
    with pytest.raises(Undeliverable) as caught:
        NotifyMessenger().send_email(replace(MESSAGE, to="nobody"))
    assert caught.value.said == "email_address Not a valid email address"
    assert "nobody" not in str(caught.value)


def test_after_a_lost_answer_it_is_found_by_our_reference(notify: StandIn) -> None:
    notify.mood = "lose"
    with pytest.raises(Unsure):
        NotifyMessenger().send_email(MESSAGE)
    notify.mood = ""
    (kept,) = notify.messages.values()
    found = NotifyMessenger().taken("MB-1-1")
    assert found and found.id == kept["id"] and found.follows
    assert NotifyMessenger().taken("MB-1") is None


def test_slow_and_down_and_gone(
    notify: StandIn, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    assert "127.0.0.1" in NotifyMessenger().check()
    monkeypatch.setattr(govuk_notify, "LIMITS", replace(govuk_notify.LIMITS, seconds=1.2))
    notify.mood, notify.seconds = "slow", 1.6
    began = time.monotonic()
    with pytest.raises(Unsure):
        NotifyMessenger().send_email(MESSAGE)
    assert time.monotonic() - began < 1.6
    notify.mood = "down"
    with pytest.raises(TryLater):
        NotifyMessenger().delivery("x")
    settings.GOVUK_NOTIFY_URL = "http://127.0.0.1:9"
    with pytest.raises(TryLater):
        NotifyMessenger().check()


def test_what_is_missing_is_said_in_a_sentence(notify: StandIn, settings: Any) -> None:
    with pytest.raises(GiveUp, match="names no template"):
        NotifyMessenger().send_email(replace(MESSAGE, template=""))
    notify.templates = {EMAIL: {"type": "email", "subject": "((subject))", "body": "((body))"}}
    with pytest.raises(GiveUp, match="no template at GOV.UK Notify holds"):
        NotifyMessenger().check()
    settings.GOVUK_NOTIFY_KEY = ""
    with pytest.raises(GiveUp, match="GOVUK_NOTIFY_KEY is not set"):
        NotifyMessenger().check()


def test_a_wrong_key_is_given_up(notify: StandIn, settings: Any) -> None:
    settings.GOVUK_NOTIFY_KEY = settings.GOVUK_NOTIFY_KEY[:-4] + "0000"
    with pytest.raises(GiveUp, match="GOVUK_NOTIFY_KEY and our clock"):
        NotifyMessenger().send_email(MESSAGE)


def test_a_callback_is_read_and_a_forged_one_is_refused(notify: StandIn, settings: Any) -> None:
    receipt = NotifyMessenger().send_email(MESSAGE)
    body = notify.move("MB-1-1", "delivered")
    assert NotifyMessenger().read_callback(body, TOKEN) == receipt.id
    for token in ("", TOKEN[:-1], "ü" * 9):
        with pytest.raises(Forged):
            NotifyMessenger().read_callback(body, token)
    with pytest.raises(GiveUp):
        NotifyMessenger().read_callback(b"[]", TOKEN)
    settings.GOVUK_NOTIFY_CALLBACK_TOKEN = ""
    with pytest.raises(Forged):
        NotifyMessenger().read_callback(body, "")


def test_what_it_does_not_know_is_not_there(notify: StandIn) -> None:
    with pytest.raises(NotThere):
        NotifyMessenger().delivery("740e5834-3a29-46b4-9a6f-16142fde533a")


def test_the_log_keeps_no_person(notify: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        NotifyMessenger().send_email(MESSAGE)
        with pytest.raises(Undeliverable):
            NotifyMessenger().send_email(replace(MESSAGE, to="nobody"))
    said = " ".join(str(record.msg) + str(record.args) for record in caplog.records)
    assert "httpx" in said and "MB-1-1" not in said and "nobody" not in said
