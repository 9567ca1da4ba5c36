"""Something is wrong with a page: whoever sees it says so, and a person has a task of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.staff.actor import RESIDENT, Actor
from doorstep.tasks import actions as tasks
from doorstep.web.kit import limits
from doorstep.web.kit.access import actor, public

WHAT = Question("what", "long_text", "What is wrong?")
EMAIL = Question("email", "email", "Email address", optional=True)


def _by(request: HttpRequest) -> Actor:
    user: Any = request.user
    return actor(request) if user.is_authenticated else RESIDENT


def _draw(
    request: HttpRequest, question: Question | None = None, wrong: Invalid | None = None
) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    context = {"question": question, "wrong": wrong, "typed": typed}
    return render(request, "portal/page_fault.html", context)


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
    if limits.over([limits.person(request, "page-fault")], 10, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    tasks.ask(
        kind="page",
        text=str(said["what"]),
        email=str(said["email"] or ""),
        page=request.POST.get("page", ""),
        by=_by(request),
        now=timezone.now(),
    )
    return redirect("page_fault_told")


@public
@require_GET
def told(request: HttpRequest) -> HttpResponse:
    """Say that somebody will look at it, and by when."""
    return render(request, "portal/page_fault_told.html")
