"""Holds a case while it is changed, and the promise that a thing has one open case only."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from django.db.models import QuerySet

from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.outside.kept import kept


def locked(case_id: int) -> Case:
    """Return a case that nobody else changes until the transaction ends."""
    case = _locked.first(case_id)
    if case is None:
        raise Case.DoesNotExist
    return case


@kept
def _locked(case_id: int) -> QuerySet[Case]:
    return Case.objects.select_for_update(of=("self",)).select_related("draft").filter(id=case_id)


@contextmanager
def one_open_case() -> Iterator[None]:
    """Turn the clash of two open cases of a kind into Refused("already_open")."""
    try:
        yield
    except IntegrityError as exc:
        if "one_open_case_of_a_kind" not in str(exc):
            raise
        raise Refused("already_open") from exc


def standing(case: Case) -> str:
    """Return at which stage a case stands and since when, for a decision or a choice about just that."""
    return f"{case.stage}@{case.stage_since.isoformat() if case.stage_since else ''}"
