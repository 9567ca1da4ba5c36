"""A server that takes connections and never says a word, as one that hangs or a network that swallows."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_port() -> Iterator[int]:
    """Give a port of this machine where whoever connects waits without end."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        # The kernel itself completes each connection; nobody ever takes it up.
        server.listen(200)
        yield int(server.getsockname()[1])
