"""The page for when nothing of ours can draw one: it needs no database, no style sheet and no program of ours.

A reverse proxy shows it (`doorstep page away`), and so does what stands outermost here.
"""

from collections.abc import Callable, Iterable
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.template.loader import render_to_string
from markupsafe import Markup

from doorstep.council import queries as council
from doorstep.web.kit import programs
from doorstep.web.kit.log import where

log = structlog.get_logger("doorstep.web")
COME_BACK_SECONDS = 60
# What is raised while the database is away.
AWAY = (OperationalError, InterfaceError)
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def page() -> str:
    """Return the page in every language of the council, its own first."""
    parts = []
    for code in council.languages():
        with council.speaking(code):
            parts.append((code, Markup(render_to_string("kit/when_away_part.html"))))
    with council.speaking(council.own_language()):
        return render_to_string("kit/when_away.html", {"parts": parts})


class LastResort:
    """Answers where even the page for a fault could not be drawn, and logs it without the path."""

    def __init__(self, application: Application, words: str) -> None:
        self.application, self.words = application, words

    def __call__(self, request: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Answer a request."""
        try:
            return self.application(request, start_response)
        except Exception as exc:
            log.error("last_resort", error=type(exc).__name__, where=where(exc))
            is_away = isinstance(exc, AWAY)
        status, code = (503, "away") if is_away else (500, "broken")
        kind, body = "text/html; charset=utf-8", self.words.encode()
        if programs.asks(request.get("PATH_INFO", "")):
            kind, body = programs.MEDIA, programs.fault(status, code).content
        headers = [("Content-Type", kind), ("Cache-Control", "no-store")]
        if is_away:
            headers.append(("Retry-After", str(COME_BACK_SECONDS)))
        start_response(f"{status} {'Service Unavailable' if is_away else 'Server Error'}", headers)
        return [body]
