"""Subscriptions to be told of a street, a ward or a report: asked for, confirmed by a link, stopped by one click."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from doorstep.cases.models import Case
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.messages.subscriptions import Subscriptions, Words
from doorstep.places.models import Street, Ward
from doorstep.reports import queries, texts
from doorstep.reports.models import Follower, Report

SUBSCRIPTIONS = Subscriptions(
    Follower, "report-follower", "report", "follow_confirm", "follow_stop"
)
# Of one address, so that nobody fills another's mailbox.
MOST_OF_ONE = 40


def named(kind: str, key: str) -> str:
    """Return in words what is followed, or nothing where there is no such street, ward or public report."""
    if kind == "street" and key.isdecimal() and len(key) < 12:
        street = Street.objects.filter(usrn=int(key)).first()
        return f"{street.name}, {street.locality}" if street else ""
    if kind == "ward":
        return Ward.objects.filter(code=key[:9]).values_list("name", flat=True).first() or ""
    report = queries.one(key) if kind == "report" else None
    if report is None:
        return ""
    row = queries.shown(report)
    return f"{row.name}, {row.where}"


def _wish(case: Case) -> Q:
    """Return the condition that somebody wants to hear of a report: it, what was joined to it, its street or ward.

    Of one that stands behind another only those who follow it hear: the other is what street and ward are told of.
    """
    alike = [case, *queries.all_behind(case)]
    wish = Q(kind="report", key__in=[of.reference for of in alike])
    if queries.joined_to(case) is not None:
        return wish
    wish |= Q(kind="ward", key=case.ward_id or "-")
    return wish | Q(kind="street", key=str(case.usrn)) if case.usrn else wish


@transaction.atomic
def ask(*, kind: str, key: str, email: str, now: datetime) -> None:
    """Queue the link that confirms a wish, at most one an hour; raises Refused("nothing_to_follow").

    What it does depends on what is known of the address; what it returns does not.
    """
    if not named(kind, key):
        raise Refused("nothing_to_follow")
    followers = Follower.objects.filter(email=email.lower())
    follower = followers.filter(kind=kind, key=key).first()
    if follower is None and followers.count() >= MOST_OF_ONE:
        return
    if follower is None:
        follower, _made = Follower.objects.get_or_create(
            kind=kind, key=key, email=email.lower(), defaults={"asked_at": now}
        )
    followed = {"followed": named(kind, key)}
    if follower.confirmed_at is not None:
        key_of_mail = f"follow-again-{follower.pk}-{now:%Y%m%d}"
        SUBSCRIPTIONS.tell(follower, "already", key_of_mail, texts.already, followed, now)
    else:
        key_of_mail = f"follow-ask-{follower.pk}-{now:%Y%m%d%H}"
        SUBSCRIPTIONS.ask_to_confirm(follower, key_of_mail, texts.confirm, followed, now)


def announce(*, case_id: int, stage: str, now: datetime) -> int:
    """Tell all who follow a report, its street or its ward that it has come into a stage; return how many.

    Each is told once of a stage, however often this runs; of what nobody may see, nobody is told.
    """
    report = Report.objects.select_related("case__ward").filter(case_id=case_id).first()
    if report is None or report.case.stage != stage or not queries.existing().filter(pk=case_id):
        return 0
    case, wish = report.case, _wish(report.case)
    followers = Follower.objects.filter(wish, confirmed_at__isnull=False).order_by("pk")
    emails: set[str] = set()
    for follower in followers:
        if follower.email in emails:  # one who follows street and ward is told once
            continue
        emails.add(follower.email)
        words, more = _letter(report, follower)
        key = f"report-{case.pk}-{stage}-{case.stage_since:%Y%m%d%H%M%S}-{follower.pk}"
        SUBSCRIPTIONS.tell(follower, "moved", key, words, more, now)
    return len(emails)


def _letter(report: Report, follower: Follower) -> tuple[Words, dict[str, str]]:
    """Return the words for a follower, and what they name: of a report that was joined to another, that other too."""
    end = queries.stands_for(report.case)
    other = queries.one(end.reference) if end else None
    with council.speaking(follower.language):
        more = _named_of(queries.shown(report))
        if other is not None:
            more |= {f"other_{k}": v for k, v in _named_of(queries.shown(other)).items()}
        more |= {"followed": named(follower.kind, follower.key), "key": follower.key}
    if end is not None:
        return (texts.joined if other else texts.joined_unseen), more
    is_along = follower.kind == "report" and follower.key != report.case.reference
    return (texts.moved_with_another if is_along else texts.moved), more


def _named_of(row: queries.Shown) -> dict[str, str]:
    return {
        "reference": row.reference,
        "name": row.name,
        "what": row.title,
        "where": row.where,
        "says": row.says,
        "page": addresses.link("report", reference=row.reference),
    }
