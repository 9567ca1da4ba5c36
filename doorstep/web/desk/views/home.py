"""Where someone comes in who signed in: the first of the desk's rooms that is theirs."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from doorstep.web.desk.views.cases import worklist
from doorstep.web.kit.access import needs


@needs("desk.open")
def home(request: HttpRequest) -> HttpResponseBase:
    """Show the worklist; who may not see cases, such as a designer, comes to the services."""
    user: Any = request.user
    if "asked" in request.GET:  # the address that this list had before
        return redirect("tasks")
    if user.may("desk.see"):
        return worklist.worklist(request)
    return redirect("desk_services")
