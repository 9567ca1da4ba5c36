"""The stand-in's one address, which speaks SOAP 1.1 as two public clients of Whitespace read and write it.

It keeps homes with their services, days, cab logs and worksheets. `mood` is one of "" (as it should be), "down" (503), "slow"
(`seconds` before each answer), "refuse" (401), "odd" (no XML), "fault" (a fault, whose sentence repeats the request), "error" (200
with an error), "other" (the answer of another operation), "half" (half an answer), "endless". `shape` is how lists come: "lists", or
"bare" where one that has a single element is that element itself and one that has none is a nil.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
THEIRS = "http://webservices.whitespacews.com/"
POKED = "https://www.jadu.net/hubis/webservices"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
NO_DAY = "0001-01-01T00:00:00"
# Who keys the same for the same home and service again within these minutes is refused.
SAME_AGAIN = timedelta(minutes=30)
DUPLICATE, FULL, NOTHING_FOUND, NO_SUCH = "23", "17", "6", "9"
Start = Callable[[str, list[tuple[str, str]]], Any]
Row = dict[str, Any]


@dataclass
class Home:
    """A property: what is emptied there, and what crews logged."""

    uprn: int
    usrn: int
    services: list[Row] = field(default_factory=list)
    collections: list[Row] = field(default_factory=list)
    logs: list[Row] = field(default_factory=list)


@dataclass
class Sheet:
    """A worksheet."""

    id: str
    uprn: int
    service: str
    reference: str
    message: str
    items: dict[str, str]
    properties: dict[str, str]
    due: str
    slot: str
    began: datetime
    status: str = "Open"
    ended: datetime | None = None
    notes: list[str] = field(default_factory=list)


class Refused(Exception):
    """An answer with an error code."""


class StandIn:
    """The WSGI application."""

    def __init__(self, user: str, password: str, now: Callable[[], datetime]) -> None:
        self.user, self.password, self.now = user, password, now
        self.mood, self.seconds, self.shape = "", 0.0, "lists"
        # Where it is, once it is served.
        self.url = ""
        self.homes: dict[int, Home] = {}
        self.sheets: dict[str, Sheet] = {}
        # Days of a service: id, day, how much is free.
        self.slots: dict[str, list[Row]] = {}
        self.subjects: dict[str, str] = {}
        self.seen: list[tuple[str, str, bytes]] = []
        self.lock = Lock()
        # Called when something changed here, and with a worksheet that an outcome was given.
        self.on_change: list[Callable[[], None]] = []
        self.on_end: list[Callable[[Sheet], None]] = []

    def find(self, uprn: int) -> Home | None:
        """Return a home by its number, if it is one."""
        return self.homes.get(uprn)

    def _changed(self) -> None:
        for tell in self.on_change:
            tell()

    # What a crew in its cab, or somebody on the telephone, does there.

    def key(self, uprn: int, service: str, subject: str, reference: str = "") -> Sheet:
        """Key a worksheet as an officer of the council does."""
        self.subjects[service] = subject
        made = Sheet(str(10001 + len(self.sheets)), uprn, service, reference, "", {}, {}, "", "", self.now())  # fmt: skip
        self.sheets[made.id] = made
        self._changed()
        return made

    def end(self, number: str, status: str = "Complete", **properties: str) -> None:
        """Let a worksheet be over, with properties such as p68="Collected"."""
        sheet = self.sheets[number]
        sheet.status, sheet.ended = status, self.now()
        sheet.properties |= {name.removeprefix("p"): said for name, said in properties.items()}
        self._changed()
        for tell in self.on_end:
            tell(sheet)

    def log(
        self, uprn: int, reason: str, round_code: str, at: datetime, street: bool = False
    ) -> None:
        """Let a crew log something at a home, or of its whole street."""
        home = self.find(uprn)
        assert home is not None
        row = {
            "LogID": str(len(home.logs) + 1 + uprn * 1000), "Reason": reason, "RoundCode": round_code,
            "LogDate": at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3], "Uprn": "" if street else str(uprn).zfill(12),
            "Usrn": str(home.usrn),
        }  # fmt: skip
        home.logs.append(row)
        self._changed()

    # The wire.

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ["PATH_INFO"] == "/":
            return self._screen(environ, body, start)
        action = environ.get("HTTP_SOAPACTION", "").strip('"')
        with self.lock:
            self.seen.append((action, environ.get("CONTENT_TYPE", ""), body))
        if self.mood == "slow":
            time.sleep(self.seconds)
        status, raw = self._answer(environ, action, body)
        start(f"{status} Answer", [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(raw)))])  # fmt: skip
        return [raw]

    def _screen(self, environ: Mapping[str, Any], body: bytes, start: Start) -> list[bytes]:
        """Show what people there see, and do what they do; nobody else's page may post to it."""
        from standins.whitespace import screen  # which knows this one

        origin, host = environ.get("HTTP_ORIGIN", ""), environ.get("HTTP_HOST", "")
        is_ours = origin in ("", f"http://{host}")
        said = screen.act(self, body) if environ["REQUEST_METHOD"] == "POST" and is_ours else ""
        raw = screen.page(self, said)
        start("200 Answer", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(raw)))])  # fmt: skip
        return [raw]

    def _answer(self, environ: Mapping[str, Any], action: str, body: bytes) -> tuple[int, bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            return 405, b""
        moods = {"down": (503, b""), "refuse": (401, b""), "odd": (200, b"<html><p>Sign in</html>"), "endless": (200, b"<" * 6_000_000)}  # fmt: skip
        if self.mood in moods:
            return moods[self.mood]
        asked = fromstring(body)
        if self.mood == "fault":
            return 500, _fault("s:Server", ET.tostring(asked, encoding="unicode"))
        names = [e.text for e in asked.iter() if _local(e) in ("Username", "Password")]
        if names != [self.user, self.password]:
            return 500, _fault("wsse:InvalidSecurity", "An error occurred when verifying security.")
        operation = action.removeprefix(THEIRS)
        if self.mood == "error":
            return 200, self._envelope(operation, "99", {})
        given = _fields(_first(_first(asked, "Body"), operation)[0])
        with self.lock:
            try:
                found = getattr(self, f"_{operation}")(given)
            except Refused as exc:
                return 200, self._envelope(operation, str(exc), {})
        if self.mood == "other":
            operation = "GetStreets"
        raw = self._envelope(operation, "0", found)
        return 200, raw[: len(raw) // 2] if self.mood == "half" else raw

    def _envelope(self, operation: str, code: str, found: Row) -> bytes:
        result: Row = {"ErrorCode": code, "ErrorDescription": "Success" if code == "0" else "No", "SuccessFlag": "true" if code == "0" else "false", **found}  # fmt: skip
        root = ET.Element(f"{{{SOAP}}}Envelope")
        answer = ET.SubElement(
            ET.SubElement(root, f"{{{SOAP}}}Body"), f"{{{THEIRS}}}{operation}Response"
        )
        _write(ET.SubElement(answer, f"{{{THEIRS}}}{operation}Result"), result, self.shape)
        return ET.tostring(root, encoding="utf-8", xml_declaration=True)

    def _home(self, given: Row) -> Home:
        home = self.find(int(given.get("Uprn") or 0))
        if home is None:
            raise Refused(NOTHING_FOUND)
        return home

    def _GetServices(self, given: Row) -> Row:
        rows = [{"ServiceID": i, "ServiceName": name} for i, name in self.subjects.items()]
        return {"Services": {"Service": rows}}

    def _GetSiteCollections(self, given: Row) -> Row:
        return {"SiteServices": {"SiteService": self._home(given).services}}

    def _GetCollectionByUprnAndDatePlus(self, given: Row) -> Row:
        first, last = (
            date.fromisoformat(given[f"NextCollection{n}Date"][:10]) for n in ("From", "To")
        )
        rows = [
            {**row, "Date": row["Date"].strftime("%d/%m/%Y 00:00:00")}
            for row in self._home(given).collections
            if first <= row["Date"] <= last
        ]
        return {"Collections": {"Collection": rows}}

    def _GetInCabLogs(self, given: Row) -> Row:
        since = given["LogFromDate"]
        homes = [h for h in self.homes.values() if str(h.usrn) == given.get("Usrn")]
        homes = homes or ([self._home(given)] if given.get("Uprn") else [])
        rows = [row for home in homes for row in home.logs if row["LogDate"] >= since]
        if given.get("Uprn"):
            rows = [row for row in rows if row["Uprn"]]
        return {"InCabLogs": {"InCabLogs": rows}}

    def _GetSiteWorksheets(self, given: Row) -> Row:
        home = self._home(given)
        rows = [
            {
                "WorksheetID": s.id,
                "WorksheetRef": s.reference,
                "WorksheetSubject": self.subjects.get(s.service, ""),
                "WorksheetStatusName": s.status,
                "WorksheetStartDate": s.began.strftime("%Y-%m-%dT%H:%M:%S"),
                "WorksheetDueDate": NO_DAY,
                "WorksheetEscallatedDate": f"{s.due[:10]}T23:59:00" if s.due else NO_DAY,
                "WorksheetCompletedDate": s.ended.strftime("%Y-%m-%dT%H:%M:%S")
                if s.ended
                else NO_DAY,
            }
            for s in self.sheets.values()
            if s.uprn == home.uprn
        ]
        return {"Worksheets": {"Worksheet": rows}}

    def _GetFullWorksheetDetails(self, given: Row) -> Row:
        sheet = self._sheet(given)
        properties = [
            {
                "ServicePropertyID": i,
                "ServicePropertyName": f"Property {i}",
                "ServicePropertyValue": said,
            }
            for i, said in sheet.properties.items()
        ]
        inner = {"Worksheet": {"WorksheetID": sheet.id, "WorksheetStatusName": sheet.status},
                 "WSServiceProperties": {"WorksheetServiceProperty": properties}}  # fmt: skip
        return {"FullWSDetails": inner}

    def _GetCollectionSlots(self, given: Row) -> Row:
        self._home(given)
        first, last = (
            date.fromisoformat(given[f"NextCollection{n}Date"][:10]) for n in ("From", "To")
        )
        rows = [
            {"AdHocRoundInstanceID": s["id"], "AdHocRoundInstanceDate": f"{s['day']}T00:00:00", "SlotsFree": str(s["free"])}
            for s in self.slots.get(given["ServiceId"], [])
            if first <= s["day"] <= last
        ]  # fmt: skip
        return {"ApiAdHocRoundInstances": {"ApiAdHocRoundInstance": rows}}

    def _CreateWorksheet(self, given: Row) -> Row:
        home, now = self._home(given), self.now()
        same = [
            s
            for s in self.sheets.values()
            if (s.uprn, s.service) == (home.uprn, given["ServiceId"])
        ]
        if any(s.status == "Open" and now - s.began < SAME_AGAIN for s in same):
            raise Refused(DUPLICATE)
        if slot := given.get("AdHocRoundInstanceId", ""):
            of = [
                s
                for s in self.slots.get(given["ServiceId"], [])
                if s["id"] == slot and s["free"] > 0
            ]
            if not of:
                raise Refused(FULL)
            of[0]["free"] -= 1
        items = _pairs(given.get("ServiceItemInputs"), "ServiceItemId", "ServiceItemQuantity")
        properties = _pairs(
            given.get("ServicePropertyInputs"), "ServicePropertyId", "ServicePropertyValue"
        )
        sheet = Sheet(
            str(10001 + len(self.sheets)), home.uprn, given["ServiceId"], given.get("WorksheetReference", ""),
            given.get("WorksheetMessage", ""), items, properties, given.get("WorksheetDueDate", ""), slot, now,
        )  # fmt: skip
        self.sheets[sheet.id] = sheet
        self._changed()
        numbers = [sheet.id, "Open"] if self.shape == "lists" else [sheet.id]
        return {"WorksheetResponse": {"anyType": numbers}}

    def _CancelWorksheet(self, given: Row) -> Row:
        sheet = self._sheet(given)
        sheet.status, sheet.ended = "Cancelled", self.now()
        for slot in self.slots.get(sheet.service, []):
            slot["free"] += slot["id"] == sheet.slot
        self._changed()
        return {}

    def _AddWorksheetNote(self, given: Row) -> Row:
        self._sheet(given).notes.append(given["NoteText"])
        self._changed()
        return {}

    def _sheet(self, given: Row) -> Sheet:
        sheet = self.sheets.get(given["WorksheetId"])
        if sheet is None:
            raise Refused(NO_SUCH)
        return sheet


def poke(sheet: Sheet, secret: str) -> bytes:
    """Return what Whitespace sends where a worksheet changed, as public receivers take it: the children have no namespace."""
    root = ET.Element(f"{{{SOAP}}}Envelope")
    asked = ET.SubElement(ET.SubElement(root, f"{{{SOAP}}}Body"), f"{{{POKED}}}WorksheetPoke")
    ended = (sheet.ended or sheet.began).strftime("%Y-%m-%dT%H:%M:%S")
    said = {"secret": secret, "worksheetId": sheet.id, "worksheetReference": sheet.reference or "-", "status": sheet.status, "completedDate": ended}  # fmt: skip
    for name, value in said.items():
        ET.SubElement(asked, name).text = value
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _first(of: ET.Element, name: str) -> ET.Element:
    return next(e for e in of if _local(e) == name)


def _fields(of: ET.Element) -> Row:
    return {_local(e): [_fields(c) for c in e] if len(e) else (e.text or "") for e in of}


def _pairs(rows: Any, key: str, value: str) -> dict[str, str]:
    return {row[key]: row[value] for row in rows or () if isinstance(row, dict)}


def _write(to: ET.Element, row: Row, shape: str) -> None:
    """Write a result; a list comes as it is, or bare: of one as that one, of none as a nil."""
    for name, value in row.items():
        inner = next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else None
        if shape == "bare" and isinstance(inner, list) and len(inner) < 2:
            if not inner:
                ET.SubElement(to, f"{{{THEIRS}}}{name}").set(NIL, "true")
                continue
            name, value = next(iter(value.items()))
        for one in value if isinstance(value, list) else [value]:
            element = ET.SubElement(to, f"{{{THEIRS}}}{name}")
            if isinstance(one, dict):
                _write(element, one, shape)
            else:
                element.text = str(one)


def _fault(code: str, words: str) -> bytes:
    root = ET.Element(f"{{{SOAP}}}Envelope")
    fault = ET.SubElement(ET.SubElement(root, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
    ET.SubElement(fault, "faultcode").text = code
    ET.SubElement(fault, "faultstring").text = words
    return ET.tostring(root, encoding="utf-8")
