"""A service that a council does not offer online has no page here but the one that says how to ask for it."""

from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from doorstep.catalogue import queries as catalogue
from doorstep.web.kit.access import View


def only_online(view: View) -> View:
    """Keep the public out where a service runs and online is not among its channels, also from a form begun before."""

    @wraps(view)
    def shown(request: HttpRequest, slug: str, **named: Any) -> HttpResponseBase:
        service = catalogue.current(slug)
        if service is None or service.is_online:
            return view(request, slug=slug, **named)
        return render(request, "portal/not_online.html", {"service": service}, status=404)

    return shown
