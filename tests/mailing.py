"""The stand-ins for those who carry messages: a mail server, over SMTP, and GOV.UK Notify, over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from standins.govuk_notify.app import StandIn
from standins.mail.server import MailServer
from standins.twilio.app import StandIn as Twilio
from tests.serving import serving

FROM = "Northborough Council <no-reply@council.example>"


@contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    """Run the mail server until the block ends."""
    with MailServer(port) as server:
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


NAME, ISSUER, SECRET = (
    "test",
    "26785a09-ab16-4eb0-8407-a37497a57506",
    "3d844edf-8d35-48ac-975b-e847b4f122b0",
)
KEY, TOKEN = f"{NAME}-{ISSUER}-{SECRET}", "what-callbacks-bring-0123456789"


def notify_standin(settings: Any) -> Iterator[StandIn]:
    """Run GOV.UK Notify's stand-in and point the connector at it."""
    app = StandIn(KEY)
    with serving(app) as url:
        settings.GOVUK_NOTIFY_URL = url
        settings.GOVUK_NOTIFY_KEY, settings.GOVUK_NOTIFY_CALLBACK_TOKEN = KEY, TOKEN
        yield app


ACCOUNT, API_KEY, API_SECRET = f"AC{'0' * 32}", f"SK{'1' * 32}", "secret-of-the-stand-in"


def twilio_standin(settings: Any) -> Iterator[Twilio]:
    """Run Twilio's stand-in and point the connector at it."""
    app = Twilio(ACCOUNT, API_KEY, API_SECRET)
    with serving(app) as url:
        settings.TWILIO_URL, settings.TWILIO_FROM = url, "+447700900999"
        settings.TWILIO_ACCOUNT, settings.TWILIO_KEY, settings.TWILIO_SECRET = (
            ACCOUNT,
            API_KEY,
            API_SECRET,
        )
        yield app


def last_message() -> str:
    """Send what waits, as the queue would, and return the latest that left."""
    from django.utils import timezone

    from doorstep.cases.models import Access
    from doorstep.messages import actions as messages
    from doorstep.messages import sending
    from doorstep.messages.models import Message
    from doorstep.outside import plug

    for access in Access.objects.filter(code_hash=""):
        messages.send_code(access_id=access.id, now=timezone.now())
    for message in Message.objects.filter(sent_at=None):
        sending.send(message_id=message.pk, now=timezone.now())
    return str(plug.get("messages.messenger").sent(Message.objects.latest("id").key).body)
