"""The stand-in's own screen: what a crew does in its cab, what an officer keys by telephone, and how the system is to behave."""

import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from html import escape
from threading import Thread
from urllib.parse import parse_qs

from standins.whitespace.app import Sheet, StandIn, poke

MOODS = {
    "": "As it should be",
    "slow": "Slow: thirty seconds an answer",
    "down": "Down (503)",
    "refuse": "Refuses our key (401)",
    "odd": "Answers something that is no XML",
    "fault": "Answers with a fault",
    "half": "Breaks off half way",
}
# What came of a worksheet, by the number of the property that says it.
OUTCOMES = ("Collected", "Not out", "Contaminated", "No access", "Not found")
REASONS = ("N/A", "Refuse - Not Out", "Refuse - Contaminated", "Refuse - Overweight", "Refuse - No Access", "Road Blocked")  # fmt: skip
BULKY, BULKY_ANSWER, ANSWER = "78", "67", "68"
LOOK = (
    "body{font:18px/1.5 sans-serif;margin:0;color:#0b0c0c}main{max-width:60em;margin:0 auto;padding:0 15px 40px}"
    ".b{background:#fff7bf;border-bottom:4px solid #b58840;padding:12px 15px;font-weight:bold}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:8px;border-bottom:1px solid #505a5f}"
    "label{display:block;padding:6px 0;font-weight:bold}input,select{font:inherit;padding:6px;border:2px solid #0b0c0c;max-width:100%}"
    "button{font:inherit;padding:8px 12px;margin:0 6px 6px 0;border:2px solid #0b0c0c;background:#fff;color:#0b0c0c}"
    "form{margin:0 0 20px}a:focus,button:focus,input:focus,select:focus{outline:3px solid #fd0;outline-offset:2px}"
    ".s{overflow-x:auto}"
)


def page(app: StandIn, said: str = "") -> bytes:
    """Return the one page of the screen."""
    rows = sorted(app.sheets.values(), key=lambda s: (s.status != "Open", -int(s.id)))[:50]
    sheets = (
        "".join(_row(app, sheet) for sheet in rows) or '<tr><td colspan="6">None yet.</td></tr>'
    )
    heads = "".join(f'<th scope="col">{h}</th>' for h in ("Number", "Home", "What", "Our message", "Due", "What came of it"))  # fmt: skip
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>The waste system</title><link rel="icon" href="data:,"><style>{LOOK}</style></head><body>'
        '<header class="b">This is a stand-in for Whitespace, on this machine only.</header><main>'
        f"<h1>The waste system</h1>{f'<p role=status><strong>{escape(said)}</strong></p>' if said else ''}"
        f'<h2>Worksheets</h2><div class="s" tabindex="0" role="region" aria-label="Worksheets"><table><thead><tr>{heads}</tr></thead><tbody>{sheets}</tbody></table></div>'
        f"{_forms(app)}</main></body></html>"
    ).encode()


def _row(app: StandIn, sheet: Sheet) -> str:
    buttons = "".join(
        f'<button name="said" value="{word}">{word}</button>' for word in (*OUTCOMES, "Cancelled")
    )
    act = f'<form method="post"><input type="hidden" name="end" value="{sheet.id}">{buttons}</form>'
    ended = ", ".join([sheet.status, *filter(None, sheet.properties.values())])
    notes = "".join(f"<br>Note: {escape(note)}" for note in sheet.notes)
    cells = (
        sheet.id,
        str(sheet.uprn),
        escape(app.subjects.get(sheet.service, sheet.service)),
        escape(sheet.message).replace("\n", "<br>") + notes,
        escape(sheet.due),
        act if sheet.status == "Open" else escape(ended),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _forms(app: StandIn) -> str:
    subjects = _options({i: name for i, name in app.subjects.items()})
    return (
        '<h2>Key work by telephone</h2><form method="post"><label>Property (UPRN) <input name="key" inputmode="numeric" required></label>'
        f'<label>Work <select name="service">{subjects}</select></label><button>Key it</button></form>'
        '<h2>Log in the cab</h2><form method="post"><label>Property (UPRN) <input name="log" inputmode="numeric" required></label>'
        f'<label>Reason <select name="reason">{_options({r: r for r in REASONS})}</select></label>'
        '<label>Round <input name="round" required></label><label>Day <input name="day" type="date" required></label>'
        '<label><input type="checkbox" name="street" value="yes"> For the whole street</label><button>Log it</button></form>'
        f'<h2>How the system behaves</h2><form method="post"><label>Now <select name="mood">{_options(MOODS, app.mood)}</select></label>'
        "<button>Behave so</button></form>"
    )


def _options(named: Mapping[str, str], chosen: str = "") -> str:
    return "".join(
        f'<option value="{escape(v)}"{" selected" if v == chosen else ""}>{escape(w)}</option>'
        for v, w in named.items()
    )


def act(app: StandIn, body: bytes) -> str:
    """Do what a form of the screen asks, and say it."""
    asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    if "end" in asked:
        return _end(app, asked["end"], asked.get("said", ""))
    if "mood" in asked or body == b"mood=":
        app.mood, app.seconds = asked.get("mood", ""), 30.0
        return f"The system: {MOODS.get(app.mood, app.mood)}."
    uprn = asked.get("key") or asked.get("log") or ""
    if not uprn.isdecimal() or app.find(int(uprn)) is None:
        return "There is no such property."
    if "key" in asked:
        made = app.key(
            int(uprn), asked.get("service", ""), app.subjects.get(asked.get("service", ""), "")
        )
        return f"Worksheet {made.id} was keyed."
    try:
        at = datetime.fromisoformat(asked.get("day", "")).replace(hour=14)
    except ValueError:
        return "That is no day."
    app.log(int(uprn), asked.get("reason", "N/A"), asked.get("round", ""), at, "street" in asked)
    return "It was logged."


def _end(app: StandIn, number: str, said: str) -> str:
    sheet = app.sheets.get(number)
    if sheet is None or sheet.status != "Open":
        return "There is no such open worksheet."
    if said == "Cancelled":
        app.end(number, "Cancelled")
    else:
        app.end(number, **{f"p{BULKY_ANSWER if sheet.service == BULKY else ANSWER}": said})
    return f"Worksheet {number}: {said}."


def tells(hook: str, secret: str) -> Callable[[Sheet], None]:
    """Return what tells an address of each worksheet that ends, beside the answer to whoever ended it; lost where it is away."""

    def send(sheet: Sheet) -> None:
        request = urllib.request.Request(hook, poke(sheet, secret), {"Content-Type": "text/xml; charset=utf-8"})  # fmt: skip
        with suppress(OSError):
            urllib.request.urlopen(request, timeout=5).close()

    return lambda sheet: Thread(target=send, args=(sheet,), daemon=True).start()
