"""Resolves a definition's facts in order, and offers what the spine itself knows."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from doorstep.cases.models import Case
from doorstep.cases.values import to_json
from doorstep.council import queries as council
from doorstep.forms import facts
from doorstep.forms.form import Question
from doorstep.forms.questions.kind import NotHad, Option
from doorstep.forms.rules.evaluate import arguments
from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.parse import FactCall
from doorstep.forms.rules.types import DAY, INT, PROPERTY, TEXT, ListOf, Maybe, Record
from doorstep.outside.kept import kept
from doorstep.places import queries as places
from doorstep.places.models import Property

PAIR = ("id", "label")
# A rehearsal hands in the facts of its example instead of finding them.
GivenFacts = Mapping[str, object]
# What a draft remembers of the facts that may be kept, by their name in the form: the fact's own
# name, its arguments, the moment it was true and the moment it was asked; its value stands among the draft's facts.
Seen = Mapping[str, Mapping[str, Any]]


@dataclass
class Facts:
    """Finds a page's facts for one draft: given ones first, kept ones while they are fresh, others anew.

    A fact from outside is asked for only where nobody holds a lock; elsewhere what was kept must do.
    """

    clock: Clock
    given: GivenFacts = field(default_factory=dict)
    seen: Seen = field(default_factory=dict)
    may_ask_outside: bool = True
    # What was observed now and may be kept.
    observed: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def resolve(
        self, calls: Iterable[tuple[str, FactCall]], values: dict[str, object]
    ) -> tuple[dict[str, object], bool]:
        """Find named facts in order, each also into `values`; return them, and whether one could not be had."""
        fact_values: dict[str, object] = {}
        for name, call in calls:
            value = self._one(name, call, values)
            if isinstance(value, facts.Unavailable):
                return fact_values, True
            fact_values[name] = values[name] = value
        return fact_values, False

    def _one(self, name: str, call: FactCall, values: Mapping[str, object]) -> object:
        if name in self.given:
            value = self.given[name]
            return facts.Unavailable("as given") if value == "unavailable" else value
        args = arguments(call, values, self.clock)
        if any(arg is None for arg in args):
            return None
        fact = facts.one(call.name)
        if self._is_kept(name, fact, args):
            return values.get(name)
        if fact.where == "outside" and not self.may_ask_outside:
            return facts.Unavailable("not asked for beforehand")
        if fact.by_turns and not self.may_ask_outside:  # then something is kept that rests on it
            _take_turn(fact, args)
        observed = _found(fact, args, self.clock.now, self.may_ask_outside)
        if isinstance(observed, facts.Unavailable):
            return observed
        if fact.is_kept:
            self.observed[name] = {
                "fact": fact.name,
                "args": to_json(args),
                "at": observed.at.isoformat(),
                "asked": self.clock.now.isoformat(),
            }
        return observed.value

    def _is_kept(self, name: str, fact: facts.Fact, args: Sequence[object]) -> bool:
        row = self.seen.get(name)
        if not fact.is_kept or row is None:
            return False
        if row["fact"] != fact.name or row["args"] != to_json(args):
            return False
        age = self.clock.now - datetime.fromisoformat(row["at"])
        asked_now = row["asked"] == self.clock.now.isoformat()
        return asked_now or age <= (fact.fresh_for or timedelta(0))


def _found(
    fact: facts.Fact, args: Sequence[object], now: datetime, may_ask_outside: bool
) -> facts.Observed | facts.Unavailable:
    """Find a fact; where nobody holds a lock, what lies here is brought up to date before."""
    before = facts.brings(fact.name) if may_ask_outside else None
    missing = before.act(*args, now=now) if before else None
    return missing or fact.find(*args, now=now)


def home(uprn: str) -> Property | None:
    """Return the home with this UPRN, looked up once for all that is observed at one moment; nothing where it is not ours."""
    return facts.shared(("places.home", uprn), lambda: places.find(uprn))


def _take_turn(fact: facts.Fact, args: Sequence[object]) -> None:
    """Wait until nobody else keeps what rests on the same count: two at once never use what is left of it twice.

    Taken after the lock of a draft or a case, and held until the transaction ends.
    """
    key = f"{fact.name}:{json.dumps(to_json(args[: fact.turn_args]))}"
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def asks_outside(calls: Iterable[tuple[str, FactCall]]) -> bool:
    """Say whether one of these facts is asked of an outside system, or rests on what is brought here from one."""
    return any(
        facts.one(call.name).where == "outside" or facts.brings(call.name) is not None
        for _, call in calls
    )


def options(
    question: Question, values: dict[str, object], clock: Clock
) -> tuple[tuple[str, str], ...]:
    """Return a question's options as (value, label), from its list or from its fact."""
    if question.source is None:
        return question.options
    args = arguments(question.source, values, clock)
    if any(arg is None for arg in args):
        return ()
    observed = _found(facts.one(question.source.name), args, clock.now, may_ask_outside=True)
    if isinstance(observed, facts.Unavailable):
        return NotHad()
    if not isinstance(observed.value, list):
        return ()
    return tuple(
        Option(str(o["id"]), str(o["label"]), **{k: v for k, v in o.items() if k not in PAIR})
        for o in observed.value
    )


OPEN_CASE = Record("open case", {"due": Maybe(DAY), "stage": TEXT})


def _open(slug: str, *key: str, now: datetime) -> facts.Observed:
    """Observe the open cases of a service about a thing, from every channel: by when each is due, and its stage."""
    rows = _open_ones(slug, unique_key(slug, key[-1:]))
    return facts.Observed([{"due": due, "stage": stage} for due, stage in rows], now)


@kept
def _open_ones(slug: str, key: str) -> QuerySet[Case, tuple[date | None, str]]:
    cases = Case.objects.filter(slug=slug, unique_key=key, closed_at=None)
    return cases.values_list("due_on", "stage")


def unique_key(slug: str, values: tuple[object, ...]) -> str:
    """Return the text that only one open case of a service may carry."""
    return ":".join([slug, *map(str, values)])


CLOSED_CASE = Record("closed case", {"day": DAY, "outcome": TEXT})


def _closed_since(slug: str, _uprn: str, thing: str, day: date, now: datetime) -> facts.Observed:
    """Observe how reports about a thing that were made since a day, and are closed, ended, the last first."""
    key, since = unique_key(slug, (thing,)), datetime.combine(day, time(), council.ZONE)
    closed = _closed_ones(slug, key, since)
    return facts.Observed(
        [{"day": at.astimezone(council.ZONE).date(), "outcome": o} for at, o in closed if at], now
    )


@kept
def _closed_ones(
    slug: str, key: str, since: datetime
) -> QuerySet[Case, tuple[datetime | None, str]]:
    cases = Case.objects.filter(slug=slug, unique_key=key, opened_at__gte=since)
    rows = cases.filter(closed_at__isnull=False).order_by("-closed_at")[:20]
    return rows.values_list("closed_at", "outcome")


# A century, whatever number somebody typed.
MOST_DAYS = 36_500
BEFORE = Record("earlier case", {"opened": DAY, "outcome": TEXT})


def _before(slug: str, uprn: str, days: int, now: datetime) -> facts.Observed:
    """Observe the cases of a service at a home in that many days, the newest first, and how each ended."""
    since = now - timedelta(days=max(0, min(days, MOST_DAYS)))
    rows, zone = _earlier_ones(slug, int(uprn), since), council.ZONE
    return facts.Observed(
        [{"opened": at.astimezone(zone).date(), "outcome": o} for at, o in rows], now
    )


@kept
def _earlier_ones(slug: str, uprn: int, since: datetime) -> QuerySet[Case, tuple[datetime, str]]:
    cases = Case.objects.filter(slug=slug, place=uprn, opened_at__gte=since)
    return cases.order_by("-opened_at").values_list("opened_at", "outcome")[:100]


def offer(offer_fact: Callable[[facts.Fact], None] = facts.offer) -> None:
    """Offer the spine's facts.

    `cases.open(service, property, thing)`, from every channel; `cases.closed_since(service, property, thing, day)`: how
    those ended that were made since a day; `cases.before(service, property, days)`: the cases of that many days about
    one property, the newest first.
    """
    params = (("service", TEXT), ("property", TEXT), ("thing", TEXT))
    offer_fact(facts.Fact("cases.open", params, ListOf(OPEN_CASE), "local", _open))
    closed, since = ListOf(CLOSED_CASE), (*params, ("day", DAY))
    offer_fact(facts.Fact("cases.closed_since", since, closed, "local", _closed_since))
    params = (("service", TEXT), ("property", PROPERTY), ("days", INT))
    offer_fact(facts.Fact("cases.before", params, ListOf(BEFORE), "local", _before))
