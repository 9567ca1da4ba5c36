"""The stand-in's card pages: one HTML form, readable on a telephone, without script."""

import os
from html import escape
from typing import Any

CARDS = {
    "4242424242424242": "4242… pays",
    "4000056655665556": "4000 0566… pays (debit)",
    "4000000000000002": "4000…0002 is declined",
    "4000000000000069": "4000…0069 has expired",
    "4000000000000127": "4000…0127 has a wrong security code",
    "4000000000000119": "4000…0119 meets an error of the card company",
}
LOOK = (
    "body{font:18px/1.5 sans-serif;margin:0;color:#0b0c0c}main{max-width:34em;margin:0 auto;padding:0 15px 40px}"
    ".b{background:#fff7bf;border-bottom:4px solid #b58840;padding:12px 15px;font-weight:bold}"
    "dl{margin:0}dt{font-weight:bold}dd{margin:0 0 10px}fieldset{border:0;padding:0;margin:20px 0}legend{font-weight:bold;padding:0}"
    "label{display:block;padding:8px 0}input[type=radio]{width:22px;height:22px;vertical-align:middle;margin:0 10px 0 0}"
    "button{font:inherit;padding:10px 16px;margin:0 8px 12px 0;border:2px solid #0b0c0c;background:#fff;color:#0b0c0c}"
    "button.m{background:#00703c;border-color:#00703c;color:#fff}a{color:#1d70b8}details{margin-top:20px}"
    "a:focus,button:focus,input:focus{outline:3px solid #fd0;outline-offset:2px}"
)
BANNER = "This is a stand-in for GOV.UK Pay. No money moves. Never type a real card number here."
# Said at its head when the demonstration's clock, which it goes by, is moved.
MOVED = (
    " The clock of this demonstration is moved." if "STANDIN_AHEAD_SECONDS" in os.environ else ""
)


def page(title: str, body: str, language: str = "en") -> bytes:
    """Return a whole page under the banner that says what it is."""
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f'<link rel="icon" href="data:,"><style>{LOOK}</style></head><body>'
        f'<header class="b">{BANNER}{MOVED}</header>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    ).encode()


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02}"


def card(payment: dict[str, Any]) -> bytes:
    """Ask which mock card to pay with, or what else should happen."""
    radios = "".join(
        f'<label><input type="radio" name="card" value="{n}"{" checked" if i == 0 else ""}>{escape(w)}</label>'
        for i, (n, w) in enumerate(CARDS.items())
    )
    others = "".join(
        f'<button name="do" value="{do}">{words}</button>'
        for do, words in (
            ("slow", "Pay, and let the bank answer in 20 seconds"),
            ("away", "Pay, but do not go back"),
            ("expire", "Let 90 minutes pass"),
            ("down", "Pay, and be down for 30 seconds"),
        )
    )
    told = "<p>Telephone payment: type the card of who is on the line.</p>" * bool(
        payment.get("moto")
    )
    body = (
        f"{told}<dl><dt>For</dt><dd>{escape(payment['description'])}</dd>"
        f"<dt>Total</dt><dd>{_pounds(payment['amount'])}</dd>"
        f"<dt>Reference</dt><dd>{escape(payment['reference'])}</dd></dl>"
        f'<form method="post"><fieldset><legend>Choose a mock card</legend>{radios}</fieldset>'
        f'<button class="m" name="do" value="pay">Pay</button>'
        f'<button name="do" value="cancel">Cancel payment</button>'
        f"<details><summary>Other things that happen</summary><p>{others}</p>"
        f"<p>To walk away, close this page.</p></details></form>"
    )
    return page("Payment", body, payment.get("language", "en"))


def ended(payment: dict[str, Any], title: str) -> bytes:
    """Say how a payment ended, with the way back to the council."""
    back = escape(payment["return_url"], quote=True)
    body = f'<p>{_pounds(payment["amount"])}, {escape(payment["reference"])}</p><p><a href="{back}">Go back to the council</a></p>'
    return page(title, body, payment.get("language", "en"))


def left() -> bytes:
    """Say that the payer has paid and does not go back."""
    return page(
        "Paid", "<p>You paid and closed the page. The council hears of it by a webhook.</p>"
    )
