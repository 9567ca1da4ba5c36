"""Publishes a service after its examples were played in the queue."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from doorstep.catalogue import actions as publishing
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import build_all
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.outside.errors import TryLater
from doorstep.rehearsal import queue
from doorstep.rehearsal.models import OPEN, Publishing
from doorstep.rehearsal.playing import Report, play_each
from doorstep.staff.actor import Actor


def ask_to_publish(*, slug: str, digest: str, by: Actor, now: datetime) -> Publishing:
    """Queue the playing of a library folder that is to be published; the same asked twice is one.

    `digest` names the content that was looked at. Raises DefinitionError, Refused("not_in_library",
    "library_changed" or "already_running").
    """
    service, files = catalogue.of_folder(catalogue.folder_of(slug))
    if service.digest != digest:
        raise Refused("library_changed")
    if catalogue.standing(slug) == "same":
        raise Refused("already_running")
    try:
        with transaction.atomic():
            row = Publishing.objects.create(
                slug=slug,
                digest=digest,
                files=files,
                asked_by=by.key,
                asked_at=now,
                state="waiting",
                examples=len(service.examples),
                progress_at=now,
            )
            queue.play.defer(publishing_id=row.pk)
            return row
    except IntegrityError as exc:
        if "one_open_publishing" not in str(exc):
            raise
    # Someone else was first; it may have ended since.
    return Publishing.objects.filter(slug=slug).order_by("-id")[0]


def _begin(publishing_id: int) -> Publishing | None:
    """Take the next run; nothing when it has ended."""
    with transaction.atomic():
        row = Publishing.objects.select_for_update().get(id=publishing_id)
        if row.ended_at:
            return None
        row.run, row.played, row.state = row.run + 1, 0, "playing"
        row.save(update_fields=["run", "played", "state"])
        return row


def _still(wish: Publishing, **changes: object) -> bool:
    """Write down how a run goes; no when another run took over, or the wish has ended."""
    mine = Publishing.objects.filter(id=wish.pk, run=wish.run, ended_at=None)
    return bool(mine.update(progress_at=timezone.now(), **changes))


def play_and_publish(*, publishing_id: int, now: datetime) -> None:
    """Play the examples of a wish; publish it when all come out, else keep what differs.

    Safe to run again at any point: nothing is kept of a play, and publishing is the last step, in
    one transaction with the wish's end.
    """
    wish = _begin(publishing_id)
    if wish is None:
        return
    service = build_all(wish.files)
    settings = _settings(service, now)
    reports: list[Report] = []
    for number, report in enumerate(play_each(service, wish.files, service.examples), 1):
        reports.append(report)
        if not _still(wish, played=number):
            return
    differing = [{"name": r.name, "lines": r.differences} for r in reports if r.differences]
    if _settings(service, now) != settings:
        raise TryLater("the council's settings changed while the examples were played")
    with transaction.atomic():
        state = "differs" if differing else "published"
        if not _still(wish, state=state, differing=differing, ended_at=now):
            return
        if not differing:
            by = Actor("staff", wish.asked_by)
            publishing.played(service=service, examples=len(reports), now=now)
            publishing.publish(contents=wish.files, now=now, by=by)


def _settings(service: Service, now: datetime) -> str:
    return catalogue.settings_digest(catalogue.settings(service, now.date()))


def give_up_publishing(*, publishing_id: int, now: datetime) -> None:
    """End a wish whose examples could not be played; nothing is published."""
    wishes = Publishing.objects.filter(id=publishing_id, state__in=OPEN)
    wishes.update(state="failed", ended_at=now)
