"""Other sites' pages may read what anyone may read: the council's own site, a map of reports, an app in a browser."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# Routes, or their beginnings, whose answers are the same for everyone who brings no cookie.
READABLE = (
    "api/v1/",
    "open311/",
    "bins/<str:uprn>.ics",
    "bins/<str:uprn>.json",
    "reports.rss",
    "reports.json",
    "reports.csv",
    "map/base.json",
)


class CrossOrigin:
    """Says to browsers that a public answer may be read from any origin (Fetch standard, CORS), where no cookie came."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header to what is public and was asked for without a cookie."""
        response = self.get_response(request)
        match = request.resolver_match
        if match and request.method in ("GET", "HEAD") and match.route.startswith(READABLE):
            patch_vary_headers(response, ["Cookie"])
            if not request.COOKIES:
                response["Access-Control-Allow-Origin"] = "*"
        return response
