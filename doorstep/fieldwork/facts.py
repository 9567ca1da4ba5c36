"""What the fieldwork room can observe: how much work a list had."""

from datetime import datetime, timedelta

from doorstep.fieldwork.models import Job
from doorstep.forms.facts import Fact, Observed, offer
from doorstep.forms.rules.types import INT, TEXT


def jobs_on(crew_list: str, days: int, now: datetime) -> Observed:
    """Observe how many jobs were made for a crew's list in that many days."""
    since = now - timedelta(days=days)
    return Observed(Job.objects.filter(crew_list=crew_list, made_at__gte=since).count(), now)


def register() -> None:
    """Offer the room's facts."""
    offer(Fact("fieldwork.jobs_on", (("list", TEXT), ("days", INT)), INT, "local", jobs_on))
