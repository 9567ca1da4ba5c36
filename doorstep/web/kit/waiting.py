"""Pages that show how work in the queue goes, and ask again by themselves until it has ended."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

REFRESH_SECONDS = 2


def waiting(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    ended: bool,
    every: int = REFRESH_SECONDS,
) -> HttpResponse:
    """Draw such a page. A header does what a meta element does, without script; `?still=1` stops it."""
    still = request.GET.get("still") == "1"
    answer = render(request, template, {**context, "still": still})
    if not (ended or still):
        answer["Refresh"] = str(every)
    return answer
