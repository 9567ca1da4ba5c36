"""The step `book`: holds a slot while someone answers, keeps it for the case, books it, finds another."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from doorstep.bookings import actions, calendars, facts, moving, queries
from doorstep.cases import changing, workflow
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import home_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.council.errors import Refused
from doorstep.forms.rules.types import DAY, INT, MOMENT, TEXT, Maybe, Record
from doorstep.staff.actor import Actor

# The day is nothing only before anything was held: a stage that names it comes after the step.
BOOKED = Record("booked", {"day": DAY, "slot": TEXT, "until": Maybe(MOMENT)})
# A stage that names it comes after book.rebooked or book.offered.
MOVED = Record("moved", {"was": DAY, "why": TEXT, "tell": MOMENT})
KIND = steps.StepKind(
    "book",
    # Until when the day can be taken at all; left out: until it begins. In which unit `load` is: said once in a
    # service, it is held against each calendar of the kind.
    rules={
        "kind": TEXT,
        "slot": TEXT,
        "load": INT,
        "minutes": INT,
        "until": MOMENT,
        "unit": TEXT,
    },
    optional=frozenset({"until", "unit"}),
    asks={"kind": TEXT, "load": INT, "first": DAY, "last": DAY},
    asked_as="slot",
    words=frozenset({"do"}),
    values={"do": ("keep", "hold", "confirm", "nearest", "release")},
    gives={"booked": (BOOKED, actions.NOTHING), "moved": (MOVED, moving.NOT_MOVED)},
    outcomes={
        "booked": "The place on the day is the case's own.",
        "gone": "The place went to somebody else before it was booked.",
        "none": "No day has room.",
        "closed": "An officer closed the day, or made it too small, before it was booked.",
        "lapsed": "The place was held too long and was given back.",
        "rebooked": "An officer moved the day's bookings: another day is held for the case, to be kept or booked.",
        "offered": "The same, but the other day is only offered: it is held until it is taken.",
        "moved_back": "The officer took that back before anybody was told: the first day is held or booked again.",
        "moved_on": "The same, and an earlier move had left the case so: its day is booked again, and that is still told.",
    },
    check_here=calendars.differing,
)


def _asked(options: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: options[name] for name in ("kind", "slot", "load")}
    return {**asked, "last": options.get("until")}


# A year: nothing is kept for anybody longer, whatever number somebody typed.
MOST_MINUTES = 525_600


def _minutes(options: Mapping[str, Any]) -> int:
    """Return for how long a place is kept, from no time to a year."""
    return max(0, min(MOST_MINUTES, int(options["minutes"])))


class BookStep:
    """Does what its word `do` says: keep (when it says nothing), hold (for a change), confirm, nearest or release."""

    def reserve(
        self, *, draft: Draft, options: Mapping[str, Any], longer: bool, by: Actor, now: datetime
    ) -> datetime:
        """Hold the slot for a draft, or go on holding it; return until when. Raises Refused("slot_gone")."""
        home = home_of(catalogue.service(draft.version_id), draft.answers)
        return actions.reserve(
            draft=draft,
            **_asked(options),
            minutes=_minutes(options),
            home=int(str(home)) if home else None,
            longer=longer,
            now=now,
        )

    def run(
        self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime
    ) -> str | None:
        """Do it; `confirm` comes to book.booked or book.gone, `nearest` to book.none when there is no day."""
        return DO[str(options.get("do", "keep"))](case, options, by, now)

    def options(
        self, *, case: Case, options: Mapping[str, Any], now: datetime
    ) -> list[tuple[str, str]]:
        """Return the days that may be chosen instead, and why others may not, as the question of a slot has them."""
        facts.brought_up_to_date(case.place_id or 0, options, now)
        slot_days = queries.days(uprn=case.place_id or 0, case_id=case.pk, now=now, **options)
        return [(o["id"], o["label"]) for o in map(facts.option, slot_days)]

    def take(
        self, *, case: Case, options: Mapping[str, Any], chosen: str, by: Actor, now: datetime
    ) -> None:
        """Hold the day that was chosen for the case, which its next stage keeps or books."""
        actions.choose(case=case, chosen=chosen, **options, by=by, now=now)

    def change(
        self, *, case: Case, draft: Draft, options: Mapping[str, Any], by: Actor, now: datetime
    ) -> None:
        """Book the day and the work of the new answers instead; raises Refused("slot_gone")."""
        about = {name: options[name] for name in ("kind", "slot", "load")}
        actions.change(case=case, draft=draft, **about, by=by, now=now)

    def drop_change(self, *, case: Case, draft: Draft, by: Actor, now: datetime) -> None:
        """Give back what the change held."""
        actions.give_back(draft=draft, now=now)

    def put_right(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Give back a day to come: the crew that was sent again is not needed."""
        actions.undo_later(case=case, by=by, now=now)

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Give back what the case holds or has booked."""
        actions.release(case=case, by=by, now=now)


def _keep(case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> None:
    actions.keep(case=case, **_asked(options), minutes=_minutes(options), by=by, now=now)


def _confirm(case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> str:
    try:
        actions.confirm(case=case, **_asked(options), by=by, now=now)
    except Refused:
        closed = actions.is_smaller(case) and actions.leads_on(case, "book.closed")
        actions.release(case=case, by=by, now=now)
        return "book.closed" if closed else "book.gone"
    return "book.booked"


def _nearest(case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> str | None:
    # Until when that other day can be taken is not what was said of the first.
    about: dict[str, Any] = {**_asked(options), "minutes": _minutes(options)}
    del about["last"]
    try:
        actions.nearest(case=case, **about, by=by, now=now)
    except Refused:
        return "book.none"
    return None


def _release(case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> None:
    actions.release(case=case, by=by, now=now)


def _hold(case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """Hold what a change of the case wants while what it costs is paid; raises Refused("slot_gone")."""
    draft = changing.sent(case)
    if draft is not None:
        about = {**_asked(options), "minutes": _minutes(options)}
        actions.reserve(draft=draft, **about, home=case.place_id, longer=True, now=now)


DO: dict[str, Callable[[Case, Mapping[str, Any], Actor, datetime], str | None]] = {
    "keep": _keep,
    "hold": _hold,
    "confirm": _confirm,
    "nearest": _nearest,
    "release": _release,
}


def offer() -> None:
    """Offer the step to validators and to the spine."""
    steps.offer(KIND)
    workflow.offer("book", BookStep())
