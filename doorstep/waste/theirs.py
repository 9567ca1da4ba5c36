"""The waste system that a council has already, and what that calls things: `waste-system.yaml`, which is data of the council's.

Nothing of it is read where the socket `waste.backend` is empty: then the book of rounds is kept here.
"""

from functools import cache
from pathlib import Path
from typing import Annotated

import structlog
import yaml
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from doorstep.bookings import calendars
from doorstep.council import checking
from doorstep.council import queries as council
from doorstep.outside import plug
from doorstep.staff.actor import Actor
from doorstep.waste.provider import WasteBackend

SOCKET, FILE = "waste.backend", "waste-system.yaml"
# Who did what was read there.
THEY = Actor("system", "waste system")
log = structlog.get_logger("doorstep.waste")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Small = Annotated[str, StringConstraints(to_lower=True, strip_whitespace=True)]


class Work(_Part):
    """A kind of work there: their service, and the number of the property in which its outcome stands.

    `subject` is how work keyed there by others is known; `item` is keyed for each, `marker` once for all. `items` are theirs
    by ours, and `any_item` is for what has none; `where` is the property that takes where a thing stands.
    """

    service: Annotated[str, Field(min_length=1)]
    outcome: str = ""
    subject: str = ""
    item: str = ""
    marker: str = ""
    items: dict[str, str] = {}
    any_item: str = ""
    where: str = ""


class Bin(_Part):
    """A container by its code there: our kind of it, its stream, and the work of one that was missed."""

    kind: str
    stream: str
    missed: Work | None = None


class Words(_Part):
    """What a council's waste system calls its containers, reasons, outcomes and kinds of work.

    `reasons` are ours by what stands at the end of theirs ("Food - Not Out"), `outcomes` by the value of the property, in
    capitals or not; `cancelled` is what comes of work that was cancelled there, nothing where a person is asked. `again` are the
    numbers of the errors by which they refuse the same work keyed twice in half an hour. `lists` are
    crew lists of ours that are done there, and `slots` kinds of our calendars whose days are theirs, by their service.
    """

    bins: dict[str, Bin] = {}
    reasons: dict[Small, str] = {}
    outcomes: dict[Small, str] = {}
    cancelled: str = ""
    again: tuple[str, ...] = ()
    lists: dict[str, Work] = {}
    slots: dict[str, str] = {}

    def missed(self, kind: str) -> Work | None:
        """Return the work of a missed container of a kind of ours, if it is done there."""
        return next((b.missed for b in self.bins.values() if b.kind == kind and b.missed), None)

    def kind_of(self, subject: str) -> str:
        """Return the kind of the container that work of a subject is about, or nothing."""
        named = [b.kind for b in self.bins.values() if b.missed and b.missed.subject == subject]
        return named[0] if subject and named else ""

    def reason(self, theirs: str) -> str:
        """Return our word for a reason of theirs, or nothing."""
        return self.reasons.get(theirs.rpartition(" - ")[2].strip().lower(), "")


def is_kept_there() -> bool:
    """Say whether another system keeps this council's book of rounds."""
    return plug.is_filled(SOCKET)


def socket(facts: frozenset[str]) -> plug.Socket:
    """Return what the socket is for, and what people meet while what fills it is down; `facts` rest on it."""
    return plug.Socket(
        SOCKET,
        "The council’s own waste system",
        "Bins, days and what crews recorded are shown as they were last read, with that time; a home that was never read is a person’s. Reports and bookings are taken, and sent there as soon as it works; after twelve hours a person is asked.",
        public=_(
            "Our waste system does not answer just now. You see your bins, and days that are free, as we last read them. What you send is kept, and reaches our crew as soon as it works again. If something is not shown, try again later, or call us."
        ),
        facts=facts,
    )


def backend() -> WasteBackend:
    """Return whoever reads and writes that system."""
    connector: WasteBackend = plug.get(SOCKET)
    return connector


def words() -> Words:
    """Return what it calls things; nothing has a name where the file cannot be read."""
    return _words(council.folder())


@cache
def _words(folder: Path) -> Words:
    try:
        return _read(folder)
    except (ValidationError, yaml.YAMLError, OSError, UnicodeDecodeError) as exc:
        log.error("waste_system_unreadable", error=type(exc).__name__)  # said at start (`problems`)
        return Words()


def _read(folder: Path) -> Words:
    return Words.model_validate(yaml.safe_load((folder / FILE).read_text()) or {})


def problems() -> list[str]:
    """Return what is wrong in the council's file, where it needs one."""
    if not is_kept_there():
        return []
    path, here = council.folder() / FILE, council.current()
    try:
        said = _read(council.folder())
    except ValidationError as exc:
        return checking.said(path, exc)
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as exc:
        return [f"{path}: cannot be read: {' '.join(str(exc).split())}"]
    bad = [
        f"bins: `{b.kind}` is not among `containers`"
        for b in said.bins.values()
        if b.kind not in here.containers
    ]
    bad += [
        f"bins: `{b.stream}` is not among `streams`"
        for b in said.bins.values()
        if b.stream not in here.streams
    ]
    bad += [
        f"reasons: `{r}` is not among `log_reasons`"
        for r in said.reasons.values()
        if r not in here.log_reasons
    ]
    bad += [
        f"lists: `{code}` is not among `crew_lists`"
        for code in said.lists
        if code not in here.crew_lists
    ]
    subjects = [b.missed.subject for b in said.bins.values() if b.missed and b.missed.subject]
    bad += [
        f"bins: several have the subject `{s}`"
        for s in {s for s in subjects if subjects.count(s) > 1}
    ]
    kinds = {calendar.kind for calendar in calendars.of_council()}
    bad += [
        f"slots: no calendar is of the kind `{kind}`" for kind in said.slots if kind not in kinds
    ]
    if said.cancelled and said.cancelled not in said.outcomes.values():
        bad.append(f"cancelled: `{said.cancelled}` is none of the `outcomes`")
    return [f"{path}: {line}" for line in bad]
