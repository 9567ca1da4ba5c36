"""Signing in and out."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.staff import queries
from doorstep.web.kit import limits, seat
from doorstep.web.kit.access import public
from doorstep.web.kit.errors import locked_out

# Wrong passwords an hour for one account; and from one address, which may be a whole council's.
MOST_WRONG, MOST_FROM_ONE = 30, 200


def _too_often(request: HttpRequest, name: str, of_account: str, of_address: str) -> bool:
    """Say whether there were too many guesses at one account from many addresses, or at many from one.

    Whoever came in from this browser before is kept out by nobody else's.
    """
    account = limits.reached([of_account], MOST_WRONG, 3600)
    often = account or limits.reached([of_address], MOST_FROM_ONE, 3600)
    return often and not seat.is_of(request, name)


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign staff in; too many wrong passwords wait, from one address a quarter of an hour, for one account an hour."""
    address = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "GET":
        queries.has_people()  # who types a password for nothing is told so before: without a database, 503
        return render(request, "signing/sign_in.html", {"next": address, "wrong": False})
    name, password = request.POST.get("username", ""), request.POST.get("password", "")
    of_account, of_address = f"sign-in:{name.lower()}", limits.person(request, "sign-in")
    if _too_often(request, name, of_account, of_address):
        return locked_out(request)
    user = authenticate(request, username=name, password=password)
    if user is None:
        limits.over([of_account, of_address], MOST_WRONG, 3600)
        context = {"next": address, "wrong": True, "username": name}
        return render(request, "signing/sign_in.html", context, status=200)
    login(request, user)
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    desk = reverse("desk" if user.may("desk.open") else "crew")
    return seat.keep(HttpResponseRedirect(address if address and safe else desk), name)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("sign_in")
