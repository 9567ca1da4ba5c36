"""A service that a council does not offer online has no page here but the one that says how to ask for it."""

from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from doorstep.web.form.session import NotOnline
from doorstep.web.kit.access import View


def only_online(view: View) -> View:
    """Draw that page where a view finds that the public has no form, also of a form begun before."""

    @wraps(view)
    def shown(request: HttpRequest, **named: Any) -> HttpResponseBase:
        try:
            return view(request, **named)
        except NotOnline as exc:
            return render(request, "portal/not_online.html", {"service": exc.service}, status=404)

    return shown
