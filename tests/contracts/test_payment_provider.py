"""The contract of payment providers: one suite, run against GOV.UK Pay's stand-in over HTTP.

Each request of ours and each reply of the stand-in is held against the published description.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.utils import timezone

from doorstep.connectors import govuk_pay
from doorstep.connectors.govuk_pay import ERRORS, GovukPay
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.payments.provider import (
    BalanceChanged,
    Forged,
    NewPayment,
    NewRefund,
    NotCancellable,
    NotRefundable,
    NotThere,
    PaymentProvider,
)
from standins.govuk_pay.hooks import signed
from tests.paying import SECRET, Pay, running

SPEC = Path(__file__).resolve().parents[3] / "shared/specs/govuk-pay/publicapi_spec.json"


@pytest.fixture(params=[GovukPay])
def provider(request: Any, pay: Pay) -> PaymentProvider:
    made: PaymentProvider = request.param()
    return made


@pytest.fixture(autouse=True)
def published(pay: Pay) -> Iterator[None]:
    """After each test, hold all that was said against the published description, where it is here."""
    pay.app.keep_seen = True
    yield
    if SPEC.exists():
        wrong = [line for seen in pay.app.seen for line in Described().wrong(*seen)]
        assert wrong == []


class Described:
    """The published description: which body and which reply fits an address."""

    def __init__(self) -> None:
        self.whole = json.loads(SPEC.read_text())
        self.parts = {"components": _strict(self.whole["components"])}

    def wrong(self, method: str, path: str, said: Any, status: int, body: Any) -> list[str]:
        found = [p for p in self.whole["paths"] if _fits(p, path)]
        if not found:
            return [f"{path} is not in the description"]
        described = self.whole["paths"][found[0]].get(method.lower())
        if described is None:
            return []  # a way that does not exist was tried on purpose
        lines = []
        if said is not None and status < 400 and "requestBody" in described:
            schema = described["requestBody"]["content"]["application/json"]["schema"]
            lines += self._mistakes(f"{method} {path} request", schema, said)
        # 202 and 412 are there without a schema, 200 of a replay and 402 not at all: the nearest is used.
        nearest = {"202": "200", "200": "201", "412": "500", "400": "500", "409": "500"}
        for code in (str(status), nearest.get(str(status), "500")):
            content = described["responses"].get(code, {}).get("content", {})
            if "application/json" in content and body is not None:
                schema = content["application/json"]["schema"]
                return lines + self._mistakes(f"{method} {path} {status}", schema, body)
        return lines

    def _mistakes(self, where: str, schema: Any, value: Any) -> list[str]:
        whole = {**_strict(schema), **self.parts}
        found = jsonschema_rs.Draft4Validator(whole).iter_errors(value)
        return [f"{where}: {e.message} at {list(e.instance_path)}" for e in found]


def _fits(described: str, path: str) -> bool:
    one, other = described.split("/"), path.split("/")
    same = (a == b or a.startswith("{") for a, b in zip(one, other, strict=False))
    return len(one) == len(other) and all(same)


def _strict(schema: Any) -> Any:
    """Return the description so that what it does not name is an error, and null only where it says so."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {k: _strict(v) for k, v in schema.items() if k not in ("example", "nullable")}
    if schema.get("nullable") and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
    if schema.get("type") == "object" and schema.get("properties"):
        made.setdefault("additionalProperties", False)
    return made


def test_a_payment_by_telephone_is_one_where_the_account_may(
    provider: PaymentProvider, pay: Pay
) -> None:
    made = provider.create(wanted(moto=True))
    assert provider.find(made.id).state == "unpaid" and made.next_url
    (*_, seen) = (row for row in pay.app.seen if row[0] == "POST")
    assert seen[2]["moto"] is True and seen[4]["moto"] is True
    provider.create(wanted(key="key-2"))
    assert "moto" not in [row for row in pay.app.seen if row[0] == "POST"][-1][2]
    pay.control(moto=False)
    with pytest.raises(GiveUp, match="P0196"):
        provider.create(wanted(key="key-3", moto=True))


def test_the_published_description_is_here() -> None:
    if not SPEC.exists():
        pytest.skip(
            "the published description of GOV.UK Pay is not here: nothing was held against it"
        )
    assert Described().wrong("POST", "/v1/payments", {"amount": "ten"}, 201, {"amount": "ten"})


def wanted(**other: Any) -> NewPayment:
    given = {"key": "key-1", "reference": "BW-1-1", "pence": 3500, "description": "Bulky waste"}
    return NewPayment(**{**given, "return_url": "http://127.0.0.1/pay/return/x", **other})


def paid(provider: PaymentProvider, pay: Pay, **other: Any) -> str:
    made = provider.create(wanted(**other))
    pay.control(pay=made.id)
    return made.id


def test_a_payment_is_made_and_its_next_address_is_given(provider: PaymentProvider) -> None:
    made = provider.create(wanted(language="cy"))
    assert (made.reference, made.pence, made.state) == ("BW-1-1", 3500, "unpaid")
    assert made.next_url.startswith("http") and made.next_url not in repr(made)
    assert provider.find(made.id) == made


def test_the_same_key_makes_one_payment_and_another_body_is_refused(
    provider: PaymentProvider, pay: Pay
) -> None:
    assert provider.create(wanted()).id == provider.create(wanted()).id
    with pytest.raises(GiveUp, match="409 P0191"):
        provider.create(wanted(pence=9900))
    assert len(pay.payments) == 1


def test_what_the_firewall_refuses_is_replaced(provider: PaymentProvider, pay: Pay) -> None:
    provider.create(wanted(description='A "big" <sofa> | a \\ chair'))
    assert pay.payments[0]["description"] == "A 'big' (sofa) / a / chair"


@pytest.mark.parametrize(
    ("card", "state", "code"),
    [
        ("4242424242424242", "paid", ""),
        ("4000000000000002", "declined", "P0010"),
        ("4000000000000119", "error", "P0050"),
    ],
)
def test_how_a_payment_ended_is_said(
    provider: PaymentProvider, pay: Pay, card: str, state: str, code: str
) -> None:
    made = provider.create(wanted())
    pay.control(pay=made.id, card=card)
    found = provider.find(made.id)
    assert (found.state, found.code, found.next_url) == (state, code, "")
    assert (found.refundable > 0) == (state == "paid") or state != "paid"


def test_a_payment_nobody_pays_expires(provider: PaymentProvider, pay: Pay) -> None:
    made = provider.create(wanted())
    pay.control(minutes=91)
    assert provider.find(made.id).state == "expired"


def test_an_unpaid_payment_is_cancelled_and_a_paid_one_is_not(
    provider: PaymentProvider, pay: Pay
) -> None:
    made = provider.create(wanted())
    provider.cancel(made.id)
    assert provider.find(made.id).state == "cancelled"
    with pytest.raises(NotCancellable):
        provider.cancel(paid(provider, pay, key="key-2", reference="BW-1-2"))


def test_a_refund_in_parts_never_exceeds_the_payment(provider: PaymentProvider, pay: Pay) -> None:
    there = paid(provider, pay)
    first = provider.refund(NewRefund(there, 1000, 3500))
    assert (first.pence, first.state) == (1000, "submitted")
    with pytest.raises(BalanceChanged):
        provider.refund(NewRefund(there, 1000, 3500))
    with pytest.raises(NotRefundable):
        provider.refund(NewRefund(there, 2501, 2500))
    pay.control(settle=first.id)
    provider.refund(NewRefund(there, 2500, 2500))
    assert [(r.pence, r.state) for r in provider.refunds(there)] == [
        (1000, "done"),
        (2500, "submitted"),
    ]
    found = provider.find(there)
    assert (found.refundable, found.refunded) == (0, 3500)
    with pytest.raises(NotRefundable):
        provider.refund(NewRefund(there, 1, 1))


def test_what_is_not_there_is_said(provider: PaymentProvider) -> None:
    for act in (provider.find, provider.cancel, provider.refunds):
        with pytest.raises(NotThere):
            act("nothing-of-the-kind")
    with pytest.raises(NotThere):
        provider.refund(NewRefund("nothing-of-the-kind", 1, 1))


def test_search_gives_every_page_and_only_the_reference_asked_for(
    provider: PaymentProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(govuk_pay, "PAGE", 2)
    for n in range(5):
        provider.create(wanted(key=f"key-{n}", reference=f"BW-{n}"))
    provider.create(wanted(key="key-9", reference="BW-1-9"))
    since = timezone.now() - timedelta(hours=1)
    assert len(list(provider.search(since=since))) == 6
    assert [p.reference for p in provider.search(reference="BW-1")] == ["BW-1"]
    assert list(provider.search(since=timezone.now() + timedelta(hours=1))) == []


def test_a_callback_is_read_and_a_forged_one_is_refused(
    provider: PaymentProvider, pay: Pay
) -> None:
    there = paid(provider, pay)
    hook = next(iter(pay.app.till.hooks.values()))
    body = pay.app.teller.body(hook)
    event = provider.read_callback(body, signed(body, SECRET))
    assert (event.id, event.payment_id) == (hook["id"], there)
    for signature in ("", signed(body, "other"), signed(body + b" ", SECRET), "ü" * 64):
        with pytest.raises(Forged):
            provider.read_callback(body, signature)
    with pytest.raises(GiveUp):
        provider.read_callback(b"[]", signed(b"[]", SECRET))


def test_no_callback_is_believed_without_a_secret(provider: PaymentProvider, settings: Any) -> None:
    settings.GOVUK_PAY_SIGNING_SECRET = ""
    with pytest.raises(Forged):
        provider.read_callback(b"{}", signed(b"{}", ""))


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_each_error_code_means_one_thing(provider: PaymentProvider, pay: Pay, code: str) -> None:
    made = provider.create(wanted())
    pay.control(fail={"status": 400, "code": code, "times": 1})
    with pytest.raises(ERRORS[code], match=code):
        provider.find(made.id)
    assert provider.find(made.id) == made


@pytest.mark.parametrize(("status", "means"), [(500, TryLater), (429, TryLater), (418, GiveUp)])
def test_an_unknown_error_goes_by_its_status(
    provider: PaymentProvider, pay: Pay, status: int, means: type[Exception]
) -> None:
    pay.control(fail={"status": status, "code": "P7777", "times": 1})
    with pytest.raises(means):
        provider.check()


def test_a_wrong_key_is_given_up(provider: PaymentProvider, settings: Any) -> None:
    settings.GOVUK_PAY_KEY = "api_test_other"
    with pytest.raises(GiveUp, match="401"):
        provider.check()


def test_slow_and_down_are_tried_later(
    provider: PaymentProvider, pay: Pay, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    assert "127.0.0.1" in provider.check()
    monkeypatch.setattr(govuk_pay, "LIMITS", replace(govuk_pay.LIMITS, seconds=1.3))
    pay.control(slow=2)
    with pytest.raises(TryLater):
        provider.create(wanted())
    pay.control(slow=0, down=True)
    with pytest.raises(TryLater):
        provider.check()
    settings.GOVUK_PAY_URL = "http://127.0.0.1:9"
    with pytest.raises(TryLater):
        provider.check()


def test_the_stand_in_remembers_when_it_is_started_again(tmp_path: Path, settings: Any) -> None:
    path = str(tmp_path / "till.sqlite")
    with running(path) as first:
        settings.GOVUK_PAY_URL, settings.GOVUK_PAY_KEY = first.url, first.app.key
        made = GovukPay().create(wanted())
        first.control(pay=made.id)
    with running(path) as again:
        settings.GOVUK_PAY_URL = again.url
        assert GovukPay().find(made.id).state == "paid"
        assert len(again.app.till.hooks) == 2
