"""The first page, the council's look, and the language a resident chose."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.web.kit.access import public
from doorstep.web.kit.language import COOKIE
from doorstep.web.portal import former_site, own_words


@public
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """List the services; or propose those that a resident's own words are about."""
    if text := own_words.text_of(request):
        return own_words.propose(request, text)
    context = {"services": catalogue.online(), "old": former_site.on_home(request)}
    return render(request, "portal/home.html", context)


@public
@require_GET
@cache_control(max_age=300)
def brand(request: HttpRequest) -> HttpResponse:
    """Give the council's own colours and font as a style sheet."""
    look = council.current().brand
    css = (
        f":root{{--govuk-brand-colour:{look.colour};--govuk-link-colour:{look.link};"
        f"--council-font:{look.font}}}"
    )
    return HttpResponse(css, content_type="text/css")


@public
@require_GET
@cache_control(max_age=86400)
def icon(request: HttpRequest) -> HttpResponse:
    """Give the browser's tab a doorstep in the council's own colour."""
    colour = council.current().brand.colour
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" '
        f'fill="{colour}"/><path d="M5 12V4h6v8M2 12.5h12" fill="none" stroke="#fff" stroke-width="1.6"/></svg>'
    )
    return HttpResponse(svg, content_type="image/svg+xml")


@public
@require_GET
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the language a resident chose, and go back to the page."""
    if code not in council.languages():
        raise Http404
    there = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    response = HttpResponseRedirect(there if safe else "/")
    response.set_cookie(
        COOKIE,
        code,
        max_age=365 * 86400,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return response
