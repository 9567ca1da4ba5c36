"""The stand-in's SMTP (RFC 5321): EHLO, AUTH PLAIN, MAIL, RCPT, DATA, RSET, NOOP, QUIT. No TLS: it is on this machine.

`moods` says what is answered instead, by the verb it answers ("CONNECT" is the greeting, "BODY" the end of
a message): a line such as "451 later", DROP (the connection is cut), KEEP_AND_DROP (the message is kept, the
answer lost) or a number of seconds that pass first. A verb's mood stays until it is taken away.
"""

import base64
import socketserver
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Lock
from typing import Any

DROP, KEEP_AND_DROP = "drop", "keep and drop"


class _Cut(Exception):
    """The connection ends here."""


class _Talk(socketserver.StreamRequestHandler):
    server: "MailServer"

    def handle(self) -> None:
        """Hold one conversation."""
        self.to: list[str] = []
        try:
            self._say("CONNECT", "220 mail.standin.example ESMTP")
            while line := self.rfile.readline(2000):
                words = line.decode("utf-8", "replace").strip()
                verb = words.partition(" ")[0].upper()
                if verb == "QUIT":
                    return self._say(verb, "221 good-bye")
                self._answer(verb, words)
        except (_Cut, OSError):
            return None

    def _answer(self, verb: str, words: str) -> None:
        if verb == "EHLO":
            self._say(verb, "250-mail.standin.example\r\n250-8BITMIME\r\n250 AUTH PLAIN")
        elif verb == "AUTH":
            given = base64.b64decode(words.split(" ")[-1]).decode().split("\0")[1:]
            right = tuple(given) == self.server.login
            self._say(verb, "235 welcome" if right else "535 5.7.8 wrong name or password")
        elif verb == "RCPT":
            self.to.append(words.partition("<")[2].partition(">")[0])
            self._say(verb, "250 fine")
        elif verb == "DATA":
            self._take()
        elif verb in ("MAIL", "RSET", "NOOP"):
            self.to = []
            self._say(verb, "250 fine")
        else:
            self._say(verb, "502 not known here")

    def _take(self) -> None:
        if not self._say("DATA", "354 go on"):
            return
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if not line:
            raise _Cut
        mood = self.server.moods.get("BODY")
        if mood is None or mood == KEEP_AND_DROP or isinstance(mood, float | int):
            self.server.keep(self.to, b"".join(lines))
        self._say("BODY", "250 2.0.0 taken as 4711")

    def _say(self, verb: str, answer: str) -> bool:
        """Answer as the mood is; say whether that was the answer meant."""
        mood = self.server.moods.get(verb)
        if mood in (DROP, KEEP_AND_DROP):
            raise _Cut
        if isinstance(mood, float | int):
            time.sleep(mood)
        said = mood if isinstance(mood, str) else answer
        self.wfile.write(f"{said}\r\n".encode())
        return said == answer


class MailServer(socketserver.ThreadingTCPServer):
    """The server, what it has taken, and its moods."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0, login: tuple[str, str] = ("", "")) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self.login = login
        self.moods: dict[str, str | float] = {}
        self.taken: list[tuple[str, EmailMessage]] = []
        self._lock = Lock()

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self.server_address[1])

    def keep(self, to: list[str], raw: bytes) -> None:
        """Keep a message, once for each address."""
        read: Any = message_from_bytes(raw, policy=policy.default)
        with self._lock:
            self.taken += [(address, read) for address in to]
