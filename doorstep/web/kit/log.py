"""One line a request, and one a fault: the route and never the path, so that nobody's reference is in a log."""

import logging
import time
import traceback
from collections.abc import Callable

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse


class Impersonal(logging.Filter):
    """Leaves of a library's line its logger, its level and what kind of error it was: its words may hold a path, and so a reference."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep our own lines, whose fields are chosen; empty the others."""
        if record.name.split(".")[0] == "doorstep":
            return True
        error = record.exc_info[1] if record.exc_info else None
        kind = f", {type(error).__name__} at {'; '.join(where(error))}" if error else ""
        record.msg, record.args = f"a line of {record.name}{kind}", ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


log = structlog.get_logger("doorstep.web")


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else "none"


class RequestLog:
    """Writes method, route, status and milliseconds of each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Time a request and write its line."""
        began = time.monotonic()
        response = self.get_response(request)
        took = round((time.monotonic() - began) * 1000)
        say = log.error if response.status_code >= 500 else log.info
        say(
            "request",
            method=request.method,
            route=_route(request),
            status=response.status_code,
            ms=took,
        )
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Write where a fault arose: its class and places, not its words, which may hold a person's."""
        if not isinstance(exception, Http404 | PermissionDenied):  # answers, not faults
            fault(request, exception)


def fault(request: HttpRequest, exception: Exception) -> None:
    """Write a fault that was caught, as the middleware writes one that was not."""
    kind = type(exception).__name__
    log.error("fault", route=_route(request), error=kind, where=where(exception))


def where(exception: BaseException) -> list[str]:
    """Return the last places that a fault came through."""
    frames = traceback.extract_tb(exception.__traceback__)[-6:]
    return [f"{f.filename.rsplit('/doorstep/', 1)[-1]}:{f.lineno} {f.name}" for f in frames]
