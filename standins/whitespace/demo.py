"""The stand-in as the demo runs it: a book of homes and rounds in two files, and its own state in a third, which it keeps.

`rounds.csv` has code, service, schedule and the days; `homes.csv` UPRN, USRN and the round of each code of container; `today.json`
what is to have happened by today, once: logs and worksheets.
"""

import csv
import json
import os
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from standins.whitespace.app import Home, Row, Sheet, StandIn
from standins.whitespace.screen import tells

ZONE = ZoneInfo("Europe/London")
FREE, SLOT_DAYS = 6, 120


class Demo(StandIn):
    """The stand-in over files in a folder; homes are made of their line when they are asked for."""

    def __init__(self, folder: Path, user: str, password: str, ahead: timedelta) -> None:
        super().__init__(user, password, now=lambda: (datetime.now(UTC) + ahead).astimezone(ZONE))
        self.folder = folder
        with (folder / "rounds.csv").open() as file:
            self.rounds = {row["code"]: row for row in csv.DictReader(file)}
        with (folder / "homes.csv").open() as file:
            self.lines = {int(row["uprn"]): row for row in csv.DictReader(file)}
        said = json.loads((folder / "today.json").read_text())
        self.subjects = said["subjects"]
        self._load(said)
        self.on_change.append(self.save)
        self.save()

    def find(self, uprn: int) -> Home | None:
        """Return a home, made of its line."""
        if uprn not in self.homes and uprn in self.lines:
            self.homes[uprn] = self._made(self.lines[uprn])
        return self.homes.get(uprn)

    def _made(self, line: dict[str, str]) -> Home:
        home = Home(int(line["uprn"]), int(line["usrn"]))
        for part in filter(None, line["bins"].split(";")):
            item, code = part.split("=")
            row = self.rounds[code]
            days = [date.fromisoformat(day) for day in row["days"].split()]
            about = {"Service": row["service"], "Round": code, "Schedule": row["schedule"]}
            coming = next((day for day in days if day > self.now().date()), None)
            home.services.append(self._service(home, item, row, coming))
            home.collections += [
                {**about, "Date": d, "Day": f"{d:%A}"}
                for d in days
                if not any(c["Round"] == code and c["Date"] == d for c in home.collections)
            ]
        return home

    def _service(self, home: Home, item: str, row: dict[str, str], coming: date | None) -> Row:
        return {
            "SiteServiceID": f"{home.uprn}{len(home.services)}", "ServiceID": row["id"], "ServiceName": row["service"],
            "ServiceItemName": item, "ServiceItemDescription": item, "ItemQuantity": "1",
            "RoundSchedule": f"{row['code']} {row['schedule']}",
            "NextCollectionDate": f"{coming}T00:00:00" if coming else "0001-01-01T00:00:00",
            "SiteServiceValidFrom": "2020-01-01T00:00:00", "SiteServiceValidTo": "0001-01-01T00:00:00",
        }  # fmt: skip

    # Its state: worksheets, logs and what is free, whole in one file, which is replaced.

    def _load(self, said: dict[str, Any]) -> None:
        path = self.folder / "state.json"
        kept = json.loads(path.read_text()) if path.exists() else {"logs": {}, "sheets": [], "taken": {}, "days": []}  # fmt: skip
        self.days: list[str] = kept["days"]
        for row in kept["sheets"]:
            moments = {n: datetime.fromisoformat(row[n]) if row[n] else None for n in ("began", "ended")}  # fmt: skip
            sheet = Sheet(**{**row, **moments})
            self.sheets[sheet.id] = sheet
        for uprn, logs in kept["logs"].items():
            if (home := self.find(int(uprn))) is not None:
                home.logs = logs
        self._slots(kept["taken"])
        if said["day"] not in self.days:
            self.days.append(said["day"])
            for uprn, reason, code, at, street in said["logs"]:
                self.log(uprn, reason, code, datetime.fromisoformat(at), street)
            for uprn, service in said["keyed"]:
                self.key(uprn, service, self.subjects[service])

    def _slots(self, taken: dict[str, int]) -> None:
        """Give bulky collections a day's room on each weekday, but for what is taken."""
        today = self.now().date()
        days = [today + timedelta(days=n) for n in range(SLOT_DAYS)]
        rows = [
            {"id": f"9{d:%y%m%d}", "day": d, "free": FREE - taken.get(f"9{d:%y%m%d}", 0)}
            for d in days
            if d.weekday() < 5
        ]
        self.slots["78"] = rows

    def save(self) -> None:
        """Write all that changed here; a stand-in that is stopped goes on where it was."""
        said = {
            "days": self.days,
            "logs": {uprn: home.logs for uprn, home in self.homes.items() if home.logs},
            "sheets": [asdict(sheet) for sheet in self.sheets.values()],
            "taken": {s["id"]: FREE - s["free"] for s in self.slots["78"] if s["free"] < FREE},
        }
        new = self.folder / "state.new"
        new.write_text(json.dumps(said, default=str))
        new.replace(self.folder / "state.json")


def from_environment() -> Demo:
    """Make the stand-in that the demo runs, as its environment says."""
    ahead = timedelta(seconds=float(os.environ.get("STANDIN_AHEAD_SECONDS", "0")))
    made = Demo(
        Path(os.environ["STANDIN_WASTE_BOOK"]),
        os.environ["WHITESPACE_USER"],
        os.environ["WHITESPACE_PASSWORD"],
        ahead,
    )
    made.on_end.append(tells(os.environ["STANDIN_WASTE_HOOK"], os.environ["WHITESPACE_SECRET"]))
    return made


application: Any = None
if "STANDIN_WASTE_BOOK" in os.environ:
    application = from_environment()
