"""Statements made from council data: contact, privacy, cookies, accessibility."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from doorstep.catalogue import queries as catalogue
from doorstep.web.kit.access import public
from doorstep.web.kit.alike import alike


@public
@require_GET
@alike()
def words(request: HttpRequest, name: str) -> HttpResponse:
    """Show one of the statements made from council data."""
    return render(request, f"portal/{name}.html", {"services": catalogue.running()})
