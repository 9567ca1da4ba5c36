"""What the waste room can observe: containers, last collection, round progress, property logs."""

from datetime import date, datetime, time, timedelta

from doorstep.council import queries as council
from doorstep.fieldwork import queries as fieldwork
from doorstep.forms.facts import Before, Fact, Observed, before, offer, shared
from doorstep.forms.rules.types import BOOL, DAY, MOMENT, PROPERTY, TEXT, ListOf, Maybe, Record
from doorstep.waste import keyed, mirror, queries, slots, theirs
from doorstep.waste.models import RoundDay
from doorstep.waste.queries import Box

CONTAINER = Record("container", {"id": TEXT, "label": TEXT})
LAST = Record(
    "last collection",
    {"date": Maybe(DAY), "round": Maybe(TEXT), "communal": TEXT, "next": Maybe(DAY)},
)
PROGRESS = Record(
    "round progress", {"state": TEXT, "until": Maybe(MOMENT), "sentence": Maybe(TEXT)}
)
# What the waste system is asked before, where it keeps the book: about a home, and about days.
OF_HOMES = (
    "waste.containers",
    "waste.last_due",
    "waste.street_progress",
    "waste.property_logs",
    "waste.keyed_elsewhere",
)
OF_DAYS = "bookings.slots"
THEIRS = frozenset({*OF_HOMES, OF_DAYS})
ELSEWHERE = Record("work keyed elsewhere", {"day": DAY, "due": Maybe(DAY)})
LOG = Record("property log", {"reason": TEXT, "words": TEXT, "day": DAY})


def containers(uprn: str, now: datetime) -> Observed:
    """Observe the containers of a home, each with its id and the council's name for it."""
    names = council.current().containers
    boxes = _boxes(uprn, now.astimezone(council.ZONE).date())
    return Observed([{"id": str(c.pk), "label": names.get(c.kind, c.kind)} for c in boxes], now)


def _boxes(uprn: str, today: date) -> list[Box]:
    """Return a home's containers, looked up once for all the facts of a page."""
    return shared(("waste.boxes", uprn, today), lambda: queries.boxes_at(int(uprn), today))


def _box(uprn: str, container_id: str, today: date) -> Box | None:
    boxes = {number: box for box in _boxes(uprn, today) for number in box.ids}
    return boxes.get(container_id) or queries.container(container_id, today)


def last_due(uprn: str, container_id: str, now: datetime) -> Observed:
    """Observe when a container was last to be emptied, today included, by which round, and on which day after today next."""
    today = now.astimezone(council.ZONE).date()
    box = _box(uprn, container_id, today)
    last = queries.last_due(box, today) if box else None
    following = queries.next_due(box, today) if box else None
    value = {
        "date": last.day if last else None,
        "round": last.round if last else None,
        "communal": "yes" if box and box.place_id != int(uprn) else "no",
        "next": following.day if following else None,
    }
    return Observed(value, now)


def assisted(uprn: str, now: datetime) -> Observed:
    """Observe whether the crew fetches this home's containers: who lives there may be old or ill, so rules alone know."""
    return Observed(queries.is_assisted(int(uprn)), now)


def round_progress(round_code: str, day: date, now: datetime) -> Observed:
    """Observe a round on a day: waiting, running, finished or delayed (until when, said how)."""
    return _progress(queries.progress(round_code, day), False, now)


def street_progress(uprn: str, round_code: str, day: date, now: datetime) -> Observed:
    """Observe a round on a day at one home: finished as soon as the crew is through with its street."""
    row, through = queries.progress_at(int(uprn), round_code, day)
    return _progress(row, through, now)


def _progress(row: RoundDay | None, through: bool, now: datetime) -> Observed:
    state = "waiting"
    if row and through:
        state = "finished"
    elif row and row.delayed_until and now < row.delayed_until:
        state = "delayed"
    elif row and row.finished_at:
        state = "finished"
    elif row and row.started_at:
        state = "running"
    until, sentence = (row.delayed_until, row.sentence) if row else (None, None)
    return Observed({"state": state, "until": until, "sentence": sentence}, now)


def property_logs(uprn: str, container_id: str, day: date, now: datetime) -> Observed:
    """Observe what crews recorded of one container since its last due day: reason and day, no more.

    Only logs of this container count, never a neighbour's (rule M3); one reason a day is said once (M4).
    """
    box = _box(uprn, container_id, now.astimezone(council.ZONE).date())
    ids = box.ids if box else [container_id]
    words = council.current().log_reasons
    rows: dict[tuple[str, date], dict[str, object]] = {}
    for outcome in fieldwork.outcomes_about("container", ids, day):
        row = {"reason": outcome.code, "words": words.get(outcome.code, ""), "day": outcome.day}
        rows.setdefault((outcome.code, outcome.day), row)
        if outcome.code == "collected":
            break  # what was recorded before the crew came back no longer stands
    return Observed(list(rows.values()), now)


def keyed_elsewhere(uprn: str, container_id: str, day: date, now: datetime) -> Observed:
    """Observe open work about a container that was keyed in the waste system itself since a day, the latest first.

    Each with the day it was keyed and the day it is due, where they say one; none where the book is kept here.
    """
    today = now.astimezone(council.ZONE).date()
    box = _box(uprn, container_id, today)
    if box is None or not theirs.is_kept_there():
        return Observed([], now)
    since = datetime.combine(day, time(), council.ZONE)
    rows = keyed.open_elsewhere([int(uprn), box.place_id], box.kind, since)
    days = [{"day": r.began_at.astimezone(council.ZONE).date(), "due": r.due_on} for r in rows]
    return Observed(days, now)


def register() -> None:
    """Offer the room's facts; where the waste system keeps the book, they are brought up to date before."""
    home, box, day = ("property", PROPERTY), ("container", TEXT), ("day", DAY)
    local = timedelta(0)
    offer(Fact("waste.assisted", (home,), BOOL, "local", assisted, local, private=True))
    offer(Fact("waste.containers", (home,), ListOf(CONTAINER), "local", containers, local))
    offer(Fact("waste.last_due", (home, box), LAST, "local", last_due, local))
    offer(
        Fact(
            "waste.round_progress", (("round", TEXT), day), PROGRESS, "local", round_progress, local
        )
    )
    params = (home, ("round", TEXT), day)
    offer(Fact("waste.street_progress", params, PROGRESS, "local", street_progress, local))
    offer(Fact("waste.property_logs", (home, box, day), ListOf(LOG), "local", property_logs, local))
    offer(
        Fact("waste.keyed_elsewhere", (home, box, day), ListOf(ELSEWHERE), "local", keyed_elsewhere)
    )
    for name in OF_HOMES:
        before(name, Before(mirror.bring_home, theirs.is_kept_there))
    before(OF_DAYS, Before(slots.bring, theirs.is_kept_there))
