"""What residents write of their case later: a word or a photo with it, or what is not right with what was done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from doorstep.cases import adding, choosing
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.files import photos
from doorstep.files.errors import BadFile
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.staff.actor import RESIDENT
from doorstep.web.kit import limits, uploads
from doorstep.web.kit.access import public
from doorstep.web.kit.opening import own_case
from doorstep.web.portal.case import led_to_code, told

TEXT = Question("text", "long_text", optional=True)
# So much in an hour, of one case from wherever, and from one address of all its cases.
OF_A_CASE, OF_AN_ADDRESS = 10, 60
# What is put right on the page itself.
ASKED_AGAIN = ("text_missing", "nothing_added", "too_often")


@dataclass(frozen=True)
class Word:
    """What was written, and the name of a photo that came with it, now or with a try that was refused."""

    text: str
    photo: str


def _salt(case: Case) -> str:
    return f"doorstep.word:{case.reference}"


def _photo(request: HttpRequest, case: Case, now: datetime) -> str:
    """Return the photo that was sent, or the one that an earlier try left; raises BadFile."""
    if file := request.FILES.get("photo"):
        return uploads.take(request, file, of=case.reference, now=now)
    return _left_by_a_try(request, case)


def _left_by_a_try(request: HttpRequest, case: Case) -> str:
    if request.POST.get("without"):
        return ""
    try:
        name = str(signing.loads(request.POST.get("kept", ""), salt=_salt(case)))
    except signing.BadSignature:
        return ""
    return name if photos.path_of(name) else ""


def _text(request: HttpRequest) -> str:
    return str(kinds.of(TEXT).clean(TEXT, request.POST, ()) or "")


def _once_too_often(request: HttpRequest, case: Case) -> bool:
    whose = limits.over([f"word:{case.reference}"], OF_A_CASE, 3600)
    return limits.over([limits.person(request, "word")], OF_AN_ADDRESS, 3600) or whose


def _take(
    request: HttpRequest, case: Case, page: str, act: Callable[[Word], object]
) -> HttpResponse:
    """Take what was written and do with it what the page is for; refused, all of it stays on the page."""
    photo, now = _left_by_a_try(request, case), timezone.now()
    try:
        photo = _photo(request, case, now)
        word = Word(_text(request), photo)
        if _once_too_often(request, case):
            raise Refused("too_often")
        act(word)
    except (Refused, Invalid, BadFile) as exc:
        if isinstance(exc, Refused) and exc.code not in ASKED_AGAIN:
            return _over(request, case, exc.code)
        kept = signing.dumps(photo, salt=_salt(case)) if photo else ""
        context = {**told(own_case(request, case.reference)), "wrong": exc, "kept": kept}
        at = "photo" if isinstance(exc, BadFile) else "text"
        return render(request, page, {**context, "typed": request.POST, "at": at, "question": TEXT})
    return redirect(reverse("case", kwargs={"reference": case.reference}) + "#added")


def _over(request: HttpRequest, case: Case, code: str) -> HttpResponse:
    """Say why nothing can be sent any more; what was written is there to be copied."""
    written = [request.POST.get("text", "")] if request.POST.get("text", "").strip() else []
    there = reverse("case", kwargs={"reference": case.reference})
    context = {"code": code, "typed": written, "case_page": there}
    return render(request, "kit/error.html", context, status=409)


@public
@require_http_methods(["GET", "POST"])
@led_to_code
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a word or a photo, and add it to a case that is open; of a closed one, its page says what can be done."""
    case = own_case(request, reference)
    if case.closed_at and request.method == "GET":
        return redirect("case", reference=case.reference)
    if request.method == "GET":
        return render(request, "portal/add.html", {**told(case), "typed": {}})

    def act(word: Word) -> None:
        adding.add(
            case_id=case.pk, text=word.text, photo=word.photo, by=RESIDENT, now=timezone.now()
        )

    return _take(request, case, "portal/add.html", act)


@public
@require_http_methods(["GET", "POST"])
@led_to_code
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask what is not right about a closed case, and open it again."""
    case = own_case(request, reference)
    if request.method == "GET":
        context = {**told(case), "typed": {}}
        if not context["reopen"]:
            return render(request, "kit/error.html", {"code": "not_reopenable"}, status=409)
        return render(request, "portal/reopen.html", context)

    def act(word: Word) -> None:
        choosing.reopen(
            case_id=case.pk, text=word.text, photo=word.photo, by=RESIDENT, now=timezone.now()
        )

    return _take(request, case, "portal/reopen.html", act)
