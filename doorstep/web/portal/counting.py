"""What is counted, said on the page of cookies, and the button that stops it for a browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.cases import leaving
from doorstep.cases import queries as cases
from doorstep.web.kit import counted
from doorstep.web.kit.access import public
from doorstep.web.kit.first_and_last import cookie_was_read
from doorstep.web.kit.visitor import is_known, owner


@public
@require_GET
def cookies(request: HttpRequest) -> HttpResponse:
    """Say which cookies there are, what is counted and why, and whether this browser is."""
    cookie_was_read(request)
    context = {
        "by_signal": counted.refuses_by_signal(request),
        "by_cookie": counted.refuses_by_cookie(request),
    }
    return render(request, "portal/cookies.html", context)


@public
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Stop counting a browser, and take off the forms begun in it what they were to be counted by; or count it again."""
    is_counted = request.POST.get("count") == "yes"
    if not is_counted and is_known(request):
        leaving.do_not_count(drafts=cases.unfinished(owner(request), timezone.now()).order_by())
    return counted.choose(
        request, redirect(f"{reverse('cookies')}#counting"), is_counted=is_counted
    )
