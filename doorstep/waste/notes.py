"""The note the evening before: asked for, confirmed by a link, told once an evening, stopped by one click."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from doorstep.catalogue.words import fill, say
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.messages import actions as messages
from doorstep.messages.jobs import base_address
from doorstep.messages.texts import here
from doorstep.outside.secret import hashed
from doorstep.places.models import Property
from doorstep.waste import queries, texts
from doorstep.waste.calendar import BoxDays, collections_at
from doorstep.waste.models import BinNote

CONFIRM, STOP = "/bins/note/confirm/", "/bins/note/stop/"
KEPT_DAYS = 3
# At one home; a building of flats has a UPRN a flat.
MOST_AT_HOME = 12
AT_ONCE = 500


def _about(note: BinNote) -> str:
    return f"bin-note:{note.pk}"


@transaction.atomic
def ask(*, home: Property, email: str, now: datetime) -> None:
    """Queue the link that confirms a wish, at most one an hour; a home with many asks for no more.

    What it does depends on what is known; what it returns does not.
    """
    known = BinNote.objects.filter(place=home)
    note = known.filter(email=email.lower()).first()
    if note is None and known.count() >= MOST_AT_HOME:
        return
    if note is None:
        note, _made = BinNote.objects.get_or_create(
            place=home, email=email.lower(), defaults={"asked_at": now}
        )
    if note.confirmed_at is None:
        _ask_to_confirm(note, now)
    else:
        key = f"bin-again-{note.pk}-{now:%Y%m%d}"
        _queue(note, "already", key, texts.already, STOP, {}, now)


def _ask_to_confirm(note: BinNote, now: datetime) -> None:
    key = f"bin-ask-{note.pk}-{now:%Y%m%d%H}"
    note.asked_at, note.language = now, council.language()
    note.confirm_hash = hashed(messages.token_of(key))
    note.stop_hash = hashed(messages.token_of(_about(note)))
    note.save(update_fields=["asked_at", "language", "confirm_hash", "stop_hash"])
    _queue(note, "confirm", key, texts.confirm, CONFIRM, {}, now)


def _queue(
    note: BinNote,
    name: str,
    key: str,
    words: Callable[[], tuple[str, str]],
    path: str,
    more: Mapping[str, object],
    now: datetime,
) -> None:
    with council.speaking(note.language):
        values = {**here(), "address": note.place.address, "link": messages.LINK, **more}
        subject, body = (fill(text, values) for text in words())
    letter = messages.Letter(
        about=_about(note),
        key=key,
        name=f"bin-{name}",
        to=note.email,
        subject=subject[:200],
        body=body,
        path=path,
        one_click=path == STOP,
    )
    messages.tell_about(letter=letter, now=now)


def by_confirm_link(token: str) -> BinNote | None:
    """Return the wish that a link confirms."""
    found = BinNote.objects.select_related("place__street")
    return found.filter(confirm_hash=hashed(token)).first()


@transaction.atomic
def confirm(*, token: str, now: datetime) -> BinNote:
    """Confirm a wish, once or again; raises Refused("link_unknown")."""
    note = by_confirm_link(token)
    if note is None:
        raise Refused("link_unknown")
    if note.confirmed_at is None:
        note.confirmed_at = now
        note.save(update_fields=["confirmed_at"])
    return note


@transaction.atomic
def stop(*, token: str) -> None:
    """Forget a wish and every message of it; a link that stops nothing does no harm."""
    for note in BinNote.objects.select_for_update().filter(stop_hash=hashed(token)):
        _forget(note)


def _forget(note: BinNote) -> None:
    messages.withdraw(about=_about(note))
    note.delete()


def forget(*, now: datetime) -> None:
    """Delete the wishes that nobody confirmed in three days, and their messages."""
    old = now - timedelta(days=KEPT_DAYS)
    for note in BinNote.objects.filter(confirmed_at=None, asked_at__lt=old):
        with transaction.atomic():
            _forget(note)


def tell_all(*, now: datetime) -> int:
    """Queue the notes of tomorrow's collections that are not queued yet; some hundreds at once."""
    tomorrow = now.astimezone(council.ZONE).date() + timedelta(days=1)
    codes = [r.code for r in queries.rounds_on(tomorrow)]
    collected = Q()
    for place in ("place", "place__parent"):
        for by in ("round", "was_round"):  # whose day it is, `_tell` sees
            collected |= Q(**{f"{place}__containers__{by}__in": codes})
    due = BinNote.objects.filter(collected, confirmed_at__isnull=False)
    waiting = list(due.exclude(told_for=tomorrow).values_list("pk", flat=True).distinct()[:AT_ONCE])
    for note_id in waiting:
        _tell(note_id, tomorrow, now)
    return len(waiting)


@transaction.atomic
def _tell(note_id: int, tomorrow: date, now: datetime) -> None:
    found = BinNote.objects.select_for_update(of=("self",)).select_related("place__street")
    note = found.filter(pk=note_id).first()
    if note is None or note.told_for == tomorrow:
        return  # stopped or told meanwhile
    note.told_for = tomorrow
    note.save(update_fields=["told_for"])
    boxes = [b for b in collections_at(note.place_id, tomorrow, tomorrow, now) if b.days]
    if not boxes:
        return  # its own containers are on another round than its building's
    with council.speaking(note.language):
        more = {
            "day": tomorrow,
            "containers": "\n".join(_line(box) for box in boxes),
            "put_out": council.current().put_out,
            "page": f"{base_address()}/bins/{note.place_id}",
        }
    key = f"bin-note-{note.pk}-{tomorrow}"
    _queue(note, "tomorrow", key, texts.tomorrow, STOP, more, now)


def _line(box: BoxDays) -> str:
    name = council.current().containers.get(box.kind, box.kind)
    was = box.days[0].moved_from
    return f"- {name}" + (f" {fill(texts.instead(), {'day': say(was)})}" if was else "")
