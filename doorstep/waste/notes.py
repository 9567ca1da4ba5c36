"""The note the evening before: asked for, confirmed by a link, told once an evening, stopped by one click."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from doorstep.catalogue.words import fill, say
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.messages.subscriptions import Subscriptions
from doorstep.places.models import Property
from doorstep.waste import queries, texts
from doorstep.waste.calendar import BoxDays, collections_at
from doorstep.waste.models import BinNote

SUBSCRIPTIONS = Subscriptions(BinNote, "bin-note", "bin", "note_confirm", "note_stop")
# At one home; a building of flats has a UPRN a flat.
MOST_AT_HOME = 12
AT_ONCE = 500


@transaction.atomic
def ask(*, home: Property, email: str, now: datetime) -> None:
    """Queue the link that confirms a wish, at most one an hour; a home with many asks for no more.

    What it does depends on what is known; what it returns does not.
    """
    notes = BinNote.objects.filter(place=home)
    note = notes.filter(email=email.lower()).first()
    if note is None and notes.count() >= MOST_AT_HOME:
        return
    if note is None:
        note, _made = BinNote.objects.get_or_create(
            place=home, email=email.lower(), defaults={"asked_at": now}
        )
    where = {"address": home.address}
    if note.confirmed_at is None:
        key = f"bin-ask-{note.pk}-{now:%Y%m%d%H}"
        SUBSCRIPTIONS.ask_to_confirm(note, key, texts.confirm, where, now)
    else:
        key = f"bin-again-{note.pk}-{now:%Y%m%d}"
        SUBSCRIPTIONS.tell(note, "already", key, texts.already, where, now)


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
    notes = BinNote.objects.select_for_update(of=("self",)).select_related("place__street")
    note = notes.filter(pk=note_id).first()
    if note is None or note.told_for == tomorrow:
        return  # stopped or told meanwhile
    note.told_for = tomorrow
    note.save(update_fields=["told_for"])
    boxes = [b for b in collections_at(note.place_id, tomorrow, tomorrow, now) if b.days]
    if not boxes:
        return  # its own containers are on another round than its building's
    with council.speaking(note.language):
        more = {
            "address": note.place.address,
            "day": tomorrow,
            "containers": "\n".join(_line(box) for box in boxes),
            "put_out": council.current().put_out,
            "page": addresses.link("bins_at", uprn=note.place_id),
        }
    key = f"bin-note-{note.pk}-{tomorrow}"
    SUBSCRIPTIONS.tell(note, "tomorrow", key, texts.tomorrow, more, now)


def _line(box: BoxDays) -> str:
    name = council.current().containers.get(box.kind, box.kind)
    was = box.days[0].moved_from
    return f"- {name}" + (f" {fill(texts.instead(), {'day': say(was)})}" if was else "")
