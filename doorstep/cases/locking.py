"""Holds a case while it is changed, and the promise that a thing has one open case only."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet

from doorstep.cases import gathered
from doorstep.cases.models import Case, Draft
from doorstep.council.errors import Refused
from doorstep.outside.kept import kept


def locked(case_id: int) -> Case:
    """Return a case that nobody else changes until the transaction ends."""
    gathered.flush(case_id)
    return _locked.get(case_id)


@kept
def _locked(case_id: int) -> QuerySet[Case]:
    # With what its sentences and messages name: who locks a case most often brings it on, and tells its person.
    cases = Case.objects.select_related("draft", "customer__person__same_as", "place__street")
    return cases.select_for_update(of=("self",)).filter(id=case_id)


def locked_draft(draft_id: UUID) -> Draft:
    """Return a draft that nobody else changes until the transaction ends."""
    return _locked_draft.get(draft_id)


@kept
def _locked_draft(draft_id: UUID) -> QuerySet[Draft]:
    return Draft.objects.select_for_update().filter(id=draft_id)


@contextmanager
def one_open_case() -> Iterator[None]:
    """Turn the clash of two open cases of a kind into Refused("already_open")."""
    with _clash("one_open_case_of_a_kind", "already_open"):
        yield


@contextmanager
def one_draft_an_order() -> Iterator[None]:
    """Turn the clash of two drafts of one order into Refused("order_known")."""
    with _clash("one_draft_an_order", "order_known"):
        yield


@contextmanager
def _clash(constraint: str, code: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as exc:
        if constraint not in str(exc):
            raise
        raise Refused(code) from exc


def standing(case: Case) -> str:
    """Return at which stage a case stands and since when, for a decision or a choice about just that."""
    return f"{case.stage}@{case.stage_since.isoformat() if case.stage_since else ''}"
