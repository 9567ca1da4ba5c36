"""Asks those again who did not answer, each minute and without doing anything there: what is said of them must end."""

from contextlib import suppress

from django.utils import timezone

from doorstep.outside import heard, plug, queue
from doorstep.outside.errors import OutsideError


@queue.ask.does()
def ask(socket: str) -> None:
    """Ask whoever fills a socket whether address and key work; what comes of it is noted by the call itself."""
    for host in next(s for s in plug.sockets() if s.name == socket).hosts():
        heard.anew(host)
    with suppress(OutsideError):
        plug.get(socket).check()


def look() -> None:
    """Queue a question to each that did not answer when it was last asked."""
    failing = heard.failing(timezone.now())
    for socket in plug.sockets() if failing else ():
        if socket.hosts() & failing and hasattr(plug.get(socket.name), "check"):
            queue.ask.defer(socket=socket.name)
