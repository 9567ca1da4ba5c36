"""The council's look, for browsers, search engines and whoever passes a page on."""

from xml.sax.saxutils import escape

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from doorstep.catalogue import queries as catalogue
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.web.kit import look
from doorstep.web.kit.access import public

A_YEAR, A_WHILE = "public, max-age=31536000, immutable", "public, max-age=300"
TYPES = {"brand": "text/css", "icon": "image/svg+xml", "share": "image/png"}


@public
@require_GET
def part(request: HttpRequest, name: str) -> HttpResponse:
    """Give the brand's style sheet, icon or picture; for a year to who asks for what it is now."""
    content = look.MADE[name]()
    if not content:
        raise Http404
    response = HttpResponse(content, content_type=TYPES[name])
    is_now = request.GET.get("v") == look.digest(name)
    response["Cache-Control"] = A_YEAR if is_now else A_WHILE
    return response


@public
@require_GET
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the pages that search engines may show (sitemaps.org, version 0.9)."""
    names = ("home", "bins", "what_goes_where", "reports", "contact", "accessibility", "privacy")
    paths = [reverse(name) for name in (*names, *(["visit"] if council.current().offices else []))]
    paths += [reverse("start", kwargs={"slug": s.slug}) for s in catalogue.online()]
    rows = "".join(f"<url><loc>{escape(addresses.base() + path)}</loc></url>" for path in paths)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
    )
    return HttpResponse(body, content_type="application/xml")
