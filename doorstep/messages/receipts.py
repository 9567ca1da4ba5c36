"""What became of messages that were taken: told by callback, asked for by poll; both end in one question to the carrier."""

from datetime import datetime, timedelta

from doorstep.messages import queue, sending
from doorstep.messages.models import Message
from doorstep.messages.provider import Delivery, Forged, NotThere
from doorstep.outside import plug

# How often a carrier is asked: a tenth of the message's age, between these.
OFTEN, SELDOM = timedelta(seconds=50), timedelta(hours=6)
# A carrier goes on trying for three days; then nobody will say more.
SILENT = timedelta(days=4)


def take_callback(*, body: bytes, token: str, now: datetime) -> None:
    """Have the carrier asked about what its callback names; raises Forged, GiveUp.

    What a callback says is not believed, so one that is late, doubled or out of order changes nothing.
    """
    read = [getattr(plug.get(name), "read_callback", None) for name in sending.SOCKETS]
    reading = next((one for one in read if one), None)
    if reading is None:
        raise Forged
    waiting = Message.objects.filter(receipt=reading(body, token), ask_at__isnull=False)
    for message_id in waiting.values_list("id", flat=True):
        queue.learn.defer(message_id=message_id)


def learn(*, message_id: int, now: datetime) -> None:
    """Ask the carrier what became of a message, and note it; raises what the carrier raises."""
    waiting = Message.objects.filter(id=message_id, ask_at__isnull=False)
    message = waiting.first()
    if message is None or message.sent_at is None:
        return
    waiting.update(ask_at=_next(message.sent_at, now))
    try:
        delivery = sending.messenger(message.channel).delivery(message.receipt)
    except NotThere:
        delivery = Delivery("on_its_way")  # not yet, or no longer
    if delivery.state == "undeliverable":
        sending.not_told(message_id=message_id, why=delivery.why or "theirs", now=now)
    elif delivery.state == "delivered":
        waiting.update(ask_at=None, delivered_at=now)
    elif delivery.state == "sent":
        waiting.update(ask_at=None)
    elif now - message.sent_at > SILENT:
        sending.not_told(message_id=message_id, why="silent", now=now)


def _next(sent_at: datetime, now: datetime) -> datetime:
    return now + min(max((now - sent_at) / 10, OFTEN), SELDOM)


def due(now: datetime) -> list[int]:
    """Return the messages whose carrier is to be asked now."""
    waiting = Message.objects.filter(ask_at__lte=now).order_by("ask_at")
    return list(waiting.values_list("id", flat=True)[:500])
