"""Takes what was sent for a page of a form, and says where to go on."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render

from doorstep.cases import drafts
from doorstep.cases.values import home_of, of_nature
from doorstep.council.errors import Refused
from doorstep.files import papers, photos
from doorstep.files.errors import BadFile
from doorstep.forms.facts import asked_by
from doorstep.forms.form import Page, Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid, Posted
from doorstep.forms.rules.parse import path_of
from doorstep.intake import prefill
from doorstep.intake.filling import Entries, Filling, Mistaken
from doorstep.places import queries as places
from doorstep.web.form import counting, helping, passing_on
from doorstep.web.form.over import BUTTONS
from doorstep.web.form.render import render_page
from doorstep.web.form.session import FormSession
from doorstep.web.kit import limits, uploads

# Of a field for one photo: the last that was sent is kept, as a browser would send one alone.
AT_ONCE = 5
# How often days are chosen from one address in an hour: a library has many readers behind one.
HOLDS_AN_HOUR = 30
# Buttons that leave a page as it is, and where they lead.
LEAVES = {"save": "save", "help": "help/code", "link": "go-on/link", "longer": ""}
# Letters of a page that are kept as typed, right or wrong; no page of ours takes so many.
MOST_TYPED = 50_000


def receive(
    request: HttpRequest, session: FormSession, filling: Filling, here: Page
) -> HttpResponse:
    """Take a page's answers and lead on, or draw the page again with what is wrong."""
    posted = request.POST.copy()
    forget_old_choice(here, posted)
    if "find" in posted and kinds.of(here.questions[0]).has_own_page:
        return _find_home(request, session, filling, here, posted)
    if "find" in posted:  # a place by its name: the page shows what was found
        over = not session.by.is_staff and limits.over(
            [limits.person(request, "postcode")], 60, 600
        )
        often = {str(posted["find"]): Invalid("too_many")} if over else {}
        return render_page(request, session, filling, here, often, posted)
    entries = entries_of(request, filling, here, posted)
    if asked := next((name for name in LEAVES if name in posted), ""):
        # Right or wrong, the page waits as it was left.
        if not _keep_typed(filling, here, posted):
            return render_page(request, session, filling, here, entries.wrong, posted)
        return leave(request, session, filling, here, asked)
    if posted.get("add") in {q.id for q in here.questions}:
        return _add_files(request, session, filling, here, entries, posted)
    if entries.wrong:
        counting.wrong(filling.draft, here.id, entries.wrong.items(), session.now)
        if request.FILES:  # they are not sent again: the form holds them, and shows them
            _keep_typed(filling, here, posted)
        return render_page(request, session, filling, here, entries.wrong, posted)
    if _too_many_holds(request, session, here):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    if _asks_of_home(filling, here) and _too_often(request, session, filling, entries):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    if "update" in posted:
        with asked_from(request, session):
            return _suppose(request, session, filling, here, entries, posted)

    def again(wrong: dict[str, Invalid]) -> HttpResponse:
        return render_page(request, session, filling, here, wrong, posted)

    return answer_page(request, session, filling, here, entries, again)


def _add_files(
    request: HttpRequest,
    session: FormSession,
    filling: Filling,
    here: Page,
    entries: Entries,
    posted: QueryDict,
) -> HttpResponse:
    """Keep the files that came for a question, and draw the page again for more; all else on it waits as it was typed."""
    name = str(posted["add"])
    wrong = {q: invalid for q, invalid in entries.wrong.items() if q == name}
    if not _keep_typed(filling, here, posted) or wrong:
        return render_page(request, session, filling, here, wrong, posted)
    return redirect(f"{session.address(filling.draft)}/{here.id}")


def _suppose(
    request: HttpRequest,
    session: FormSession,
    filling: Filling,
    here: Page,
    entries: Entries,
    posted: Posted,
) -> HttpResponse:
    """Draw a page as if these were its answers: nothing is kept, so that it never overtakes an answer."""
    try:
        filling.suppose(here, entries)
    except Mistaken as exc:
        return render_page(request, session, filling, here, exc.wrong, posted)
    return render_page(request, session, filling, here, {}, posted)


def leave(
    request: HttpRequest,
    session: FormSession,
    filling: Filling,
    here: Page,
    asked: str,
    fields: Mapping[str, list[str]] | None = None,
) -> HttpResponse:
    """Lead to where a button goes that leaves a page as it is; `fields`, where some are given, are kept before."""
    if fields is not None and not is_too_much(fields):
        drafts.keep_typed(draft=filling.draft, page=here.id, fields=dict(fields), now=filling.now)
    if asked == "longer":
        return longer(session, filling, here.id)
    if asked == "help":
        return helping.make_code(request, session, filling)
    return redirect(f"{session.address(filling.draft)}/{LEAVES[asked]}")


def answer_page(
    request: HttpRequest,
    session: FormSession,
    filling: Filling,
    here: Page,
    entries: Entries,
    again: Callable[[dict[str, Invalid]], HttpResponse],
) -> HttpResponse:
    """Answer a page and lead on; `again` draws it with what is wrong by a rule of the form."""
    try:
        with asked_from(request, session):
            return _answer(session, filling, here, entries)
    except Mistaken as exc:
        counting.wrong(filling.draft, here.id, exc.wrong.items(), session.now)
        if request.FILES:
            _keep_typed(filling, here, request.POST.copy())
        return again(exc.wrong)


def asked_from(request: HttpRequest, session: FormSession) -> AbstractContextManager[None]:
    """Say from which address facts are asked for: limits of an outside system know it; staff are known by name."""
    return asked_by() if session.by.is_staff else asked_by("", ("address", limits.address(request)))


def is_too_much(fields: Mapping[str, list[str]]) -> bool:
    """Say whether more was typed than any page of ours takes: it is not kept."""
    return sum(len(text) for texts in fields.values() for text in texts) > MOST_TYPED


def _keep_typed(filling: Filling, here: Page, posted: QueryDict) -> bool:
    """Keep a page as it was typed, and say whether that was done: not where it is more than any page takes."""
    fields = {k: posted.getlist(k) for k in posted if k not in BUTTONS}
    if is_too_much(fields):
        return False
    counting.started(filling.draft, here.id, filling.now, filling.draft.updated_at)
    drafts.keep_typed(draft=filling.draft, page=here.id, fields=fields, now=filling.now)
    return True


def longer(session: FormSession, filling: Filling, page: str) -> HttpResponse:
    """Keep the person's day longer, because they ask for it, and lead back to the page where they were."""
    draft, before = filling.draft, filling.draft.held_until
    try:
        drafts.keep_longer(draft=draft, by=filling.by, now=session.now)
    except Refused:
        return slot_gone(session, filling)
    came = "longest" if before and draft.held_until == before else "longer"
    return HttpResponseRedirect(f"{session.address(draft)}/{page}?held={came}")


def forget_old_choice(here: Page, posted: QueryDict) -> None:
    """Take out the place or address that was chosen before another was looked for: it would be sent unseen."""
    for question in here.questions:
        typed = posted.get(f"{question.id}-typed", "").strip()
        anew = (
            posted.get("find") == question.id
            or typed != posted.get(f"{question.id}-found", "").strip()
        )
        if kinds.of(question).nature in ("spot", "anywhere") and typed and anew:
            posted.setlist(question.id, [])


def entries_of(request: HttpRequest, filling: Filling, here: Page, posted: QueryDict) -> Entries:
    """Return a page's answers, their words, and what is wrong, each by its question."""

    def fields(question: Question) -> Posted:
        _keep_files(request, filling, question, posted)
        return posted

    return filling.read(here, fields)


def _keep_files(
    request: HttpRequest, filling: Filling, question: Question, posted: QueryDict
) -> None:
    """Keep photos and papers that came with the form; their names take the question's place. Raises Invalid."""
    kind, files = kinds.of(question), request.FILES.getlist(f"{question.id}-file")
    most, types = kind.most_files(question), kind.types(question)
    if not most:
        return
    limit = most if most > 1 else AT_ONCE
    if len(files) > limit:  # before any is looked at
        raise Invalid("files_most" if types else "photos_most", most=limit)
    before = posted.getlist(question.id)
    if types:
        before = [*dict.fromkeys(filter(None, before))]
    # Of a paper in which something was found, its kind says so.
    still = [*papers.of(before)] if types else [n for n in before if not n or photos.path_of(n)]
    posted.setlist(question.id, still)
    names, refused = _keep_all(request, filling, files, types)
    for field, values in kind.with_files(question, posted, names).items():
        posted.setlist(field, values)
    if refused:
        raise Invalid(refused.code, **refused.values) from refused
    if len(still) < len(before):  # swept away while the page lay open
        raise Invalid("file_gone" if types else "photo_gone")


def _keep_all(
    request: HttpRequest, filling: Filling, files: list[Any], types: tuple[str, ...]
) -> tuple[list[str], BadFile | None]:
    """Keep what can be kept; return the names, and the first refusal. What is wrong with one keeps out no other."""
    names: list[str] = []
    refused: BadFile | None = None
    for file in files:
        try:
            names.append(_keep(request, filling, file, types))
        except BadFile as exc:
            refused = refused or exc
            if exc.code in ("photo_busy", "file_busy"):  # each of the others would wait as long
                break
    return names, refused


def _keep(request: HttpRequest, filling: Filling, file: Any, types: tuple[str, ...]) -> str:
    """Keep a photo, or a paper of some types, and return its name; what staff send for others is not counted. Raises BadFile."""
    if filling.by.is_staff:
        return (
            papers.take(file, types=types, now=filling.now)
            if types
            else photos.take(file, now=filling.now)
        )
    if types:
        of = str(filling.draft.pk)
        return uploads.take_paper(request, file, types=types, of=of, now=filling.now)
    return uploads.take(request, file, of=str(filling.draft.pk), now=filling.now)


def _answer(session: FormSession, filling: Filling, here: Page, entries: Entries) -> HttpResponse:
    stood = counting.before(filling.draft, here)
    try:
        decision = filling.answer(here, entries)
    except Refused as exc:
        if exc.code != "slot_gone":
            raise
        return slot_gone(session, filling)
    counting.answered(filling.draft, stood, decision, session.now)
    if to := prefill.leads_to(filling, decision):
        return passing_on.pass_on(session, filling.draft, to)
    base, following = session.address(filling.draft), filling.next_open()
    if decision.stops:
        return HttpResponseRedirect(f"{base}/{here.id}/stopped")
    return HttpResponseRedirect(f"{base}/{following.id if following else 'check'}")


def _asks_of_home(filling: Filling, here: Page) -> bool:
    """Say whether a page's facts are about a home; what is only worked out may be worked out often."""
    homes = {q.id for q in of_nature(filling.service, "home")}
    return any(path_of(arg) in homes for _, call in here.facts for arg in call.args)


def _too_many_holds(request: HttpRequest, session: FormSession, here: Page) -> bool:
    """Limit how often a day is chosen from one address: one person, however many browsers, empties no calendar."""
    chooses = any(kinds.of(q).nature == "slot" for q in here.questions)
    if session.by.is_staff or not chooses:
        return False
    return limits.over([limits.person(request, "hold")], HOLDS_AN_HOUR, 3600)


def slot_gone(session: FormSession, filling: Filling) -> HttpResponse:
    """Lead to the page that asks for a day, which says that the one chosen is gone; all else is kept."""
    question = of_nature(filling.service, "slot")[0]
    drafts.drop_answer(draft=filling.draft, question=question.id)
    page = next(p for p in filling.service.form.pages if question in p.questions)
    return HttpResponseRedirect(f"{session.address(filling.draft)}/{page.id}?gone=1")


def _too_often(
    request: HttpRequest, session: FormSession, filling: Filling, entries: Entries
) -> bool:
    """Limit a person's look-ups, and those of one home: what a crew recorded is nobody's to collect."""
    if session.by.is_staff:
        return False
    home = home_of(filling.service, {**filling.draft.answers, **entries.given})
    whose = [limits.person(request, "look-up"), limits.at_home(request, home or "")]
    return limits.over(whose, 60, 3600)


def find_postcode(request: HttpRequest, session: FormSession, posted: Posted) -> str:
    """Return the postcode that was sent, as it stands in an address; raises Refused where it is none, or for too many."""
    if not session.by.is_staff and limits.over([limits.person(request, "postcode")], 60, 600):
        raise Refused("too_many")
    return places.tidy_postcode(posted.get("postcode") or "")


def _find_home(
    request: HttpRequest,
    session: FormSession,
    filling: Filling,
    here: Page,
    posted: Posted,
) -> HttpResponse:
    """Take a postcode; it may stand in the address of the page, so that back and refresh work."""
    field = here.questions[0].id
    try:
        postcode = find_postcode(request, session, posted)
    except Refused as exc:
        code = exc.code if (posted.get("postcode") or "").strip() else "postcode_missing"
        faults = {field: Invalid(code)}
        counting.wrong(filling.draft, here.id, faults.items(), session.now)
        return render_page(request, session, filling, here, faults, posted)
    return HttpResponseRedirect(session.homes(filling.draft, here.id, postcode))
