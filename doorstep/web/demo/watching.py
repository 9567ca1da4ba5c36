"""While a service is tried out: each page is of its folder as it stands, or says what is wrong in it."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from doorstep.demo import trial

# What is drawn whatever the folder says: the trial's own page, what staff see of cases there are, what pages are made of.
ELSEWHERE = (
    "/try",
    "/demo",
    "/desk",
    "/crew",
    "/static",
    "/healthz",
    "/readyz",
    "/hooks",
    "/file",
    "/brand.css",
    "/icon.svg",
    "/share.png",
)


class Watching:
    """Looks at the folder before each page; one with mistakes is answered by them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.TRIED:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on with the folder as it stands; where it cannot run, say why."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Say what is wrong in the folder, in place of a page that would rest on it."""
        if request.path.startswith(("/static", "/healthz", "/readyz", "/hooks")):
            return None
        standing = trial.look(Path(settings.TRIED), timezone.now())
        if not standing.mistakes or request.path.startswith(ELSEWHERE):
            return None
        return render(request, "portal/trial_mistakes.html", {"standing": standing})
