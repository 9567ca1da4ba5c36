"""Plays the examples of a service: everything is done for real, compared, and rolled back."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from doorstep.bookings import actions as bookings
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.models import Version
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.forms import facts
from doorstep.forms.rules.rule import watched
from doorstep.rehearsal import made_up
from doorstep.rehearsal.coverage import Coverage, Walked, coverage
from doorstep.rehearsal.expecting import differences
from doorstep.rehearsal.happenings import happen
from doorstep.rehearsal.play import Play, Unplayable

# What an example may bring about by naming what is not there; anything else is a fault of ours.
CANNOT = (
    IntegrityError,
    DataError,
    ObjectDoesNotExist,
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
)


@dataclass
class Report:
    """What came of one example: its name, and the differences in words."""

    name: str
    differences: list[str]
    walked: Walked = field(default_factory=Walked)


class _Undo(Exception):
    """Rolls a rehearsal back."""


@contextmanager
def _rolled_back() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")
            raise _Undo
    except _Undo:
        pass


def _go(play: Play, example: Mapping[str, Any]) -> None:
    """Fill in the form, and let happen what follows; raises Refused where the example does not look for it."""
    try:
        play.answer_pages()
        if play.case:
            happen(play, example.get("then", []))
    except Refused as exc:
        if "refused" not in example["expect"]:
            raise
        play.refused = exc.code
        if play.case:
            play.case.refresh_from_db()


def _play_one(service: Service, example: Mapping[str, Any]) -> Report:
    given: Mapping[str, Any] = example["given"]
    overrides = given.get("settings")
    # An example without settings of its own is played with the council's.
    with catalogue.other_settings(overrides) if overrides is not None else nullcontext():
        play = Play(service, given)
        with watched() as rules:
            _go(play, example)
        walked = Walked(stops=play.stops, rules=rules)
        if play.case:
            walked.follow(play.case)
        return Report(str(example["name"]), differences(play, example["expect"]), walked)


def _plainly(exc: Exception) -> str:
    """Return what an example brought about that cannot be, without the words of a program."""
    if isinstance(exc, Unplayable):
        return str(exc)
    if isinstance(exc, LookupError | ObjectDoesNotExist):
        return "it names what is not there, such as an option, a slot or a case"
    if isinstance(exc, IntegrityError | DataError | ArithmeticError):
        return "a number or a text in it is one that nothing can hold"
    return "something in it is not written as it must be, such as a day, a slot or an answer"


def _tried(service: Service, contents: dict[str, str], example: Mapping[str, Any]) -> Report:
    """Play one example; what it asks for and cannot be done is a difference, not a fault of ours."""
    try:
        with _rolled_back(), bookings.given_calendar(made_up.calendar), facts.as_it_lies():
            made_up.make_homes()
            Version.objects.get_or_create(
                digest=service.digest,
                defaults={"slug": service.slug, "files": contents, "published_at": timezone.now()},
            )
            return _play_one(service, example)
    except Refused as exc:
        values = ", ".join(f"{k} {v}" for k, v in exc.values.items())
        why = f"refused: {exc.code} {values}".strip()
    except CANNOT as exc:
        why = f"could not be played: {_plainly(exc)}"
    return Report(str(example["name"]), [why])


def play_each(
    service: Service, contents: dict[str, str], examples: Iterable[Mapping[str, object]]
) -> Iterator[Report]:
    """Play examples against a service, one after the other; nothing of any stays behind."""
    catalogue.service(service.digest, contents)
    for example in examples:
        yield _tried(service, contents, example)


def play(
    service: Service, contents: dict[str, str], examples: Iterable[Mapping[str, object]]
) -> list[Report]:
    """Play examples against a service and return what came of each; nothing stays behind."""
    return list(play_each(service, contents, examples))


def walked_by(service: Service, reports: Iterable[Report]) -> Coverage:
    """Return what of a service its examples walked, together."""
    walked = Walked()
    for report in reports:
        walked.take_in(report.walked)
    return coverage(service, walked)
