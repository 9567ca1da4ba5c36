"""The one way in: whoever has shown who they are is signed in here, by whichever way."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from doorstep.staff import actions as staff
from doorstep.staff import sessions
from doorstep.staff.models import StaffUser
from doorstep.web.kit import device, seat, typed

# Of an address to lead on to, which lies in cookies meanwhile.
LONGEST = 300
BACKEND = "django.contrib.auth.backends.ModelBackend"


def come_in(
    request: HttpRequest,
    user: StaffUser,
    how: str,
    proved: datetime | None = None,
    to: str = "",
    kept: str = "",
) -> HttpResponse:
    """Sign somebody in, with a new key, and lead on: to what they had typed, to where they wanted, or to their first page.

    `proved` is when they showed who they are, where that was not just now; `kept` what they had typed, where no form of this request brings it.
    """
    enter(request, user, how, proved)
    return seat.keep(lead_on(request, user, to, kept), user.username)


def enter(request: HttpRequest, user: StaffUser, how: str, proved: datetime | None = None) -> None:
    """Sign somebody in, with a new key, for who leads on in a way of their own."""
    now, session = timezone.now(), _session(request)
    forms = request.META.get("CSRF_COOKIE")
    was = request.user.pk or session.was
    if session.was_key:  # over, and kept until now for whose it was
        sessions.end(key=session.was_key)
    session.flush()
    session.how, session.device = how, device.words(request)
    login(request, user, backend=BACKEND)
    session.save()
    if forms and was == user.pk:
        # Who comes back in another tab goes on with the form in this one; another person gets other secrets.
        request.META["CSRF_COOKIE"] = forms
    if proved is not None:
        sessions.proved(session=session.row, now=min(proved, now))
    staff.note(
        kind="signed in",
        about=user.username,
        by=user.username,
        now=now,
        how=how,
        device=session.device,
    )
    if user.break_glass:
        staff.raise_alarm(about=user, now=now)


def lead_on(request: HttpRequest, user: StaffUser, to: str, kept: str = "") -> HttpResponse:
    """Lead to what somebody had typed before they were asked who they are, else to an address of ours."""
    if was := typed.opened(request, kept or typed.kept(request), user.pk):
        return render(
            request, "signing/typed.html", {"typed": was, "leave": urlsplit(was.path).path}
        )
    safe = to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
    return HttpResponseRedirect(
        to if safe else reverse("desk" if user.may("desk.open") else "crew")
    )


def bounded(to: str) -> str:
    """Return an address to lead on to, or "" where it is longer than any of ours."""
    return to if len(to) <= LONGEST and to.isascii() else ""


def _session(request: HttpRequest) -> Any:
    return request.session
