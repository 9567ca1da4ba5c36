"""Counts the contacts of days: by channel and reason, with what demand they were, how long they took and what they cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from doorstep.cases.models import Case
from doorstep.contacts import cost
from doorstep.contacts.cost import Cost, Price
from doorstep.contacts.models import Act, Contact
from doorstep.contacts.queries import day_of
from doorstep.contacts.reasons import FAILURE, VALUE
from doorstep.council import queries as council


@dataclass(frozen=True)
class Line:
    """The contacts of one channel for one reason: how many, of which demand, with a stop, offered online, and how long in all."""

    channel: str
    reason: str
    count: int
    value: int = 0
    failure: int = 0
    stopped: int = 0
    offered: int = 0
    taken: int = 0
    # Those that ended, and how long they lasted.
    ended: int = 0
    lasted: timedelta = timedelta(0)

    @property
    def minutes(self) -> float | None:
        """Return how many minutes one took on average; nothing where none has ended."""
        return self.lasted.total_seconds() / 60 / self.ended if self.ended else None


def of_day(day: date) -> list[Line]:
    """Return the contacts of a day that staff took, by channel and reason, the most first; two statements with what was online."""
    begins, ends = day_of(day)
    rows = Contact.objects.filter(begun_at__gte=begins, begun_at__lt=ends)
    stops = Exists(Act.objects.filter(contact=OuterRef("pk"), what="stopped"))
    over = Q(ended_at__isnull=False)
    counted = (
        rows.annotate(has_stop=stops)
        .values("channel", "reason")
        .annotate(
            n=Count("pk"),
            of_value=Count("pk", filter=Q(demand=VALUE)),
            of_failure=Count("pk", filter=Q(demand=FAILURE)),
            with_stop=Count("pk", filter=Q(has_stop=True)),
            were_offered=Count("pk", filter=Q(offered__in=("taken", "declined"))),
            took=Count("pk", filter=Q(offered="taken")),
            over=Count("pk", filter=over),
            whole=Sum(F("ended_at") - F("begun_at"), filter=over),
            waited=Sum("held_seconds", filter=over),
        )
        .values_list(
            "channel", "reason", "n", "of_value", "of_failure", "with_stop", "were_offered", "took",
            "over", "whole", "waited",
        )
    )  # fmt: skip
    lines = [Line(*row[:-2], lasted=_lasted(*row[-2:])) for row in counted]
    return sorted([*lines, *_online(day)], key=lambda one: (-one.count, one.channel, one.reason))


def _lasted(whole: timedelta | None, waited: int | None) -> timedelta:
    return max((whole or timedelta(0)) - timedelta(seconds=waited or 0), timedelta(0))


def _online(day: date) -> list[Line]:
    """Return what residents sent online on a day, by service."""
    begins, ends = day_of(day)
    cases = Case.objects.filter(channel="online", opened_at__gte=begins, opened_at__lt=ends)
    sent = cases.values_list("slug").annotate(count=Count("pk"))
    return [Line("online", slug, count) for slug, count in sent]


def by_channel(lines: Iterable[Line]) -> dict[str, Line]:
    """Return the lines of each channel added up, without their reasons."""
    sums: dict[str, Line] = {}
    for line in lines:
        before = sums.get(line.channel, Line(line.channel, "", 0))
        added = {
            name: getattr(before, name) + getattr(line, name)
            for name in (
                "count", "value", "failure", "stopped", "offered", "taken", "ended", "lasted",
            )
        }  # fmt: skip
        sums[line.channel] = Line(line.channel, "", **added)
    return sums


def prices() -> Mapping[str, Sequence[Price]]:
    """Return what a contact costs by channel, as this council's data has it."""
    return {
        channel: [Price(one.pence, one.since, one.source) for one in listed]
        for channel, listed in council.current().channel_costs.items()
    }


def costs(day: date, sums: Mapping[str, Line]) -> dict[str, Cost]:
    """Return what the contacts of a day cost, by channel."""
    return cost.of([(day, channel, line.count) for channel, line in sums.items()], prices())
