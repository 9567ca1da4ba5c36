"""What tasks do every day: forget what is over."""

from datetime import timedelta

from django.utils import timezone

from doorstep.tasks import actions
from doorstep.tasks.models import Task

# Whom to ring, and what was said, is nobody's business so long after a task ended.
KEPT = timedelta(days=90)


def forget() -> None:
    """Empty tasks that ended long ago; that there was one stays, for figures."""
    now = timezone.now()
    over = Task.objects.filter(ended_at__lt=now - KEPT).exclude(text="")
    actions.forget(task_ids=list(over.values_list("id", flat=True)[:5000]), now=now)
