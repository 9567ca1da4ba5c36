"""Asks a system of record whether somebody is entitled, within limits, and writes down that it was asked.

Whatever the answer is, the same statements are made and the same number of hashes worked out: neither words nor work tell
somebody who guesses whether a claim is there. Too many attempts come to "unknown", as a system that is down does,
so that whoever asks in earnest goes on with what they came for.
"""

from datetime import date, datetime, timedelta

from django.db.models import Count

from doorstep.customers.models import EntitlementAttempt, EntitlementCheck
from doorstep.customers.provider import (
    SOCKET,
    Entitled,
    RecordSource,
    claim_digits,
)
from doorstep.forms.facts import Asker, asker
from doorstep.outside import plug
from doorstep.outside.secret import derived

# What one is asked in a day. A claim: some slips of a household, too few to try the days of a year. A person: the
# same, over several claims. One address: a library or a family behind one. Staff ask for many callers.
MOST = {"claim": 8, "person": 8, "address": 40, "staff": 300}
A_DAY = timedelta(days=1)
# For how long it is known who was told what.
KEPT = timedelta(days=730)


def ask(*, claim: str, surname: str, born: date, purpose: str, now: datetime) -> Entitled:
    """Say whether these details belong to one claim that runs: "yes", "no", or "unknown" where nobody can say.

    It is called outside any transaction: another system may be asked.
    """
    who = asker()
    answer: Entitled = "unknown"
    if not _too_often(claim, who, now):
        source: RecordSource = plug.get(SOCKET)
        answer = source.entitled(claim=claim, surname=surname, born=born, purpose=purpose)
    EntitlementCheck.objects.create(
        at=now,
        answer=answer,
        purpose=purpose[:80],
        claim_end=claim_digits(claim)[-3:],
        asked_by=who.word[:80],
    )
    return answer


def _too_often(claim: str, who: Asker, now: datetime) -> bool:
    """Count this attempt and say whether it is one too many, for the claim or for who asks."""
    limits = {_key("claim", claim_digits(claim)): MOST["claim"]}
    limits |= {_key(kind, key): MOST[kind] for kind, key in who.keys if key}
    # First counted, then compared: of two at once, each sees the other or is seen.
    EntitlementAttempt.objects.bulk_create([EntitlementAttempt(key=k, at=now) for k in limits])
    rows = EntitlementAttempt.objects.filter(key__in=limits, at__gt=now - A_DAY)
    counts = dict(rows.values("key").annotate(n=Count("id")).values_list("key", "n"))
    return any(counts.get(key, 0) > most for key, most in limits.items())


def _key(kind: str, what: str) -> str:
    return derived("customers.attempt", f"{kind}:{what}")


def forget(*, now: datetime) -> None:
    """Delete attempts of the days before, and checks past their time."""
    EntitlementAttempt.objects.filter(at__lte=now - A_DAY).delete()
    EntitlementCheck.objects.filter(at__lte=now - KEPT).delete()
