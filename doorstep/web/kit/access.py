"""Who may come in: one decorator for staff views, and the actor they act as."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from doorstep.cases.owners import Owner
from doorstep.staff import ways
from doorstep.staff.actor import Actor
from doorstep.web.kit import opening
from doorstep.web.kit.errors import signed_out

View = Callable[..., HttpResponseBase]


def needs(permission: str) -> Callable[[View], View]:
    """Let in only staff with a permission: others get 403, people not signed in the sign-in page."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user: Any = request.user
            if not user.is_authenticated and request.method == "POST":
                return signed_out(request)  # what was being sent cannot be sent again by a link
            if not user.is_authenticated:
                return redirect_to_login(request.path)
            if not user.may(permission):
                raise PermissionDenied
            if _needs_ways(request, user):
                return redirect("yours")
            request.permission = permission  # type: ignore[attr-defined]
            response = view(request, *args, **kwargs)
            opening.trace(request, response)
            return response

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return wrap


def _needs_ways(request: HttpRequest, user: Any) -> bool:
    """Say whether somebody who came by a colleague's link must set up two ways first."""
    session: Any = request.session
    return session.row.how == "link" and not ways.of(user).is_enough


def ones_own(view: View) -> View:
    """Let in whoever is signed in: what is about themselves needs no permission."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            return signed_out(request)
        return redirect_to_login(request.path)

    return public(guarded)


def public(view: View) -> View:
    """Mark a view as open to anyone; the walk of all addresses wants every view marked."""
    view.permission = ""  # type: ignore[attr-defined]
    return view


def actor(request: HttpRequest) -> Actor:
    """Return the member of staff who asks."""
    user: Any = request.user
    return Actor("staff", user.username, ",".join(user.role_names))


def owner(request: HttpRequest) -> Owner:
    """Return whose drafts those of the member of staff are."""
    return Owner("staff", str(request.user.pk))
