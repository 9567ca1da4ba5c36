"""Reads who looked at what."""

from django.db.models import QuerySet

from doorstep.staff.models import Look


def of(what: str, key: str) -> QuerySet[Look]:
    """Return the latest fifty looks at a record, the newest first."""
    return Look.objects.select_related("staff").filter(what=what, key=key).order_by("-at")[:50]
