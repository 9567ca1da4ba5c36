"""A home as the council's own waste system has it, for whoever asks for its page, feed or days: so many an hour each."""

from datetime import datetime

from django.http import HttpRequest

from doorstep.forms.facts import Unavailable
from doorstep.waste import mirror
from doorstep.web.kit import limits

# A stranger who goes through all numbers would have us ask there for each; of what was read lately nobody is counted.
A_MINUTE, AN_HOUR = 20, 200


def bring(request: HttpRequest, uprn: int, now: datetime) -> Unavailable | None:
    """Bring a home's containers and days up to date; Unavailable where it was never read and cannot be now, or was asked for by one who asked too often."""
    if mirror.is_due(uprn, now) and limits.over(
        [limits.person(request, "their-homes")], A_MINUTE, AN_HOUR
    ):
        row = mirror.known_since(uprn)
        return None if row and row.book_at else Unavailable("asked too often")
    return mirror.bring(uprn, now, news=False)
