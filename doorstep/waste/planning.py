"""Changes of rounds, containers and calendar: each is proposed with its effect, made, and undone again.

A change is a list of edits: rows before and after. Making and undoing write the same rows in two
directions, and both look first whether the rows still are as the change left or found them.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db import models, transaction
from django.db.models import F

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.staff.actor import Actor
from doorstep.waste import effects
from doorstep.waste.models import (
    LONGEST_WEEKS,
    Change,
    Container,
    DayHistory,
    Edit,
    MovedDay,
    Round,
    Suspension,
    What,
)

Fields = dict[str, Any]
Side = Literal["before", "after"]
# What may be edited: its table, the field that names a row, and the fields that are kept.
TABLES: dict[What, tuple[type[models.Model], str, tuple[str, ...]]] = {
    "round": (
        Round,
        "code",
        ("name", "stream", "anchor", "weeks", "since", "was_anchor", "was_weeks"),
    ),
    "container": (Container, "id", ("place_id", "kind", "round_id", "since", "was_round_id")),
    "suspension": (Suspension, "id", ("stream", "first", "last")),
    "moved_day": (MovedDay, "day", ("to",)),
}
ORDER = tuple(TABLES)


def edit(what: What, key: object, before: Fields | None, after: Fields | None) -> Edit:
    """Return one row's change; no `before` makes the row, no `after` takes it away."""
    return {"what": what, "key": str(key), "before": _plain(before), "after": _plain(after)}


def _plain(fields: Fields | None) -> Fields | None:
    if fields is None:
        return None
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in fields.items()}


def fields_of(what: What, row: models.Model) -> Fields:
    """Return the fields of a row that edits keep."""
    return {name: getattr(row, name) for name in TABLES[what][2]}


def _read(what: What, keys: Iterable[str]) -> dict[str, Fields]:
    """Return rows as they are, by their keys, locked until the transaction ends."""
    table, key, names = TABLES[what]
    named_keys = [k for k in keys if k]
    rows = table._default_manager.filter(**{f"{key}__in": named_keys}).select_for_update()
    return {
        str(row[key]): _plain({n: row[n] for n in names}) or {} for row in rows.values(key, *names)
    }


def _python(what: What, fields: Fields) -> Fields:
    table = TABLES[what][0]
    return {n: table._meta.get_field(n).to_python(v) for n, v in fields.items()}  # type: ignore[union-attr]


def _write(what: What, edits: list[Edit], was: Side, now: Side) -> None:
    """Bring rows from one side of their edits to the other; raises Refused("changed_since")."""
    table, key, _ = TABLES[what]
    current = _read(what, (e["key"] for e in edits))
    if any(current.get(e["key"]) != e[was] for e in edits):
        raise Refused("changed_since")
    rows = table._default_manager
    rows.filter(**{f"{key}__in": [e["key"] for e in edits if e[now] is None]}).delete()
    additions = [e for e in edits if e[was] is None]
    keyed = [({key: e["key"]} if e["key"] else {}) | (e[now] or {}) for e in additions]
    for e, row in zip(
        additions, rows.bulk_create([table(**_python(what, f)) for f in keyed], 2000), strict=True
    ):
        e["key"] = str(getattr(row, key))
    alike: dict[tuple[tuple[str, Any], ...], list[str]] = {}
    for e in edits:
        old, new = e[was], e[now]
        if old is not None and new is not None:
            changed = tuple((n, v) for n, v in new.items() if v != old[n])
            alike.setdefault(changed, []).append(e["key"])
    for changes, keys in alike.items():
        rows.filter(**{f"{key}__in": keys}).update(**_python(what, dict(changes)))


def apply(edits: list[Edit], *, back: bool = False) -> None:
    """Write all edits, or take them back; a new row's key is filled in. Raises Refused("changed_since")."""
    was: Side = "after" if back else "before"
    now: Side = "before" if back else "after"
    for what in reversed(ORDER) if back else ORDER:
        mine = [e for e in edits if e["what"] == what]
        if mine:
            _write(what, mine, was, now)


def propose(*, title: str, edits: list[Edit], by: Actor, now: datetime) -> Change:
    """Keep a change with what homes would notice; nothing is changed yet. Raises Refused("no_change")."""
    if not edits:
        raise Refused("no_change")
    today = now.astimezone(council.ZONE).date()
    effect = effects.of(edits, apply, today)
    return Change.objects.create(
        title=title[:200], edits=edits, effect=effect, proposed_by=by.key, proposed_at=now
    )


def _locked(change_id: int) -> Change:
    return Change.objects.select_for_update().get(id=change_id)


def _note_moves(edits: list[Edit], now: datetime) -> None:
    """Count that days were moved, here or back, so that calendars know the newer event."""
    for day in [e["key"] for e in edits if e["what"] == "moved_day"]:
        DayHistory.objects.get_or_create(day=day, defaults={"times": 0, "at": now})
        DayHistory.objects.filter(day=day).update(times=F("times") + 1, at=now)


@transaction.atomic
def make(*, change_id: int, by: Actor, now: datetime) -> Change:
    """Make a proposed change; a second press changes nothing. Raises Refused("changed_since")."""
    change = _locked(change_id)
    if change.made_at:
        return change
    apply(change.edits)
    _note_moves(change.edits, now)
    change.made_by, change.made_at = by.key, now
    change.save(update_fields=["edits", "made_by", "made_at"])
    return change


@transaction.atomic
def undo(*, change_id: int, by: Actor, now: datetime) -> Change:
    """Take a change back; raises Refused("not_made" or "changed_since") where later ones rest on it."""
    change = _locked(change_id)
    if change.undone_at:
        return change
    if not change.made_at:
        raise Refused("not_made")
    apply(change.edits, back=True)
    _note_moves(change.edits, now)
    change.undone_by, change.undone_at = by.key, now
    change.save(update_fields=["undone_by", "undone_at"])
    return change


def _from(since: date, today: date) -> None:
    if since < today:
        raise Refused("since_past")


def new_cycle(of: Round, anchor: date, weeks: int, today: date) -> Fields:
    """Return a round's fields with another cycle, from the week of its first day on.

    Nothing where the cycle stays the same. Raises Refused("already_changing").
    """
    same = of.weeks == weeks and (anchor - of.anchor).days % (7 * weeks) == 0
    if same:
        return {}
    if of.since and of.since > today:
        raise Refused("already_changing", since=of.since)
    # The old cycle's day in that week is left out: nobody puts a bin out twice.
    since = max(anchor - timedelta(days=anchor.weekday()), today)
    return {
        "anchor": anchor,
        "weeks": weeks,
        "since": since,
        "was_anchor": of.anchor,
        "was_weeks": of.weeks,
    }


def propose_round(
    *, code: str, name: str, stream: str, first: date, weeks: int, by: Actor, now: datetime
) -> Change:
    """Propose another cycle (from its first collection on) or name for a round, or a new round.

    Raises Refused("code_missing", "name_missing", "stream_missing", "weeks_wrong", "since_past",
    "already_changing" or "no_change").
    """
    code, name = code.strip().upper()[:20], name.strip()[:80]
    today = now.astimezone(council.ZONE).date()
    for missing, value in (("code", code), ("name", name), ("stream", stream)):
        if not value:
            raise Refused(f"{missing}_missing")
    if not 1 <= weeks <= LONGEST_WEEKS:
        raise Refused("weeks_wrong")
    _from(first, today)
    of = Round.objects.filter(code=code).first()
    if of is None:
        after = {"name": name, "stream": stream, "anchor": first, "weeks": weeks}
        after |= {"since": None, "was_anchor": None, "was_weeks": None}
        return propose(
            title=f"New round {code}", edits=[edit("round", code, None, after)], by=by, now=now
        )
    before = fields_of("round", of)
    after = {**before, "name": name, **new_cycle(of, first, weeks, today)}
    edits = [edit("round", code, before, after)] if after != before else []
    return propose(title=f"Round {code}", edits=edits, by=by, now=now)


def moved(of: Container, to: Round, since: date, today: date) -> Edit | None:
    """Return the edit that gives a container to another round from a day on; nothing where it is there.

    Raises Refused("already_changing").
    """
    if of.round_id == to.pk:
        return None
    if of.since and of.since > today:
        raise Refused("already_changing", since=of.since)
    before = fields_of("container", of)
    after = {**before, "round_id": to.pk, "since": since, "was_round_id": of.round_id}
    return edit("container", of.pk, before, after)


def propose_street(
    *, usrn: int, code: str, to: str, since: date, by: Actor, now: datetime
) -> Change:
    """Propose that a street's containers go from one round to another of the same stream, from a day on.

    Raises Refused("round_unknown", "other_stream", "since_past", "already_changing" or "no_change").
    """
    today = now.astimezone(council.ZONE).date()
    _from(since, today)
    rounds = Round.objects.in_bulk([code, to])
    if len({code, to} & set(rounds)) < 2:
        raise Refused("round_unknown")
    if rounds[code].stream != rounds[to].stream:
        raise Refused("other_stream")
    boxes = Container.objects.filter(round_id=code, place__street_id=usrn)
    moves = [moved(c, rounds[to], since, today) for c in boxes.select_related("place__street")]
    where = boxes[0].place.street.name if boxes else str(usrn)
    edits = [e for e in moves if e]
    return propose(title=f"{where} from {code} to {to}", edits=edits, by=by, now=now)


def propose_home(
    *,
    uprn: int,
    rounds: Mapping[int, str],
    add: tuple[str, str] | None,
    since: date,
    by: Actor,
    now: datetime,
) -> Change:
    """Propose rounds for a home's own containers by their ids ("" takes one away), and one more container or round.

    Raises Refused("round_unknown", "no_such_kind", "already_there", "other_stream", "since_past",
    "already_changing" or "no_change").
    """
    today = now.astimezone(council.ZONE).date()
    _from(since, today)
    boxes = list(Container.objects.filter(place_id=uprn).select_related("round").order_by("id"))
    targets = {box.pk: rounds.get(box.pk, box.round_id) for box in boxes}
    rounds_by_code = Round.objects.in_bulk([*targets.values(), *(add or ())[1:]])
    edits: list[Edit | None] = []
    for box in boxes:
        alike = [b for b in boxes if b.kind == box.kind]
        stays = [to for b in alike if (to := targets[b.pk])]
        # Of several rounds one ends on the day: its row becomes one of a round that stays (decision 29).
        to = targets[box.pk] or (stays[0] if stays else "")
        if to and to not in rounds_by_code:
            raise Refused("round_unknown")
        if not to:
            edits.append(edit("container", box.pk, fields_of("container", box), None))
        elif to != box.round_id:
            edits.append(moved(box, rounds_by_code[to], since, today))
        elif not targets[box.pk]:
            edits.append(_one_less([b for b in alike if targets[b.pk] == b.round_id == to], box))
    if add:
        edits.append(_added(uprn, *add, boxes, targets, rounds_by_code, since))
    changed = [e for e in edits if e]
    return propose(title=f"Containers of property {uprn}", edits=changed, by=by, now=now)


def _one_less(same: list[Container], box: Container) -> Edit | None:
    """Return the edit that leaves one of several rows of a round out; the first stays, whose number cases keep."""
    if not same:
        return None
    last = max([*same, box], key=lambda row: row.pk)
    return edit("container", last.pk, fields_of("container", last), None)


def _added(
    uprn: int,
    kind: str,
    code: str,
    boxes: list[Container],
    targets: Mapping[int, str],
    rounds: Mapping[Any, Round],
    since: date,
) -> Edit:
    if kind not in council.current().containers:
        raise Refused("no_such_kind")
    alike = [box for box in boxes if box.kind == kind]
    if any(targets[box.pk] in ("", code) for box in alike):
        raise Refused("already_there")
    if code not in rounds:
        raise Refused("round_unknown")
    if any(box.round.stream != rounds[code].stream for box in alike):
        raise Refused("other_stream")
    after = {"place_id": uprn, "kind": kind, "round_id": code, "since": since, "was_round_id": None}
    return edit("container", "", None, after)


def propose_suspension(*, stream: str, first: date, last: date, by: Actor, now: datetime) -> Change:
    """Propose that a stream is not collected between two days, both included.

    Raises Refused("stream_missing", "last_before_first" or "since_past").
    """
    if not Round.objects.filter(stream=stream).exists():
        raise Refused("stream_missing")
    if last < first:
        raise Refused("last_before_first")
    # Of days gone by residents were told what was true then.
    _from(first, now.astimezone(council.ZONE).date())
    after = {"stream": stream, "first": first, "last": last}
    edits = [edit("suspension", "", None, after)]
    return propose(
        title=f"No {stream} from {first:%d %b} to {last:%d %b %Y}", edits=edits, by=by, now=now
    )


def propose_resumption(*, suspension_id: int, day: date, by: Actor, now: datetime) -> Change:
    """Propose that a suspended stream is collected again from a day on; raises Refused("no_such_suspension" or "since_past")."""
    of = Suspension.objects.filter(id=suspension_id).first()
    if of is None:
        raise Refused("no_such_suspension")
    _from(day, now.astimezone(council.ZONE).date())
    before = fields_of("suspension", of)
    last = day - timedelta(days=1)
    after = {**before, "last": last} if last >= of.first else None
    edits = [edit("suspension", of.pk, before, after)] if last < of.last else []
    return propose(title=f"{of.stream} again from {day:%d %b %Y}", edits=edits, by=by, now=now)


def propose_days(
    *, days: Mapping[date, date | None], forget: Iterable[date] = (), by: Actor, now: datetime
) -> Change:
    """Propose where collection days move to, for every round; to nothing, they are left out.

    `forget` are days that are collected as usual again. Raises Refused("since_past", "too_far" or
    "no_change").
    """
    today = now.astimezone(council.ZONE).date()
    targets: dict[date, Fields | None] = {day: {"to": to} for day, to in days.items()}
    targets |= {day: None for day in forget}
    for day, to in days.items():
        _from(min(day, to or day), today)
        # Whoever looks for a day looks a week beyond it, no further.
        if to and abs((to - day).days) > 7:
            raise Refused("too_far")
    there = {m.day: {"to": m.to} for m in MovedDay.objects.filter(day__in=targets)}
    edits = [
        edit("moved_day", day, there.get(day), after)
        for day, after in targets.items()
        if there.get(day) != after
    ]
    title = "Calendar: " + ", ".join(f"{d:%d %b}" for d in sorted(targets))
    return propose(title=title, edits=edits, by=by, now=now)
