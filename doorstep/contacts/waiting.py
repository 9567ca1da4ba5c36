"""The counter: who waits there by the number of the day, whom an adviser calls next, and to whom a screen is turned."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet

from doorstep.contacts import actions
from doorstep.contacts.models import Contact, Visitor
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.staff.models import StaffUser
from doorstep.text.clean import line

# What makes it easier for somebody, as it is noted at the door.
NEEDS = ("interpreter", "wheelchair", "hearing")
FACE_TO_FACE = "face to face"
# Called twice within this by one adviser, it was one press.
ONE_PRESS = timedelta(seconds=3)
# On the screen of the waiting room a number stands for so long, at most so many.
SHOWN_FOR, SHOWN = timedelta(minutes=5), 6
# The bare rows stay for figures.
KEPT = timedelta(days=90)
# Numbers are given one after the other.
TURN = "select pg_advisory_xact_lock(hashtextextended('doorstep.contacts.number', 0))"


def _day(now: datetime) -> date:
    return now.astimezone(ZONE).date()


@transaction.atomic
def arrive(
    *,
    now: datetime,
    name: str = "",
    about: str = "",
    words: str = "",
    needs: list[str] | None = None,
) -> Visitor:
    """Give somebody who comes in the next number of the day; raises Refused("name_long"), ("words_long")."""
    name, words = line(name[:400]), line(words[:400])
    if len(name) > 60:
        raise Refused("name_long")
    if len(words) > 100:
        raise Refused("words_long")
    with connection.cursor() as cursor:
        cursor.execute(TURN)
    day = _day(now)
    last = Visitor.objects.filter(day=day).aggregate(last=Max("number"))["last"] or 0
    wanted = [need for need in NEEDS if need in (needs or [])]
    return Visitor.objects.create(
        day=day, number=last + 1, name=name, about=about, words=words, needs=wanted, came_at=now
    )


def waits(now: datetime) -> QuerySet[Visitor]:
    """Return who waits today, the longest first."""
    return Visitor.objects.filter(day=_day(now), called_at=None, left_at=None).order_by(
        "came_at", "number"
    )


def called_by(staff_id: int, now: datetime) -> list[Visitor]:
    """Return whom somebody called and whose visit goes on, the latest first."""
    mine = Visitor.objects.filter(called_by=staff_id, day=_day(now), contact__ended_at=None)
    return list(mine.exclude(contact=None).order_by("-called_at")[:5])


def called_lately(now: datetime) -> list[int]:
    """Return the numbers that were called in the last minutes, the latest first: all that a waiting room is shown."""
    lately = Visitor.objects.filter(called_at__gt=now - SHOWN_FOR, left_at=None, day=_day(now))
    return list(lately.order_by("-called_at").values_list("number", flat=True)[:SHOWN])


@transaction.atomic
def call_next(*, by: StaffUser, now: datetime) -> Visitor | None:
    """Call who waits longest, and begin a contact face to face; nobody where nobody waits.

    Of two advisers who press at once each has another one. The screen is turned once they are there (`turn`): until then it
    says who comes, and what they need.
    """
    StaffUser.objects.select_for_update(no_key=True).get(pk=by.pk)
    lately = Visitor.objects.filter(called_by=by, called_at__gt=now - ONE_PRESS)
    pressed = lately.filter(contact__ended_at=None)
    if (same := pressed.first()) is not None:
        return same
    visitor = waits(now).select_for_update(skip_locked=True).first()
    if visitor is None:
        return None
    contact = actions.begin(channel=FACE_TO_FACE, by=by, now=now)
    visitor.called_at, visitor.called_by, visitor.contact = now, by, contact
    visitor.save(update_fields=["called_at", "called_by", "contact"])
    return visitor


@transaction.atomic
def left(*, visitor_id: int, now: datetime) -> None:
    """Note that somebody left before they were called; raises Refused("visitor_gone")."""
    mine = Visitor.objects.filter(pk=visitor_id, called_at=None, left_at=None)
    if not mine.update(left_at=now, name="", words="", needs=[]):
        raise Refused("visitor_gone")


@transaction.atomic
def put_back(*, visitor_id: int, by: StaffUser, now: datetime) -> None:
    """Put somebody back who was called and did not come, in their old place: what was begun with them was no contact.

    Raises Refused("visitor_gone"), and ("was_seen") where something was done in it.
    """
    rows = Visitor.objects.select_for_update(of=("self",)).filter(pk=visitor_id, called_by=by)
    visitor = rows.first()
    if visitor is None or visitor.contact_id is None:
        raise Refused("visitor_gone")
    contact = actions.locked(visitor.contact_id, by)
    if contact.ended_at or contact.acts.exists():
        raise Refused("was_seen")
    visitor.called_at = visitor.called_by = visitor.contact = None
    visitor.save(update_fields=["called_at", "called_by", "contact"])
    contact.delete()
    actions.note_on_screen(by.pk)


@transaction.atomic
def turn(*, contact_id: int, to_visitor: bool, by: StaffUser, now: datetime) -> Contact:
    """Turn the screen to the visitor of a contact face to face, which goes on with that, or back; one that is over only back.

    Raises Refused("contact_gone"), ("not_face_to_face").
    """
    contact = actions.locked(contact_id, by)
    if to_visitor and (contact.channel != FACE_TO_FACE or contact.ended_at):
        raise Refused("not_face_to_face")
    if to_visitor and contact.is_held:
        contact = actions.go_on(contact_id=contact_id, by=by, now=now)
    contact.is_facing, contact.last_at = to_visitor, max(now, contact.last_at)
    contact.save(update_fields=["is_facing", "last_at"])
    actions.note_on_screen(by.pk)
    return contact


def forget(now: datetime) -> None:
    """Empty of who it was the visits that are over, and those of an earlier day."""
    over = Q(contact__ended_at__isnull=False) | Q(left_at__isnull=False) | Q(day__lt=_day(now))
    full = Visitor.objects.filter(~Q(name="", words="", needs=[]))
    ids = list(full.filter(over).values_list("pk", flat=True)[:1000])
    if ids:
        Visitor.objects.filter(pk__in=ids).update(name="", words="", needs=[])


def drop_old(now: datetime) -> None:
    """Delete the bare rows of visits of long ago."""
    Visitor.objects.filter(day__lt=_day(now) - KEPT).delete()
