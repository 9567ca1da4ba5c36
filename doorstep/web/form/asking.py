"""The human route of a stop: a person is asked, with a reference and a date, at any hour; a request like any other."""

import hashlib
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from doorstep.cases.owners import Owner
from doorstep.cases.prefill import in_own_words
from doorstep.cases.values import named, spoken
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid, Typed
from doorstep.forms.rules.types import BOOL
from doorstep.intake import orders, prefill
from doorstep.intake.filling import Filling
from doorstep.signposts import index
from doorstep.web.form.over import over
from doorstep.web.form.session import FormSession, find, go_on
from doorstep.web.kit import limits

# What is filled in here, beside the words.
CONTACT = ("name", "email", "phone")


def anything() -> Service | None:
    """Return the service that takes what fits no other, where residents may ask for it."""
    slug = council.current().anything
    service = catalogue.current(slug) if slug else None
    return service if service and service.is_online else None


def is_offered(session: FormSession) -> bool:
    """Say whether a person can be asked by a button here: staff are persons already."""
    return not session.by.is_staff and anything() is not None


def person(request: HttpRequest, session: FormSession, draft_id: UUID, page: str) -> HttpResponse:
    """Ask what a person shall look at, and make a request of it that says where the form stopped."""
    filling, service = find(session, draft_id), anything()
    if filling is None:
        return over(request, session, draft_id)
    if service is None or session.by.is_staff:
        raise Http404
    if "code" not in filling.draft.decisions.get(page, {}):
        return go_on(session, filling)
    wish = _Wish(request, session, filling, page)
    return _send(wish, service) if request.method == "POST" else _draw(wish, service, {})


def _about(filling: Filling, page: str) -> str:
    """Return where the form stopped, as the person who asks and the one who answers both read it."""
    stop = filling.service.form.stops.get(str(filling.draft.decisions[page]["code"]))
    about, words = filling.service.about, spoken(filling.draft.words)
    said = (about.title, stop.title if stop else "", named(words, about.names))
    return ". ".join(part for part in said if part)


def _asked(service: Service) -> dict[str, Question]:
    """Return the questions that are asked here: the one with most room for words, and how to reach the person."""
    questions = list(service.form.questions.values())
    text = next(q for q in in_own_words(questions) if not q.contact)
    return {"text": text, **{q.contact: q for q in questions if q.contact}}


def _words(question: Question, about: str) -> Question:
    """Return the question as it is asked here: with as much room as where the form stopped leaves."""
    room = kinds.of(question).most_letters(question) - len(about) - 2
    return replace(question, max_length=room, optional=False)


@dataclass
class _Wish:
    """What was written, and where it is drawn again."""

    request: HttpRequest
    session: FormSession
    filling: Filling
    page: str

    @property
    def words(self) -> str:
        """Return what the person wrote."""
        return self.request.POST.get("text", "").strip()

    @property
    def is_urgent(self) -> bool:
        """Say whether it sounds as if someone were in danger, and nobody said that it is not so."""
        return index.is_urgent(self.words) and "calm" not in self.request.POST


def _draw(
    wish: _Wish, service: Service, wrong: dict[str, Invalid], status: int = 200
) -> HttpResponse:
    filling, base = wish.filling, wish.session.address(wish.filling.draft)
    about, asked = _about(filling, wish.page), _asked(service)
    context = {
        "service": filling.service,
        "session": wish.session,
        "questions": {**asked, "text": _words(asked["text"], about)},
        "about": about,
        "back": f"{base}/{wish.page}/stopped",
        "typed": wish.request.POST,
        "wrong": wrong,
        "danger": council.current().emergency if wish.is_urgent else None,
    }
    return render(wish.request, "form/person.html", context, status=status)


def _send(wish: _Wish, service: Service) -> HttpResponse:
    """Make the request; the same words about the same stop are one request, however often they are sent."""
    asked, post = _asked(service), wish.request.POST
    about = _about(wish.filling, wish.page)
    try:
        words = _words(asked["text"], about)
        said = kinds.of(words).clean(words, Typed({words.id: [wish.words]}), ())
    except Invalid as exc:
        return _draw(wish, service, {"text": exc})
    if wish.is_urgent:
        return _draw(wish, service, {})
    if limits.over([limits.person(wish.request, "submit")], 30, 3600):
        return _draw(wish, service, {"text": Invalid("too_often")}, 429)
    text = f"{about}\n\n{said}"
    answers: dict[str, object] = {asked["text"].id: Typed({asked["text"].id: [text]})}
    for part in (c for c in CONTACT if c in asked):
        answers[asked[part].id] = Typed({asked[part].id: [post.get(part, "")]})
    # Nobody who asks for a person is asked again what it may be about.
    rest = {id_: value for (_kind, id_), value in prefill.none_fits(service).items()}
    rest |= {q.id: False for q in service.form.questions.values() if kinds.of(q).type(q) == BOOL}
    counted_by = wish.session.counted_by
    order = orders.Order(
        service, wish.session.channel, answers, otherwise=rest, counted_by=counted_by
    )
    sent = ":".join([wish.page, text, *(post.get(part, "").strip() for part in CONTACT)])
    same = hashlib.sha256(sent.encode()).hexdigest()[:16]
    owner = Owner("made", f"person-{wish.filling.draft.pk}-{same}")
    try:
        case = orders.place(order, owner=owner, by=wish.session.by, now=wish.session.now)
    except orders.AnswersWrong as exc:
        by_id = {q.id: part for part, q in asked.items()}
        wrong = {by_id[w.question.id]: w.invalid for w in exc.wrong if w.question.id in by_id}
        return _draw(wish, service, wrong or {"text": Invalid("missing")})
    except orders.NotTaken:
        return go_on(wish.session, wish.filling)
    return wish.session.done(case)
