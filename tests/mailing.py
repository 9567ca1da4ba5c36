"""The stand-ins for those who carry messages: a mail server, over SMTP on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from standins.mail.server import MailServer

FROM = "Northborough Council <no-reply@council.example>"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run the mail server until the block ends."""
    with MailServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(5)


def mail_standin(settings: Any) -> Iterator[MailServer]:
    """Run the mail server and point the connector at it."""
    with mail_server() as server:
        settings.SMTP_HOST, settings.SMTP_PORT = "127.0.0.1", str(server.port)
        settings.SMTP_TLS, settings.SMTP_FROM = "none", FROM
        yield server
