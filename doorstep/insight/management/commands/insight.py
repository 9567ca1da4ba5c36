"""`doorstep insight funnel SERVICE [--week 2026-W47]` and `doorstep insight words`."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from doorstep.catalogue import queries as catalogue
from doorstep.council.queries import ZONE
from doorstep.insight import funnel, phrases
from doorstep.insight.cells import CHECK, TIMES

AT_LEAST = (
    "Every figure is “at least”: a process that is killed loses its last ten seconds, and who does "
    "not want to be counted is not."
)
PAGE_COLUMNS = ("shown", "answered", "error", "stop", "left", "stopped", "unstarted")
HEADS = ("Page", "shown", "answered", "errors", "stops", "left", "ended at a stop", "not started", "half took less than")  # fmt: skip


class Command(BaseCommand):
    """Prints what was counted."""

    help = (
        "funnel SERVICE [--week 2026-W47]: what happened on a service's form in a week (Monday to Sunday; the last"
        " that is over unless it is named). words: what was searched in vain five times or more in the last 30 days."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a verb and what it is about."""
        parser.add_argument("verb", choices=["funnel", "words"])
        parser.add_argument("service", nargs="?", default="")
        parser.add_argument("--week", default="", help="such as 2026-W47")

    def handle(self, *args: object, **options: object) -> None:
        """Do the verb."""
        today = timezone.now().astimezone(ZONE).date()
        if options["verb"] == "words":
            first = today - timedelta(days=phrases.FEW_KEPT_DAYS)
            self._table(("Words", "times"), phrases.common(first, today))
            return
        self._funnel(str(options["service"]), self._monday(str(options["week"]), today))

    def _monday(self, week: str, today: date) -> date:
        try:
            return funnel.week(week) if week else funnel.last_week(today)
        except ValueError as exc:
            raise CommandError(f"{week} is no week; write it as 2026-W47.") from exc

    def _funnel(self, slug: str, monday: date) -> None:
        service = catalogue.current(slug)
        if service is None:
            raise CommandError(f"No service “{slug}” runs here; `doorstep services check` lists them.")  # fmt: skip
        sunday = monday + timedelta(days=6)
        counted = funnel.of(slug, monday, sunday)
        of, name = counted.totals, f"{monday:%G-W%V}"
        self.stdout.write(f"{service.about.title}: week {name}, {monday:%-d %B} to {sunday:%-d %B %Y}")  # fmt: skip
        self.stdout.write(f"{AT_LEAST}\n\n")
        self._table(("", "", "of started"), _ends(of))
        self._table(HEADS, (_row(page) for page in counted.pages))
        self._table(("Errors: page", "question", "why", "times"), _most(counted.errors))
        self._table(("Stops: page", "code", "times"), _most(counted.stops))
        self._table(("Device", "started", "sent", "sent of started"), _by(counted.devices))
        self._table(("Channel", "started", "sent", "sent of started"), _by(counted.channels))

    def _table(self, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a table whose columns stand under each other: words from the left, numbers from the right."""
        cells = [[str(cell) for cell in row] for row in rows]
        if not cells:
            self.stdout.write(f"{heads[0].partition(':')[0]}: none were counted.\n\n")
            return
        widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
        numbers = [all(c == "" or c[0].isdigit() for c in column) for column in zip(*cells, strict=True)]  # fmt: skip
        for row in [heads, *cells]:
            parts = [f"{c:>{w}}" if right else f"{c:<{w}}" for c, w, right in zip(row, widths, numbers, strict=True)]  # fmt: skip
            self.stdout.write("  ".join(parts).rstrip())
        self.stdout.write("")


def _share(n: int, of: int) -> str:
    return f"{round(100 * n / of)}%" if of else ""


def _ends(of: Counter[str]) -> list[tuple[object, ...]]:
    """Return how many started, and how they ended."""
    started = of["started"]
    paid = [
        ("Sent, and to be paid for", of["to pay"], ""),
        ("Paid", of["paid"], _share(of["paid"], of["to pay"])),
    ]
    return [
        ("Start page shown", of["start page"], ""),
        ("Begun and left before a page was saved", of["unstarted"], ""),
        ("Started: a page was saved", started, ""),
        ("Sent", of["sent"], _share(of["sent"], started)),
        ("Ended at a stop", of["stopped"], _share(of["stopped"], started)),
        ("Left", of["left"], _share(of["left"], started)),
        *(paid if of["to pay"] else []),
    ]


def _row(page: funnel.Page) -> list[object]:
    name = "(the answers)" if page.id == CHECK else page.id or "(not known)"
    return [name, *(page.counts[what] for what in PAGE_COLUMNS), _seconds(page.median)]


def _seconds(median: int | None) -> str:
    if median is None:
        return ""
    if median == TIMES[-1]:
        return "20 min or more"
    return f"{median} s" if median < 60 else f"{median // 60} min"


def _most(counts: Counter[tuple[str, str]]) -> list[list[object]]:
    """Return what was counted by page and detail, the most frequent first."""
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [[page, *detail.split(" ", 1), n] for (page, detail), n in rows]


def _by(groups: Mapping[str, Counter[str]]) -> list[list[object]]:
    """Return started and sent by a name, the most frequent first."""
    rows = sorted(groups.items(), key=lambda item: (-item[1]["started"], item[0]))
    return [[name, c["started"], c["sent"], _share(c["sent"], c["started"])] for name, c in rows]
