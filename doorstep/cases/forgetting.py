"""Forgets what may no longer be kept: what is personal in old cases, and drafts nobody came back to."""

from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Q

from doorstep.cases import access, drafts, history
from doorstep.cases.models import FULL, Case, Draft, EventText, Link
from doorstep.cases.values import sent_with
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.models import Version
from doorstep.council.errors import Refused
from doorstep.customers import actions as customers
from doorstep.files import held
from doorstep.tasks import actions as tasks

# A form that was sent a moment ago may still be looked at to see what went wrong with it.
SENT_KEPT = timedelta(days=1)
# The photos and papers that forms not sent yet hold, right or wrong as the page may be.
HELD = """
select distinct (regexp_matches(answers::text || typed::text, '[0-9a-f]{32}[.](?:jpg|file)', 'g'))[1]
from cases_draft where sent_at is null
"""


@transaction.atomic
def erase(*, case_id: int, now: datetime) -> Case:
    """Erase all that is personal in a closed case: what stays is that a case was, when, and how it ended.

    Raises Refused("still_open"). The timeline's chain holds, because it is over salted digests.
    """
    case = Case.objects.select_for_update(of=("self",)).get(id=case_id)
    if not case.is_closed:
        raise Refused("still_open")
    for name in set(_files(case)) - _held_by_kin(case):
        # After the commit: a file cannot be brought back.
        transaction.on_commit(partial(held.remove, name))
    customer, case.customer, case.place = case.customer_id, None, None
    case.answers, case.words, case.facts, case.decisions = {}, {}, {}, {}
    # The ward stays, for figures.
    case.latitude = case.longitude = case.easting = case.northing = case.usrn = None
    case.where = ""
    case.unique_key, case.erased_at = None, now
    case.save()
    EventText.objects.filter(event__case=case).delete()
    Link.objects.filter(case=case).delete()
    tasks.forget(task_ids=case.tasks.values_list("task", flat=True), now=now)
    Draft.objects.filter(id=case.draft_id).update(
        owner_kind="",
        owner_key="",
        left_by=[],
        lent_by="",
        handed=[],
        visitor="",
        facts={},
        observed=None,
        decisions={},
        by_staff="",
        begun_for=None,
    )
    _forget_changes(case)
    customers.forget(customer_id=customer)
    return case


def _forget_changes(case: Case) -> None:
    """Forget what was filled in to change a case."""
    Draft.objects.filter(changes=case, sent_at=None).delete()
    Draft.objects.filter(changes=case).update(
        owner_kind="",
        owner_key="",
        answers={},
        words={},
        typed={},
        facts={},
        passed={},
        by_staff="",
    )


def _files(case: Case) -> list[str]:
    """Return the names of a case's photos and papers, from its answers and its timeline."""
    answers = sent_with(catalogue.service(case.version_id), case.answers)
    later = case.events.filter(data__has_any_keys=["photo", "attached"])
    return [*answers, *(name for event in later for name in history.photos_with(event))]


def _held_by_kin(case: Case) -> set[str]:
    """Return the photos and papers that the case this one came from, or went on as, holds still."""
    came_from = Case.objects.filter(draft__moved_from=case)
    went_on_as = Case.objects.filter(moved_on=case.draft)
    kin = [*came_from.filter(erased_at=None), *went_on_as.filter(erased_at=None)]
    return {name for other in kin for name in _files(other)}


def erase_due(*, now: datetime) -> int:
    """Erase every closed case past its service's retention period; return how many."""
    done = 0
    cases = Case.objects.filter(erased_at=None, closed_at__isnull=False)
    for version in Version.objects.values_list("digest", flat=True):
        if not cases.filter(version_id=version).exists():
            continue  # such as a version that was never opened, which need not be readable
        days = catalogue.service(version).about.retention_days
        past = cases.filter(version_id=version, closed_at__lt=now - timedelta(days=days))
        for case_id in past.order_by("closed_at").values_list("id", flat=True)[:5000]:
            erase(case_id=case_id, now=now)
            done += 1
    return done


def drop_old_drafts(*, now: datetime) -> int:
    """Delete drafts that are over, because nobody came back to them; return how many."""
    # What figures have not counted yet waits for that, a day at most.
    counted = Q(device="") | Q(left_at__isnull=False) | access.expired(now - timedelta(days=1))
    return drafts.drop(drafts=Draft.objects.filter(counted, access.expired(now)))


def empty_sent(*, now: datetime) -> int:
    """Take out of forms that were sent what their cases have as well; return how many.

    What stays says whose the form was, so that its page leads to the case. A change keeps all until its case is erased.
    """
    sent = Draft.objects.filter(FULL, sent_at__lt=now - SENT_KEPT).order_by("sent_at")
    ids = list(sent.values_list("id", flat=True)[:20_000])
    return Draft.objects.filter(id__in=ids).update(facts={}, decisions={})


def drop_old_photos(*, now: datetime) -> None:
    """Delete photos and papers that hours after they were sent to us neither a form, a case nor a record holds."""
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        unfinished = {name for (name,) in cursor.fetchall()}
    held.sweep(unfinished=unfinished, now=now)
