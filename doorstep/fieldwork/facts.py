"""What the fieldwork room can observe: how much work a list had."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from doorstep.council import queries as council
from doorstep.fieldwork.models import Job
from doorstep.forms.facts import Fact, Observed, Unavailable, offer
from doorstep.forms.rules.errors import suggest
from doorstep.forms.rules.types import INT, TEXT
from doorstep.outside.kept import kept

# A century, whatever number somebody typed.
MOST_DAYS = 36_500


def jobs_on(crew_list: str, days: int, now: datetime) -> Observed:
    """Observe how many jobs were made for a crew's list in that many days."""
    since = now - timedelta(days=max(0, min(days, MOST_DAYS)))
    return Observed(_made.first(crew_list, since) or 0, now)


@kept
def _made(crew_list: str, since: datetime) -> QuerySet[Job, int]:
    jobs = Job.objects.filter(crew_list=crew_list, made_at__gte=since).order_by()
    return jobs.values("crew_list").annotate(n=Count("id")).values_list("n", flat=True)


def list_of(team: str, ward: str, now: datetime) -> Observed | Unavailable:
    """Observe which list of a team covers a ward: the one that names it, else the one that names none."""
    lists = {c: x for c, x in council.current().crew_lists.items() if x.team == team}
    for code, one in sorted(lists.items(), key=lambda item: not item[1].wards):
        if ward in one.wards or not one.wards:
            return Observed(code, now)
    return Observed(next(iter(lists)), now) if lists else Unavailable(f"no list of team {team}")


def _known(fixed: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Say that this council has no list of the team."""
    teams = {one.team for one in council.current().crew_lists.values()} - {""}
    if (team := fixed.get("team")) is not None and team not in teams:
        near = suggest(str(team), teams)
        words = f"no list under `crew_lists` in council.yaml is of the team `{team}`{near}"
        yield "no_such_list", words


def register() -> None:
    """Offer the room's facts."""
    offer(Fact("fieldwork.jobs_on", (("list", TEXT), ("days", INT)), INT, "local", jobs_on))
    about = (("team", TEXT), ("ward", TEXT))
    offer(Fact("fieldwork.list", about, TEXT, "local", list_of, check_here=_known))
