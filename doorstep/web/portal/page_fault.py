"""Something is wrong with a page: whoever sees it says so, and a person has a task of it."""

import re
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.outside.secret import derived
from doorstep.staff.actor import RESIDENT, Actor
from doorstep.tasks import actions as tasks
from doorstep.web.kit import limits
from doorstep.web.kit.access import actor, public
from doorstep.web.kit.page_name import named_by

# A page as our own link names it, with what is a person's left out.
NAMED = re.compile(r"(?=.*/…)(?:/(?:…|[a-z][a-z.-]{0,39}))+")
WHAT = Question("what", "long_text", "What is wrong?")
EMAIL = Question("email", "email", "Email address", optional=True)


def _by(request: HttpRequest) -> Actor:
    user: Any = request.user
    return actor(request) if user.is_authenticated else RESIDENT


def _draw(
    request: HttpRequest, question: Question | None = None, wrong: Invalid | None = None
) -> HttpResponse:
    context = {
        "question": question,
        "wrong": wrong,
        "typed": request.POST,
        "page": _page(request),
    }
    return render(request, "portal/page_fault.html", context)


def _page(request: HttpRequest) -> str:
    """Return the page it is about, as the link names it; what stands behind an address may be a secret."""
    named = request.POST.get("page") or request.GET.get("page", "")
    path = unquote(re.split(r"[?#]", named)[0])[:200]
    return path if NAMED.fullmatch(path) else named_by(path)


def _whose(request: HttpRequest) -> str:
    """Return whose limit it is: of staff each their own, though an office has one address."""
    user: Any = request.user
    return (
        f"page-fault:{user.pk}" if user.is_authenticated else limits.person(request, "page-fault")
    )


def _once(request: HttpRequest) -> str:
    """Return by what a button that is pressed twice makes one task: the same words of one address on one day."""
    parts = (limits.address(request), f"{timezone.now():%Y%m%d}", _page(request))
    words = (request.POST.get("what", ""), request.POST.get("email", ""))
    return f"page-fault-{derived('portal.page_fault', chr(31).join((*parts, *words)))[:40]}"


@public
@require_http_methods(["GET", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    """Ask what is wrong with a page, and make a task of it."""
    if request.method == "GET":
        return _draw(request)
    said = {}
    for question in (WHAT, EMAIL):
        try:
            said[question.id] = kinds.of(question).clean(question, request.POST, ())
        except Invalid as exc:
            return _draw(request, question, exc)
    if limits.over([_whose(request)], 10, 3600):
        answer = _draw(request, WHAT, Invalid("too_often"))
        answer.status_code = 429
        return answer
    tasks.ask(
        kind="page",
        text=str(said["what"]),
        email=str(said["email"] or ""),
        page=_page(request),
        by=_by(request),
        now=timezone.now(),
        once=_once(request),
    )
    return redirect("page_fault_told")


@public
@require_GET
def told(request: HttpRequest) -> HttpResponse:
    """Say that somebody will look at it, and by when."""
    return render(request, "portal/page_fault_told.html")
