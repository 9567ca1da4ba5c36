"""A mail server, by SMTP (RFC 5321): e-mails in plain text, UTF-8.

| where it fails                         | it says 4xx | it says 5xx                    | it says nothing |
|----------------------------------------|-------------|--------------------------------|-----------------|
| connecting, TLS, greeting, MAIL        | later       | given up: something of ours    | later           |
| name and password                      | later       | given up: something of ours    | later           |
| RCPT                                   | later       | undeliverable: the address     | later           |
| once the message itself is on its way  | later       | undeliverable: refused         | **unsure**      |

A mail server knows no key: an e-mail whose answer was lost may have been taken, so it is not sent
again. Its Message-ID is made of our key, so that what went twice after all is seen to be one.
A bounce that comes back as mail is not read (docs/how-to/run.md).
"""

import hashlib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from threading import Timer

import structlog
from django.conf import settings

from doorstep.messages.provider import (
    Delivery,
    NotThere,
    Outgoing,
    Receipt,
    Undeliverable,
    Unsure,
    Why,
)
from doorstep.outside.errors import GiveUp, OutsideError, TryLater
from doorstep.outside.http import HERE, Call, Said, tell

log = structlog.get_logger("doorstep.connectors.smtp")
# Seconds for a whole message, and for each answer in it.
WHOLE, EACH = 20.0, 10.0
TLS = ("starttls", "tls", "none")


class SmtpMessenger:
    """The mail server at SMTP_HOST."""

    def send_email(self, message: Outgoing) -> Receipt:
        """Hand an e-mail over; raises TryLater, GiveUp, Undeliverable, Unsure."""
        written = _written(message)
        call, step = Call(), "connect"
        try:
            with _told(call), _connected() as server:
                step = "address"
                _hand_address(server, message.to)
                step = "message"
                code, words = _hand_text(server, written)
                call.status = code
                _judge(code, words, "refused")
        finally:
            log.info("called", what=step, status=call.status, ms=call.milliseconds)
        return Receipt(f"smtp-{_id(message.key)}")

    def send_text(self, message: Outgoing) -> Receipt:
        """Text messages go another way."""
        raise GiveUp("a mail server carries no text messages: set DOORSTEP_TEXTS")

    def taken(self, key: str) -> Receipt | None:
        """Nobody can ask a mail server what it took."""
        raise Unsure

    def delivery(self, receipt: str) -> Delivery:
        """Nor what became of it: no receipt of ours follows."""
        raise NotThere

    def sent(self, key: str) -> Outgoing | None:
        """A mail server shows nothing of what it took."""
        return None

    def host(self) -> str:
        """Return the mail server's name and port."""
        return _host()

    def check(self) -> str:
        """Connect, with TLS and name and password, and hand over nothing."""
        _sender()
        with _told(Call()), _connected() as server:
            server.noop()
        return f"the mail server answers at {settings.SMTP_HOST}"


def _host() -> str:
    return f"{settings.SMTP_HOST}:{settings.SMTP_PORT}" if settings.SMTP_HOST else ""


@contextmanager
def _told(call: Call) -> Iterator[None]:
    """Tell whoever notes calls how this conversation went; what the server says of one message is an answer."""
    wrong = ""
    try:
        yield
    except OutsideError as exc:
        # What broke off, or was refused before a message was on its way, has its cause; a judgement of a message has none.
        wrong = str(exc) if exc.__cause__ else ""
        raise
    finally:
        tell(Said(_host(), "SMTP", "mail", call.status, call.milliseconds, wrong))


def _sender() -> tuple[str, str]:
    """Return the name and address that messages come from; raises GiveUp where that is not set."""
    name, address = parseaddr(settings.SMTP_FROM)
    if not settings.SMTP_HOST:
        raise GiveUp("SMTP_HOST is not set: the name of the mail server")
    if "@" not in address:
        raise GiveUp("SMTP_FROM is not set: the address that messages come from")
    if settings.SMTP_TLS not in TLS:
        raise GiveUp("SMTP_TLS is starttls, tls or none")
    if settings.SMTP_TLS == "none" and settings.SMTP_HOST not in HERE:
        raise GiveUp("SMTP_TLS=none is only for a mail server on this machine")
    return name, address


def _id(key: str) -> str:
    """Return our key as it stands in a Message-ID: it names nobody and no case."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _ascii(address: str) -> str:
    """Return an address as every mail server takes it, its domain in Punycode."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as exc:
        raise Undeliverable("an address is not one for SMTP", why="address") from exc


def _written(message: Outgoing) -> bytes:
    """Return the e-mail as it goes over the wire."""
    name, sender = _sender()
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(display_name=name, addr_spec=sender)
    made["To"] = _ascii(message.to)
    made["Subject"] = re.sub(r"\s+", " ", message.subject).strip()
    made["Date"] = format_datetime(datetime.now(UTC))
    made["Message-ID"] = f"<{_id(message.key)}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps answering machines quiet
    if message.unsubscribe:
        made["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(message.body)
    return made.as_bytes()


@contextmanager
def _connected() -> Iterator[smtplib.SMTP]:
    """Yield a conversation that ends when its time is over; raises TryLater, GiveUp."""
    timer = None
    try:
        server = _open()
        sock = server.sock
        # Each answer has a limit of its own; a server that drips letters would pass it for ever.
        timer = Timer(WHOLE, lambda: _cut(sock))
        timer.daemon = True
        timer.start()
        _greet(server)
    except (OSError, smtplib.SMTPException) as exc:
        if timer:
            timer.cancel()
        raise _before(exc) from exc
    try:
        yield server
    finally:
        timer.cancel()
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _cut(sock: socket.socket | None) -> None:
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _open() -> smtplib.SMTP:
    host, port = settings.SMTP_HOST, int(settings.SMTP_PORT)
    if settings.SMTP_TLS == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=EACH, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=EACH)


def _greet(server: smtplib.SMTP) -> None:
    if settings.SMTP_TLS == "starttls":
        server.starttls(context=ssl.create_default_context())
    if settings.SMTP_USER:
        server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
    else:
        server.ehlo_or_helo_if_needed()


def _before(exc: Exception) -> TryLater | GiveUp:
    """Return what an error means before a message was on its way; its words may hold our name there."""
    code = getattr(exc, "smtp_code", 0)
    if isinstance(exc, smtplib.SMTPNotSupportedError):
        return GiveUp("the mail server offers no STARTTLS, or takes no names and passwords")
    if isinstance(exc, ssl.SSLCertVerificationError):
        return GiveUp("the mail server's certificate is not valid for SMTP_HOST")
    if code >= 500:
        return GiveUp(f"the mail server refused us ({code}): look at SMTP_USER, SMTP_PASSWORD")
    return TryLater(f"the mail server did not answer: {type(exc).__name__} {code or ''}".strip())


def _hand_address(server: smtplib.SMTP, to: str) -> None:
    """Say from whom and to whom; raises TryLater, GiveUp, Undeliverable."""
    _, sender = _sender()
    try:
        code, words = server.mail(sender)
        if code >= 500:
            raise GiveUp(f"the mail server refused SMTP_FROM ({code})")
        _judge(code, words, "refused")
        _judge(*server.rcpt(_ascii(to)), "address")
    except (OSError, smtplib.SMTPException) as exc:
        raise _before(exc) from exc


def _hand_text(server: smtplib.SMTP, written: bytes) -> tuple[int, bytes]:
    """Send the text and return the answer; raises TryLater before its first byte, Unsure after it."""
    try:
        code, words = server.docmd("DATA")
    except (OSError, smtplib.SMTPException) as exc:
        raise _before(exc) from exc
    if code != 354:
        return code, words
    try:
        server.send(re.sub(rb"(?m)^\.", b"..", written) + b".\r\n")  # it ends with a line
        return server.getreply()
    except (OSError, smtplib.SMTPException) as exc:
        raise Unsure("the mail server broke off while it took a message") from exc


def _judge(code: int, words: bytes, why: Why) -> None:
    """Raise what an answer means that is not 2xx; the server's words are for staff, not for a log."""
    if code < 400:
        return
    if code < 500:
        raise TryLater(f"the mail server answered {code}")
    # 5.7 is about us (RFC 3463: security and policy), not about the address.
    kind: Why = "refused" if words.startswith(b"5.7.") else why
    said = f"{code} {words.decode('utf-8', 'replace')}"
    raise Undeliverable(f"the mail server answered {code}", why=kind, said=said)
