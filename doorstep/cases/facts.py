"""Resolves a definition's facts in order, and offers what the spine itself knows."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.forms import facts
from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Option
from doorstep.forms.rules.evaluate import arguments
from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.parse import FactCall
from doorstep.forms.rules.types import DAY, INT, TEXT, ListOf, Maybe, Record

PAIR = ("id", "label")
# A rehearsal hands in the facts of its example instead of finding them.
Planted = Mapping[str, object]


def resolve(
    calls: Iterable[tuple[str, FactCall]],
    values: dict[str, object],
    clock: Clock,
    planted: Planted | None = None,
) -> tuple[dict[str, object], bool]:
    """Find named facts in order; return them by name, and whether one could not be had."""
    found: dict[str, object] = {}
    for name, call in calls:
        if planted is not None and name in planted:
            if planted[name] == "unavailable":
                return found, True
            found[name] = values[name] = planted[name]
            continue
        args = arguments(call, values, clock)
        if any(arg is None for arg in args):
            found[name] = values[name] = None
            continue
        seen = facts.offered()[call.name].find(*args, now=clock.now)
        if isinstance(seen, facts.Unavailable):
            return found, True
        found[name] = values[name] = seen.value
    return found, False


def options(
    question: Question, values: dict[str, object], clock: Clock
) -> tuple[tuple[str, str], ...]:
    """Return a question's options as (value, label), from its list or from its fact."""
    if question.source is None:
        return question.options
    args = arguments(question.source, values, clock)
    if any(arg is None for arg in args):
        return ()
    seen = facts.offered()[question.source.name].find(*args, now=clock.now)
    if isinstance(seen, facts.Unavailable) or not isinstance(seen.value, list):
        return ()
    return tuple(
        Option(str(o["id"]), str(o["label"]), **{k: v for k, v in o.items() if k not in PAIR})
        for o in seen.value
    )


OPEN_CASE = Record("open case", {"due": Maybe(DAY), "stage": TEXT})


def _open(slug: str, *key: str, now: datetime) -> facts.Observed:
    cases = Case.objects.filter(slug=slug, unique_key=unique_key(slug, key[-1:]), closed_at=None)
    rows = cases.values_list("due_on", "stage")
    return facts.Observed([{"due": due, "stage": stage} for due, stage in rows], now)


def unique_key(slug: str, values: tuple[object, ...]) -> str:
    """Return the text that only one open case of a service may carry."""
    return ":".join([slug, *map(str, values)])


BEFORE = Record("earlier case", {"opened": DAY, "outcome": TEXT})


def _before(slug: str, uprn: str, days: int, now: datetime) -> facts.Observed:
    since = now - timedelta(days=days)
    found = Case.objects.filter(slug=slug, place_id=int(uprn), opened_at__gte=since)
    rows = found.order_by("-opened_at").values_list("opened_at", "outcome")[:100]
    zone = council.ZONE
    return facts.Observed(
        [{"opened": at.astimezone(zone).date(), "outcome": o} for at, o in rows], now
    )


def offer(offer_fact: Callable[[facts.Fact], None] = facts.offer) -> None:
    """Offer the spine's facts.

    `cases.open(service, property, thing)`, from every channel; `cases.before(service, property,
    days)`: the cases of that many days about one property, the newest first.
    """
    params = (("service", TEXT), ("property", TEXT), ("thing", TEXT))
    offer_fact(facts.Fact("cases.open", params, ListOf(OPEN_CASE), "local", _open))
    params = (("service", TEXT), ("property", TEXT), ("days", INT))
    offer_fact(facts.Fact("cases.before", params, ListOf(BEFORE), "local", _before))
