"""Open311 GeoReport v2: reports to another authority, in XML, the one format that everyone must speak.

What their statuses mean to us is the table STATUSES, in whichever case they write them, with spaces,
hyphens or underscores. Words of one authority's own stand in `council.yaml`; any other is "unknown",
which an officer reads.

Updates are asked for by mySociety's extension `servicerequestupdates`; where there is none, the
requests themselves are asked, which know `open` and `closed` alone. Of each call the log keeps what,
status and milliseconds: no address, because it names a request, and no body.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import structlog
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings

from doorstep.authorities.provider import Recipient, Report, State, Taken, Unreadable, Update
from doorstep.outside import http
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.text.clean import clean

log = structlog.get_logger("doorstep.connectors.open311")
# A report may carry photos.
LIMITS = http.Limits(seconds=10.0, connect=2.0, most_bytes=5_000_000)
AT_ONCE, MOST_PAGES = 50, 20
LONGEST, MOST_PHOTOS = 4000, 5
# A list is called so, with small differences, or has rows that name one of these.
LIST = re.compile(r"(\{.*\})?(service_?)?(requests?_?)?(updates?|requests?)", re.I)
ROW = ("service_request_id", "update_id")
BREAKS = ("br", "p", "div", "li")

# The standard's own, mySociety's extension, and what FixMyStreet and its like write.
STATUSES: dict[State, tuple[str, ...]] = {
    "open": ("open", "new", "received", "confirmed", "for triage"),
    "started": (
        "investigating",
        "under investigation",
        "in progress",
        "planned",
        "scheduled",
        "action scheduled",
        "reopened",
    ),
    "fixed": ("fixed", "fixed council", "fixed user"),
    "closed": (
        "closed",
        "duplicate",
        "no further action",
        "unable to fix",
        "cancelled",
        "internal referral",
    ),
    "not_theirs": ("not councils responsibility", "not responsible"),
}


def _plain(status: str) -> str:
    """Return a status in the one spelling of the table: small letters, a space for whatever parts words."""
    return " ".join(
        re.sub(r"[\W_]+", " ", status.casefold().replace("\u2019", "'").replace("'", "")).split()
    )


STATES: dict[str, State] = {
    _plain(said): state for state, all_said in STATUSES.items() for said in all_said
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
        receipt = Taken(
            _text(element, "service_request_id"),
            _text(element, "token"),
            _text(element, "service_notice"),
        )
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

    def updates(
        self, to: Recipient, ids: Sequence[str], since: datetime
    ) -> Iterator[Update | Unreadable]:
        """Return what happened to some requests since a moment, the oldest first, and last what lacks something."""
        rows: list[Update | Unreadable] = []
        rest: TryLater | None = None
        try:
            rows.extend(_updates(to, ids, since))
        except Missing:
            rows.extend(_standings(to, ids))
        except TryLater as exc:  # what came before is taken in all the same
            rest = exc
        yield from sorted((row for row in rows if isinstance(row, Update)), key=lambda u: u.at)
        for row in rows:
            if isinstance(row, Unreadable):
                # What it lacks, and nothing of what it says.
                log.warning("row_not_read", authority=to.code, lacks=row.lacks)
                yield row
        if rest:
            raise rest

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


def _updates(to: Recipient, ids: Sequence[str], since: datetime) -> Iterator[Update | Unreadable]:
    """Go through their updates page by page; who knows no pages gives the same again, and we stop."""
    known: set[str] = set()
    for page in range(1, MOST_PAGES + 1):
        # Who does not know `service_request_id` here gives those of all requests.
        query = {"start_date": since.isoformat(timespec="seconds"), "page": str(page)}
        query["service_request_id"] = ",".join(ids) if len(ids) <= AT_ONCE else ""
        try:
            root = _list(to, "servicerequestupdates.xml", {k: v for k, v in query.items() if v})
        except GiveUp:
            if page > 1:  # so some say that there is no such page
                return
            raise
        rows = [row for row in root if _mark(row) not in known]
        if not rows:
            return
        for row in rows:
            known.add(_mark(row))
            yield _read(to, row, _text(row, "update_id"), _text(row, "description"))
    raise TryLater("they have more updates than we read at once")


def _list(to: Recipient, path: str, query: Mapping[str, str]) -> Element:
    """Return a list of theirs; raises TryLater for what is none, such as a page to sign in at."""
    root = _call("GET", to, path, query)
    has_rows = any(row.find(name) is not None for row in root for name in ROW)
    if not (has_rows or LIST.fullmatch(root.tag)):
        raise TryLater("their answer is no list of requests or updates")
    return root


def _mark(row: Element) -> str:
    """Return what tells a row from others: its id, else all that it says."""
    names = ("service_request_id", "status", "updated_datetime", "description", "status_notes")
    said = "\n".join(_text(row, name) for name in names)
    return _text(row, "update_id") or f"no id: {sha256(said.encode()).hexdigest()[:32]}"


def _standings(to: Recipient, ids: Sequence[str]) -> Iterator[Update | Unreadable]:
    """Go through the requests themselves; one that stands as before, in the same words, has the same id as before."""
    for start in range(0, len(ids), AT_ONCE):
        query = {"service_request_id": ",".join(ids[start : start + AT_ONCE])}
        for row in _list(to, "requests.xml", query):
            status, at = _text(row, "status"), _text(row, "updated_datetime")
            words = _text(row, "status_notes")
            if not (at or words) and _state(to, status) == "open":
                continue  # it stands as it came, and nothing was said of it
            by_words = f"#{sha256(words.encode()).hexdigest()[:16]}" if words else ""
            yield _read(to, row, f"{status}@{at}{by_words}", words)


def _read(to: Recipient, row: Element, update_id: str, words: str) -> Update | Unreadable:
    """Return an update, or that it lacks something which nobody but a person can make good."""
    report, status, at = _text(row, "service_request_id"), _text(row, "status"), _moment(row)
    if not (report and update_id and at):
        must = {"service_request_id": report, "update_id": update_id, "updated_datetime": at}
        lacks = ", ".join(name for name, value in must.items() if not value)
        return Unreadable(f"{_mark(row)} lacks {lacks}", report, lacks, words, status)
    return Update(update_id, report, at, _state(to, status), words, status)


def _moment(row: Element) -> datetime | None:
    """Return when it happened; nothing where that is missing, or no moment."""
    try:
        at = datetime.fromisoformat(_text(row, "updated_datetime").upper())
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _state(to: Recipient, status: str) -> State:
    """Return what a status of theirs means to us; none is nothing new."""
    own: dict[str, State] = {_plain(said): state for said, state in to.statuses.items()}
    plain = _plain(status)
    return own.get(plain) or STATES.get(plain) or ("unknown" if status else "open")


def _text(of: Element | None, name: str) -> str:
    inner = of.find(name) if of is not None else None
    return clean(_words(inner)).strip() if inner is not None else ""


def _words(of: Element) -> str:
    """Return all the text in an element, whatever markup it holds; a break is one."""
    said, rest = list[str](), list[Element | str]([of])
    while rest:
        part = rest.pop()
        if isinstance(part, str):
            said.append(part)
            continue
        said += ["\n" if part.tag in BREAKS else "", part.text or ""]
        for inner in reversed(part):
            rest += [inner.tail or "", inner]
    return "".join(said)


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
