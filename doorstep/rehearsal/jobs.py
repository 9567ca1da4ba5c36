"""Plays and publishes in the queue."""

from datetime import timedelta

from django.utils import timezone

from doorstep.rehearsal import actions, queue
from doorstep.rehearsal.models import Publishing


def _give_up(publishing_id: int) -> None:
    actions.give_up_publishing(publishing_id=publishing_id, now=timezone.now())


@queue.play.does(on_give_up=_give_up)
def play(publishing_id: int) -> None:
    """Play the examples of a library folder and publish it when all come out."""
    actions.play_and_publish(publishing_id=publishing_id, now=timezone.now())


def play_lost() -> None:
    """Queue again what was asked for and has not moved for ten minutes."""
    old = timezone.now() - timedelta(minutes=10)
    lost = Publishing.objects.filter(ended_at=None, progress_at__lt=old)
    for publishing_id in lost.values_list("id", flat=True)[:100]:
        queue.play.defer(publishing_id=publishing_id)
