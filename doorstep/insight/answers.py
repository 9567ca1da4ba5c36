"""What people say of a service after sending and at the end: kept as figures, of which case nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.insight.cells import VERSION
from doorstep.insight.models import Answer, Answered
from doorstep.outside.secret import derived

SCORES = (5, 4, 3, 2, 1)
# So long staff may read a comment; the figures stay.
COMMENTS_KEPT = timedelta(days=365)
_COLUMNS = "day, service, version, channel, language, place, score, comment"
# An answer and the mark that a case was answered of were written in one transaction, one after the other.
_SHUFFLE = f"""
with taken as (delete from insight_answer where day >= %s and day < %s returning {_COLUMNS})
insert into insight_answer ({_COLUMNS}) select {_COLUMNS} from taken order by random()
"""


def place_of(case: Case) -> str:
    """Return where a case's person is asked now: "end" of a closed case, "sent" before."""
    return "end" if case.closed_at else "sent"


def is_answered(case: Case, place: str) -> bool:
    """Say whether a case's person has answered at a place."""
    return Answered.objects.filter(mark=_mark(case, place)).exists()


def _mark(case: Case, place: str) -> str:
    return derived("insight.answered", f"{case.pk}:{place}")


@transaction.atomic
def take(*, case: Case, place: str, score: int, comment: str, language: str, now: datetime) -> None:
    """Keep an answer, once for each place; raises Refused: "erased", "not_over", "answered"."""
    if case.erased_at:
        raise Refused("erased")
    if place == "end" and not case.closed_at:
        raise Refused("not_over")
    # Of two at once, one makes the row.
    if not Answered.objects.get_or_create(mark=_mark(case, place))[1]:
        raise Refused("answered")
    Answer.objects.create(
        day=now.astimezone(ZONE).date(),
        service=case.slug[:50],
        version=case.version_id[:VERSION],
        channel=case.channel,
        language=language,
        place=place,
        score=score,
        comment=comment.strip(),
    )


@dataclass(frozen=True)
class Said:
    """What was said of a service at one place: how many gave each score, from 5 to 1, and what they wrote, the latest first."""

    place: str
    scores: dict[int, int]
    comments: list[tuple[date, int, str]]

    @property
    def total(self) -> int:
        """Return how many answered."""
        return sum(self.scores.values())

    @property
    def satisfied(self) -> int | None:
        """Return how many of a hundred were satisfied or very satisfied; nothing where nobody answered."""
        good = self.scores[5] + self.scores[4]
        return round(100 * good / self.total) if self.total else None


def said_of(service: str, *, first: date, last: date) -> list[Said]:
    """Return what was said of a service from one day to another (days in London), place by place."""
    rows = Answer.objects.filter(service=service, day__gte=first, day__lte=last)
    return [_said(place, rows.filter(place=place)) for place in ("sent", "end")]


def _said(place: str, rows: Iterable[Answer]) -> Said:
    answers = sorted(rows, key=lambda a: (a.day, a.pk), reverse=True)
    scores = {score: sum(a.score == score for a in answers) for score in SCORES}
    return Said(place, scores, [(a.day, a.score, a.comment) for a in answers if a.comment])


def shuffle(today: date) -> None:
    """Write the answers of the days before anew, in any order: not even where a row stands tells whose it was."""
    with connection.cursor() as cursor:
        cursor.execute(_SHUFFLE, [today - timedelta(days=2), today])


def forget(today: date) -> None:
    """Forget what was written a year ago."""
    Answer.objects.filter(day__lt=today - COMMENTS_KEPT).exclude(comment="").update(comment="")
