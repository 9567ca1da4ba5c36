"""Was this helpful? Asked after sending and at the end of a case, of whoever has it; no answer is kept with the case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.insight import answers
from doorstep.web.kit.access import public
from doorstep.web.kit.opening import own_case
from doorstep.web.portal.case import led_to_code

SCORES = {str(score): score for score in answers.SCORES}
SCORE = Question("score", "choice", "How satisfied are you?")
COMMENT = Question("comment", "long_text", "Your words", optional=True, max_length=1000)
# What the room refuses, as the page is drawn for it.
REFUSED = {"answered": "thanks", "erased": "erased"}


def _draw(
    request: HttpRequest, case: Case, state: str, wrong: tuple[Question, Invalid] | None = None
) -> HttpResponse:
    """Draw the page: "ask", "thanks", or "erased"."""
    place = _place(request, case)
    context = {"case": case, "state": state, "place": place, "wrong": wrong, "q": COMMENT}
    context["typed"] = request.POST
    status = 410 if state == "erased" else 200
    return render(request, "portal/helpful.html", context, status=status)


def _place(request: HttpRequest, case: Case) -> str:
    """Return where they are asked: where the page that they send said so, though the case may have ended since."""
    return "sent" if request.POST.get("place") == "sent" else answers.place_of(case)


def _state(case: Case, place: str) -> str:
    if case.erased_at:
        return "erased"
    return "thanks" if answers.is_answered(case, place) else "ask"


def _said(request: HttpRequest) -> tuple[int, str]:
    """Return score and comment; raises Invalid."""
    comment = str(kinds.of(COMMENT).clean(COMMENT, request.POST, ()) or "")
    score = SCORES.get(request.POST.get("score", ""))
    if score is None:
        raise Invalid("missing")
    return score, comment


@public
@never_cache
@require_http_methods(["GET", "POST"])
@led_to_code
def helpful(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask how satisfied they are, and thank."""
    case = own_case(request, reference)
    place = _place(request, case)
    if request.method == "GET":
        return _draw(request, case, _state(case, place))
    try:
        score, comment = _said(request)
        answers.take(
            case=case,
            place=place,
            score=score,
            comment=comment,
            language=council.language(),
            now=timezone.now(),
        )
    except Invalid as exc:
        return _draw(request, case, "ask", (COMMENT if exc.code == "too_long" else SCORE, exc))
    except Refused as exc:
        return _draw(request, case, REFUSED[exc.code])
    return redirect("helpful", reference=case.reference)
