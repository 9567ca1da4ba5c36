"""Whitespace, by its SOAP 1.1 interface, whose whole address is WHITESPACE_URL, with WHITESPACE_USER and WHITESPACE_PASSWORD.

No description of the interface is public, so that a library which reads one has nothing to read (decision 37). Each request is
`<Operation><its input>fields</…></…>` under a plain user name and password; each answer `<OperationResponse><OperationResult>`,
with an error of its own beside HTTP's:

| it answers                                            | we say                    |
|-------------------------------------------------------|---------------------------|
| ErrorCode 0, or none                                  | what it read              |
| ErrorCode 6                                           | an empty list; for a home: NoSuchHome |
| another ErrorCode, or SuccessFlag false               | Rejected, with its number |
| 401, 403, a fault about security                      | GiveUp: the key           |
| 5xx, another fault, too late, no XML, not its answer  | TryLater                  |

A list of one may come as the thing itself, and one of none as nothing, an empty element or a nil. Numbers of properties may be
padded with noughts. A day that is not set is 0001-01-01, or of the year 9999. Their times are London's, without saying so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from hmac import compare_digest
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import structlog
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings

from doorstep.outside import http
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.outside.masking import masked
from doorstep.waste.provider import (
    Collection,
    Forged,
    Log,
    NoSuchHome,
    NotAgreed,
    Outcome,
    Rejected,
    Service,
    Slot,
    State,
    Work,
    Worksheet,
)

log = structlog.get_logger("doorstep.connectors.whitespace")
LIMITS = http.Limits(seconds=5.0, connect=2.0, most_bytes=5_000_000)
ZONE = ZoneInfo("Europe/London")
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
THEIRS = "http://webservices.whitespacews.com/"
INPUTS = "http://schemas.datacontract.org/2004/07/WSAPIAuth.Web.Inputs"
NOTHING_FOUND = "6"
# What they call how a worksheet stands; the spelling of the second is of some versions.
STATES: Mapping[str, State] = {
    "open": "open",
    "in progress": "open",
    "complete": "done",
    "completed": "done",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
# A reason that says nothing: the round was done there.
DONE = "N/A"
# The first and the last year that can be written say that there is no day.
NO_YEARS = (1, 9999)
# What parsers raise; LookupError is an encoding that nobody knows.
UNREADABLE = (ET.ParseError, DefusedXmlException, ValueError, LookupError)
POKE = ("secret", "worksheetId", "worksheetReference", "status", "completedDate")
ITEM = "wsap:Input.CreateWorksheetInput.ServiceItemInput"
PROPERTY = "wsap:Input.CreateWorksheetInput.ServicePropertyInput"

Fields = Sequence[tuple[str, Any]]


class Whitespace:
    """The council's Whitespace."""

    def services(self, uprn: int) -> list[Service]:
        """Return what is emptied at a home; raises NoSuchHome."""
        found = _call("GetSiteCollections", "siteserviceInput", [("Uprn", uprn)], home=True)
        return [_service(row) for row in _list(found, "SiteServices", "SiteService")]

    def collections(self, uprn: int, first: date, last: date) -> list[Collection]:
        """Return a home's collections between two days, both included."""
        fields: Fields = [
            ("Uprn", uprn),
            ("NextCollectionFromDate", first.isoformat()),
            ("NextCollectionToDate", last.isoformat()),
        ]
        name = "getCollectionByUprnAndDatePlusInput"
        found = _call("GetCollectionByUprnAndDatePlus", name, fields)
        rows = [
            Collection(day, _text(r, "Service"), _text(r, "Round"), _text(r, "Schedule"))
            for r in _list(found, "Collections", "Collection")
            if (day := _day(_text(r, "Date"))) is not None
        ]
        return sorted(rows, key=lambda c: (c.day, c.service, c.round))

    def logs(self, since: date, *, uprn: int | None = None, usrn: int | None = None) -> list[Log]:
        """Return what crews logged for a home or a street since a day, the oldest first."""
        of = ("Uprn", uprn) if uprn is not None else ("Usrn", usrn)
        fields: Fields = [of, ("LogFromDate", since.isoformat()), ("LogTypeID", [])]
        found = _call("GetInCabLogs", "inCabLogInput", fields)
        return sorted(
            (
                Log(
                    id=_text(row, "LogID"),
                    at=at,
                    round=_text(row, "RoundCode"),
                    reason="" if _text(row, "Reason") == DONE else _text(row, "Reason"),
                    uprn=_number(_text(row, "Uprn")),
                    usrn=_number(_text(row, "Usrn")),
                )
                for row in _list(found, "InCabLogs", "InCabLogs")
                if (at := _moment(_text(row, "LogDate"))) is not None
            ),
            key=lambda line: (line.at, line.id),
        )

    def worksheets(self, uprn: int) -> list[Worksheet]:
        """Return the work that is keyed for a home, whoever keyed it."""
        found = _call("GetSiteWorksheets", "worksheetInput", [("Uprn", uprn)])
        return [
            Worksheet(
                id=_text(row, "WorksheetID"),
                reference=_text(row, "WorksheetRef"),
                subject=_text(row, "WorksheetSubject"),
                state=_state(_text(row, "WorksheetStatusName")),
                began=_moment(_text(row, "WorksheetStartDate")),
                due=_moment(_text(row, "WorksheetDueDate"))
                or _moment(_text(row, "WorksheetEscallatedDate")),
                ended=_moment(_text(row, "WorksheetCompletedDate")),
            )
            for row in _list(found, "Worksheets", "Worksheet")
        ]

    def slots(self, uprn: int, service: str, first: date, last: date) -> list[Slot]:
        """Return the days between two, both included, on which a home can have a kind of work done."""
        fields: Fields = [
            ("Uprn", uprn),
            ("ServiceId", service),
            ("NextCollectionFromDate", first.isoformat()),
            ("NextCollectionToDate", last.isoformat()),
        ]
        # They write Input twice.
        found = _call("GetCollectionSlots", "collectionSlotsInputInput", fields)
        if not len(found):  # they say the same of a home they know not, and of no day
            self.services(uprn)
        rows = _list(found, "ApiAdHocRoundInstances", "ApiAdHocRoundInstance")
        return sorted(
            (
                Slot(_text(row, "AdHocRoundInstanceID"), day, free)
                for row in rows
                if (day := _day(_text(row, "AdHocRoundInstanceDate"))) is not None
                and (free := _number(_text(row, "SlotsFree")) or 0) > 0
            ),
            key=lambda slot: (slot.day, slot.id),
        )

    def create(self, work: Work) -> str:
        """Key a worksheet and return its number; raises Rejected."""
        items = [
            [
                ("wsap:ServiceItemId", i),
                ("wsap:ServiceItemName", ""),
                ("wsap:ServiceItemQuantity", n),
            ]
            for i, n in work.items.items()
        ]
        properties = [
            [("wsap:ServicePropertyId", i), ("wsap:ServicePropertyValue", said)]
            for i, said in work.properties.items()
        ]
        fields = [
            ("Uprn", work.uprn),
            ("ServiceId", work.service),
            ("WorksheetReference", work.key),
            ("WorksheetMessage", work.message),
            *([("WorksheetDueDate", f"{work.by.isoformat()} 23:59")] if work.by else []),
            ("ServiceItemInputs", [(ITEM, item) for item in items]),
            ("ServicePropertyInputs", [(PROPERTY, prop) for prop in properties]),
            *([("AdHocRoundInstanceId", work.slot)] if work.slot else []),
        ]
        found = _call("CreateWorksheet", "worksheetInput", fields, home=True)
        numbers = _list(found, "WorksheetResponse", "anyType")
        number = (numbers[0].text or "").strip() if numbers else ""
        if not number:
            # It may have been keyed: the next try looks it up by our reference first.
            raise TryLater("Whitespace keyed a worksheet and did not say its number")
        return number

    def sent(self, work: Work) -> str:
        """Return the number of the worksheet that has our reference; nothing where none has."""
        sheets = [w for w in self.worksheets(work.uprn) if w.reference == work.key]
        return sheets[0].id if sheets else ""

    def cancel(self, worksheet: str) -> None:
        """Cancel a worksheet; one that is over stays as it is."""
        if self.outcome(worksheet).state in ("open", "unknown"):
            _call("CancelWorksheet", "cancelWorksheetInput", [("WorksheetId", worksheet)])

    def note(self, worksheet: str, text: str) -> None:
        """Add a note to a worksheet."""
        fields: Fields = [("WorksheetId", worksheet), ("NoteText", text)]
        _call("AddWorksheetNote", "addWorksheetNoteInput", fields)

    def outcome(self, worksheet: str) -> Outcome:
        """Return how a worksheet stands, with its properties by their numbers."""
        fields: Fields = [("WorksheetId", worksheet)]
        found = _call("GetFullWorksheetDetails", "fullworksheetDetailsInput", fields)
        details = _child(found, "FullWSDetails")
        sheet = _child(details, "Worksheet")
        if sheet is None:
            raise GiveUp("Whitespace knows no such worksheet")
        properties = {
            _text(p, "ServicePropertyID"): _text(p, "ServicePropertyValue")
            for p in _list(details, "WSServiceProperties", "WorksheetServiceProperty")
        }
        return Outcome(_state(_text(sheet, "WorksheetStatusName")), properties)

    def read_callback(self, body: bytes) -> str:
        """Return the number of the worksheet of a WorksheetPoke, as public receivers take it; raises NotAgreed, Forged, GiveUp.

        Namespaces are not looked at; secret, worksheetId, worksheetReference, status and completedDate must be there. What it
        says of the outcome is not believed: that stands in a property, and is asked for.
        """
        if not settings.WHITESPACE_SECRET:
            raise NotAgreed
        try:
            poke = _child(_child(fromstring(body), "Body"), "WorksheetPoke")
        except UNREADABLE as exc:
            raise GiveUp("no XML") from exc
        said = {name: _text(poke, name) for name in POKE}
        if missing := [name for name in POKE if not said[name]]:
            raise GiveUp(f"no {missing[0]}")
        if not compare_digest(said["secret"].encode(), settings.WHITESPACE_SECRET.encode()):
            raise Forged
        return said["worksheetId"]

    def pairs(self) -> list[tuple[str, str]]:
        """Return Whitespace's services: number and name."""
        fields: Fields = [("ServiceId", ""), ("IncludeCommercial", 0)]
        found = _call("GetServices", "serviceInput", fields)
        rows = _list(found, "Services", "Service")
        return [(_text(row, "ServiceID"), _text(row, "ServiceName")) for row in rows]

    def host(self) -> str:
        """Return the host that is asked."""
        return http.host_of(settings.WHITESPACE_URL)

    def check(self) -> str:
        """Ask for its services; raises GiveUp, TryLater."""
        return f"Whitespace answers, with {len(self.pairs())} services"


def envelope(operation: str, name: str, fields: Fields) -> bytes:
    """Return a request as Whitespace's public clients send it: the default namespace is the operation's and is inherited."""
    root = ET.Element("soap:Envelope", {"xmlns:soap": SOAP, "xmlns:wsap": INPUTS})
    security = ET.SubElement(ET.SubElement(root, "soap:Header"), "Security")
    security.attrib |= {"mustUnderstand": "true", "xmlns": SECURITY}
    token = ET.SubElement(security, "UsernameToken")
    ET.SubElement(token, "Username").text = settings.WHITESPACE_USER
    ET.SubElement(token, "Password").text = settings.WHITESPACE_PASSWORD
    asked = ET.SubElement(ET.SubElement(root, "soap:Body"), operation, {"xmlns": THEIRS})
    _add(ET.SubElement(asked, name), fields)
    written: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>' + written


def _add(to: ET.Element, fields: Fields) -> None:
    for name, value in fields:
        element = ET.SubElement(to, name)
        if isinstance(value, list):
            _add(element, value)
        else:
            element.text = _writable(str(value)) or None


def _writable(text: str) -> str:
    """Return a text without what XML cannot carry."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def _call(operation: str, name: str, fields: Fields, *, home: bool = False) -> ET.Element:
    """Send a request and return its result; raises Rejected, GiveUp, TryLater, and for a `home` NoSuchHome."""
    call, status = http.Call(), 0
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"{THEIRS}{operation}"',
        "Accept": "text/xml",
    }
    body = envelope(operation, name, fields)
    url = settings.WHITESPACE_URL
    try:
        about: dict[str, Any] = {"content": body, "headers": headers, "what": operation}
        status, raw = http.send("Whitespace", "POST", url, LIMITS, **about)
    finally:
        log.info("called", what=operation, status=status, ms=call.milliseconds)
    if status in (401, 403):
        raise GiveUp("Whitespace refuses the user name or the password")
    return _result(operation, status, raw, home, [*_said(fields), *_key()])


def _key() -> tuple[str, str]:
    return settings.WHITESPACE_USER, settings.WHITESPACE_PASSWORD


def _said(fields: Fields) -> Iterator[str]:
    """Go through every value of a request."""
    for _, value in fields:
        if isinstance(value, list):
            yield from _said(value)
        else:
            yield str(value)


def _result(operation: str, status: int, raw: bytes, home: bool, sent: list[str]) -> ET.Element:
    try:
        root: ET.Element = fromstring(raw)
    except UNREADABLE as exc:
        raise TryLater(f"Whitespace answered {status}, and no XML") from exc
    body = _child(root, "Body")
    if (fault := _child(body, "Fault")) is not None:
        if "ecurity" in _text(fault, "faultcode"):
            raise GiveUp("Whitespace refuses the user name or the password")
        why = masked(_text(fault, "faultstring"), sent)
        raise TryLater(f"Whitespace answered {status}, with a fault: {why}")
    result = _child(_child(body, f"{operation}Response"), f"{operation}Result")
    if result is None or status != 200:
        raise TryLater(f"Whitespace answered {status}, and not what was asked")
    code, flag = _text(result, "ErrorCode") or "0", _text(result, "SuccessFlag").lower()
    if code == NOTHING_FOUND:
        if home:
            raise NoSuchHome("Whitespace knows no such property")
        return ET.Element("nothing")
    if code != "0" or flag == "false":
        why = masked(_text(result, "ErrorDescription"), sent)
        raise Rejected(f"Whitespace refused {operation}: error {code[:20]}, {why}", code)
    return result


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(of: ET.Element | None, name: str) -> ET.Element | None:
    """Return an element's child, whatever its namespace."""
    return next((c for c in of if _local(c) == name), None) if of is not None else None


def _children(of: ET.Element | None, name: str) -> Iterator[ET.Element]:
    return (c for c in (of if of is not None else ()) if _local(c) == name)


def _list(of: ET.Element | None, many: str, one: str) -> list[ET.Element]:
    """Return a list's elements: none, one or many, also where one stands without its list."""
    lists = list(_children(of, many))
    found = [row for element in lists for row in _children(element, one)]
    if not found and many == one:  # the list is called like what is in it
        found = [element for element in lists if len(element)]
    return [
        row for row in (found or list(_children(of, one) if many != one else ())) if not _nil(row)
    ]


def _nil(element: ET.Element) -> bool:
    nil = element.get("{http://www.w3.org/2001/XMLSchema-instance}nil", "")
    return nil == "true" or (len(element) == 0 and not (element.text or "").strip())


def _text(of: ET.Element | None, name: str) -> str:
    child = _child(of, name)
    return (child.text or "").strip() if child is not None else ""


def _number(text: str) -> int | None:
    """Return a number of theirs, padded or not; nothing for none."""
    return int(text) or None if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _state(text: str) -> State:
    return STATES.get(text.lower(), "unknown")


def _moment(text: str) -> datetime | None:
    """Return a moment that they wrote, in London's time; nothing for none, or what cannot be read."""
    for read in (datetime.fromisoformat, _as_british):
        try:
            at = read(text)
        except ValueError:
            continue
        if at.year in NO_YEARS:
            return None
        return at if at.tzinfo else at.replace(tzinfo=ZONE)
    return None


def _as_british(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S" if " " in text else "%d/%m/%Y")


def _day(text: str) -> date | None:
    try:
        at = _moment(text)
        return at.astimezone(ZONE).date() if at else None
    except OverflowError:  # the last day of all years, in another zone
        return None


def _service(row: ET.Element) -> Service:
    schedules = _text(row, "RoundSchedule")
    return Service(
        id=_text(row, "SiteServiceID"),
        service=_text(row, "ServiceID"),
        item=_text(row, "ServiceItemName"),
        name=_text(row, "ServiceItemDescription") or _text(row, "ServiceName"),
        schedules=tuple(s.strip() for s in schedules.split(",") if s.strip() not in ("", DONE)),
        next=_day(_text(row, "NextCollectionDate")),
        first=_day(_text(row, "SiteServiceValidFrom")),
        last=_day(_text(row, "SiteServiceValidTo")),
        count=_number(_text(row, "ItemQuantity")) or 1,
    )
