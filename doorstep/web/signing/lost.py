"""The link that a colleague made for somebody who lost what they sign in with."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.council.errors import Refused
from doorstep.staff import actions as staff
from doorstep.staff import lost
from doorstep.web.kit.access import needs, public
from doorstep.web.kit.entry import come_in
from doorstep.web.signing.views import sign_in_page


@public
@require_http_methods(["GET", "POST"])
def way_back(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button, since a program that looks at links in mails presses none; pressed, it lets in once."""
    now = timezone.now()
    try:
        if request.method == "GET":
            person = lost.whose(token, now)
            return render(request, "signing/way_back.html", {"person": person})
        person = lost.use(secret=token, now=now)
    except Refused as exc:
        return sign_in_page(request, exc.code)
    return come_in(request, person, "link", to="/desk/sign-in/yours/add")


@needs(lost.PERMISSION)
@require_POST
def alarm_seen(request: HttpRequest, number: int) -> HttpResponse:
    """Say that one has looked into an alarm: the use of an account for emergencies, or a new administrator."""
    user: Any = request.user
    staff.see_alarm(number=number, by=user, now=timezone.now())
    return redirect("desk")
