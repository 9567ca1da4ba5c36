"""Open311 GeoReport v2: reports to another authority, in XML, the one format that everyone must speak.

| they say                                                          | we say  |
|-------------------------------------------------------------------|---------|
| OPEN, and what we do not know                                     | open    |
| INVESTIGATING, IN_PROGRESS, PLANNED, ACTION_SCHEDULED, REOPENED   | started |
| FIXED                                                             | fixed   |
| CLOSED, DUPLICATE, NO_FURTHER_ACTION, NOT_COUNCILS_RESPONSIBILITY, INTERNAL_REFERRAL | closed |

Updates are asked for by mySociety's extension `servicerequestupdates`; where there is none, the
requests themselves are asked, which know `open` and `closed` alone. Of each call the log keeps what,
status and milliseconds: no address, because it names a request, and no body.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import structlog
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings

from doorstep.authorities.provider import Recipient, Report, State, Taken, Update
from doorstep.outside import http
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.text.clean import clean

log = structlog.get_logger("doorstep.connectors.open311")
# A report may carry photos.
LIMITS = http.Limits(seconds=10.0, connect=2.0, most_bytes=5_000_000)
AT_ONCE, MOST_PAGES = 50, 20
LONGEST, MOST_PHOTOS = 4000, 5

STATES: dict[str, State] = {
    "OPEN": "open",
    **dict.fromkeys(("INVESTIGATING", "IN_PROGRESS", "PLANNED"), "started"),
    **dict.fromkeys(("ACTION_SCHEDULED", "REOPENED"), "started"),
    "FIXED": "fixed",
    **dict.fromkeys(("CLOSED", "DUPLICATE", "NO_FURTHER_ACTION"), "closed"),
    **dict.fromkeys(("NOT_COUNCILS_RESPONSIBILITY", "INTERNAL_REFERRAL"), "closed"),
}


class Missing(GiveUp):
    """They answer 404: nothing of this name is there."""


class Open311:
    """Speaks to each authority at its own address, with its key from OPEN311_KEY_<CODE>."""

    def send(self, to: Recipient, report: Report) -> Taken:
        """Send a report with our key as `Idempotency-Key`, which another Doorstep honours.

        GeoReport v2 knows no such key: see `sent` for who asks before sending again. The window left
        elsewhere is an answer lost after the report was taken, and it is taken twice.
        """
        root = _call(
            "POST",
            to,
            "requests.xml",
            form=_form(to, report),
            photos=report.photos[:MOST_PHOTOS],
            headers={"Idempotency-Key": report.key},
        )
        element = root.find("request")
        receipt = Taken(_text(element, "service_request_id"), _text(element, "token"))
        if not (receipt.id or receipt.token):
            raise GiveUp("they answered neither an id nor a token")
        return receipt

    def sent(self, to: Recipient, key: str) -> Taken | None:
        """Return what they took under our key: another Doorstep says so at /tokens/KEY, others answer 404."""
        try:
            request_id = self.resolve(to, key)
        except GiveUp:
            return None
        return Taken(request_id) if request_id else None

    def resolve(self, to: Recipient, token: str) -> str:
        """Return the id that a token became, or nothing while it has none."""
        root = _call("GET", to, f"tokens/{_part(token)}.xml")
        return _text(root.find("request"), "service_request_id")

    def updates(self, to: Recipient, ids: Sequence[str], since: datetime) -> Iterator[Update]:
        """Return what happened to some requests since a moment, the oldest first."""
        try:
            changes = list(_updates(to, ids, since))
        except Missing:
            changes = list(_standings(to, ids))
        yield from sorted(changes, key=lambda u: u.at)

    def check(self) -> str:
        """Say that nothing can be asked in general: each authority has an address of its own."""
        keys = [name for name in os.environ if name.startswith("OPEN311_KEY_")]
        return f"Open311 is ready, with keys for {len(keys)} authorities"


def _form(to: Recipient, report: Report) -> dict[str, Any]:
    """Return the fields of a report; what they have no field for is not sent."""
    first, _, last = report.name.partition(" ")
    fields: dict[str, Any] = {
        "api_key": _key(to),
        "service_code": report.service,
        "description": report.description[:LONGEST],
        "address_string": report.place,
        "first_name": first,
        "last_name": last,
        "email": report.email,
        "phone": report.phone,
    }
    if report.latitude is not None and report.longitude is not None:
        fields |= {"lat": f"{report.latitude:.6f}", "long": f"{report.longitude:.6f}"}
    for code, values in report.attributes.items():
        name = f"attribute[{code}]" if len(values) == 1 else f"attribute[{code}][]"
        fields[name] = list(values)
    return {**{k: v for k, v in fields.items() if v}, **_jurisdiction(to)}


def _updates(to: Recipient, ids: Sequence[str], since: datetime) -> Iterator[Update]:
    """Go through their updates page by page; who knows no pages gives the same again, and we stop."""
    update_ids: set[str] = set()
    for page in range(1, MOST_PAGES + 1):
        # Who does not know `service_request_id` here gives those of all requests.
        query = {"start_date": since.isoformat(timespec="seconds"), "page": str(page)}
        query["service_request_id"] = ",".join(ids) if len(ids) <= AT_ONCE else ""
        root = _call("GET", to, "servicerequestupdates.xml", {k: v for k, v in query.items() if v})
        rows = [row for row in root if _text(row, "update_id") not in update_ids]
        if not rows:
            return
        for row in rows:
            update_ids.add(_text(row, "update_id"))
            yield _read(row, _text(row, "update_id"), _text(row, "description"))


def _standings(to: Recipient, ids: Sequence[str]) -> Iterator[Update]:
    """Go through the requests themselves; one that stands as before has the same id as before."""
    for start in range(0, len(ids), AT_ONCE):
        query = {"service_request_id": ",".join(ids[start : start + AT_ONCE])}
        for row in _call("GET", to, "requests.xml", query):
            status, at = _text(row, "status"), _text(row, "updated_datetime")
            if at:
                yield _read(row, f"{status}@{at}", _text(row, "status_notes"))


def _read(row: Element, update_id: str, words: str) -> Update:
    """Return an update; raises TryLater where one lacks something, since asking again may mend it."""
    try:
        at = datetime.fromisoformat(_text(row, "updated_datetime").upper())
        at = at if at.tzinfo else at.astimezone()
    except ValueError as exc:
        raise TryLater("an update of theirs has no moment") from exc
    state = STATES.get(_text(row, "status").upper(), "open")
    return Update(update_id, _text(row, "service_request_id"), at, state, words)


def _text(of: Element | None, name: str) -> str:
    return clean(of.findtext(name) or "").strip() if of is not None else ""


def _part(text: str) -> str:
    """Return a token as part of an address; ours and theirs are plain."""
    if not re.fullmatch(r"[A-Za-z0-9_.~:-]+", text):
        raise GiveUp("a token that cannot stand in an address")
    return text


def _key(to: Recipient) -> str:
    name = f"OPEN311_KEY_{re.sub('[^A-Z0-9]', '_', to.code.upper())}"
    key = os.environ.get(name, "")
    if not key:
        raise GiveUp(f"{name} is not set")
    return key


def _jurisdiction(to: Recipient) -> dict[str, str]:
    return {"jurisdiction_id": to.jurisdiction} if to.jurisdiction else {}


def _call(
    method: str,
    to: Recipient,
    path: str,
    query: Mapping[str, str] | None = None,
    *,
    form: Mapping[str, Any] | None = None,
    photos: Sequence[bytes] = (),
    headers: Mapping[str, str] | None = None,
) -> Element:
    """Ask once and return the root of their answer; raises TryLater, GiveUp, Missing."""
    url = f"{to.address.rstrip('/')}/{path}"
    outside = http.is_outside(url)
    if settings.DEMO and outside:
        raise GiveUp("the demo passes nothing on to a real authority")
    if outside and not url.startswith("https://"):
        raise GiveUp("their address does not begin with https://")
    # Reading, the key goes in a header: an address is written into logs on the way.
    all_headers = {"Accept": "text/xml", "Authorization": f"Bearer {_key(to)}", **(headers or {})}
    files = [("media", (f"{n}.jpg", photo, "image/jpeg")) for n, photo in enumerate(photos, 1)]
    options: dict[str, Any] = {
        "params": {**(query or {}), **_jurisdiction(to)},
        "headers": all_headers,
    }
    if form is not None:
        options = {"data": form, "headers": all_headers, **({"files": files} if files else {})}
    call = http.Call()
    try:
        call.status, raw = http.send("they", method, url, LIMITS, **options)
        return _answer(call.status, raw)
    finally:
        what, ms = path.partition("/")[0].removesuffix(".xml"), call.milliseconds
        log.info("called", authority=to.code, method=method, what=what, status=call.status, ms=ms)


def _answer(status: int, raw: bytes) -> Element:
    """Return the root of an answer; what an error says is read for its sentence alone."""
    if status == 404:
        raise Missing("they answered 404")
    if status in (408, 429) or status >= 500:
        raise TryLater(f"they answered {status}")
    try:
        root: Element = fromstring(raw.decode(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, UnicodeError) as exc:
        if status >= 400:
            raise GiveUp(f"they answered {status}") from exc
        raise TryLater("their answer is no XML that we read") from exc
    if status >= 300:
        # Their sentence may repeat what someone typed: the status alone is kept.
        raise GiveUp(f"they answered {status}")
    return root
