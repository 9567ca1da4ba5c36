"""Reads form.yaml: pages, questions, facts, checks, and what is said where a check stops."""

from collections.abc import Iterator

from doorstep.catalogue import files as f
from doorstep.catalogue.build_question import read_questions, read_wrong
from doorstep.catalogue.checker import (
    Checker,
    check_sentence,
    doubt_sentence,
    read_facts,
    read_values,
    refuse_forgotten,
)
from doorstep.catalogue.problem import Place
from doorstep.catalogue.reading import Source
from doorstep.forms.form import CheckRule, Dispute, Form, LastWords, Page, Stop
from doorstep.forms.rules.errors import nearest, suggest
from doorstep.forms.rules.types import Maybe


def read_form(b: Checker) -> Form:
    """Return the form of form.yaml; its mistakes are kept with the checker's."""
    src, read = b.file("form.yaml", f.FormFile)
    for i, page in enumerate(read.pages):
        if b.unread.is_mended("form.yaml", "pages", i, "asked_only"):
            b.unread.lost.add(page.page)
    asked = [(i, n, q.id) for i, p in enumerate(read.pages) for n, q in enumerate(p.questions)]
    b.later = {name: src.where("pages", i, "questions", n, "id") for i, n, name in asked}
    pages = tuple(_page(b, src, i, p) for i, p in enumerate(read.pages))
    ids = [p.id for p in pages]
    for missing, where in b.ask.items():
        if missing not in ids and not b.unread.is_lost(missing):
            hint = suggest(missing, ids)
            words = f"a rule asks the page `{missing}`, which is not there{hint}"
            b.wrong(where, "no_such_page", words)
    for i, page_id in enumerate(ids):
        where = src.where("pages", i, "page")
        if page_id in OUR_PAGES:
            b.wrong(where, "page_name", f"a page cannot be called `{page_id}`: it is ours")
        if page_id in ids[:i]:
            b.wrong(where, "page_twice", f"two pages are called `{page_id}`")
    _check_stops(b, src, read)
    stops = {}
    for code, s in read.stops.items():
        check_sentence(b, s.say, src.where("stops", code, "say"), {})
        check_sentence(b, s.adviser, src.where("stops", code, "adviser"), {})
        stops[code] = _stop(b, src, code, s, {p.id for p in pages if p.asked_only})
    check_sentence(b, read.sending, src.where("sending"), {})
    sending_when = tuple(_last_words(b, src, read))
    _check_knowledge(b)
    for name in b.forgotten:  # the case does not know it
        b.names.pop(name, None)
    return Form(pages, stops, read.sending, sending_when)


# Pages of a form that are ours, by the ends of their addresses.
OUR_PAGES = ("check", "begin", "continue", "save", "saved", "resume", "all")


def _check_stops(b: Checker, src: Source, read: f.FormFile) -> None:
    """Check that each stop has a sentence, and each sentence a rule that stops with it."""
    used = dict[str, Place]()
    for i, page in enumerate(read.pages):
        for n, check in enumerate(page.check):
            used.setdefault(check.stop, src.where("pages", i, "check", n, "stop"))
    used.pop("", None)
    meant = {nearest(code, read.stops) for code in used if code not in read.stops}
    if b.unread.is_mended("form.yaml", "pages", None, "check"):
        meant |= set(read.stops)
    for code, where in used.items():
        if code not in read.stops and not b.unread.is_lost(code):
            hint = suggest(code, read.stops)
            words = f"the stop `{code}` has no sentence under `stops`{hint}"
            b.wrong(where, "stop_unsaid", words)
    for code in read.stops:
        if code not in (*used, "unavailable", *meant) and not b.unread.is_lost(code):
            b.wrong(src.where("stops", code), "stop_unused", f"no rule stops with `{code}`")


def _check_knowledge(b: Checker) -> None:
    """Check what advisers read beside the form: it names what the form knows by its end."""
    (src, about) = b.file("service.yaml", f.ServiceFile)
    known = about.knowledge
    for n, line in enumerate(known.script if known else ()):
        check_sentence(b, line, src.where("knowledge", "script", n), {})
    for n, asked in enumerate(known.asked if known else ()):
        check_sentence(b, asked.answer, src.where("knowledge", "asked", n, "answer"), {})


def _last_words(b: Checker, src: Source, read: f.FormFile) -> Iterator[LastWords]:
    for n, s in enumerate(read.sending_when):
        check_sentence(b, s.say, src.where("sending_when", n, "say"), {})
        rule = b.rule(s.when, src.where("sending_when", n, "when"))
        if rule:
            refuse_forgotten(b, rule.uses, src.where("sending_when", n, "when"))
            yield LastWords(rule, s.say, s.send)


def _page(b: Checker, src: Source, i: int, p: f.PageFile) -> Page:
    at = ("pages", i)
    when = b.rule(p.when, src.where(*at, "when")) if p.when else None
    for field in ("title", "hint"):
        doubt_sentence(b, getattr(p, field), src.where(*at, field))
        doubt_sentence(b, getattr(p.adviser, field, ""), src.where(*at, "adviser", field))
    questions = read_questions(b, src, p, *at)
    ids = {q.id for q in questions}
    calls = read_facts(b, src, p.facts, *at, may_ask_outside=True)
    values = read_values(b, src, p.values, *at)
    check_sentence(b, p.so_far, src.where(*at, "so_far"), {})
    checks: list[CheckRule] = []
    for n, c in enumerate(p.check):
        where = src.where(*at, "check", n, "when")
        if c.ask:
            b.ask.setdefault(c.ask, src.where(*at, "check", n, "ask"))
        if sum(map(bool, (c.stop, c.ask, c.wrong))) != 1:
            b.wrong(where, "stop_or_ask", "a rule says one of `stop:`, `ask:` and `wrong:`")
        read_wrong(b, src, c, ids, *at, "check", n)
        rule = b.rule(c.when, where)
        if rule:
            refuse_forgotten(b, rule.uses, where)
            checks.append(CheckRule(rule, c.stop, c.ask, c.wrong, c.say))
            if c.stop or c.wrong:
                b.learn(rule.when_false)
            if c.stop:
                b.rested_on |= {c.stop} if rule.when_false else set()
    page = Page(
        id=p.page,
        title=p.title,
        hint=p.hint,
        when=when,
        asked_only=p.asked_only,
        questions=tuple(questions),
        facts=tuple(calls),
        check=tuple(checks),
        unavailable=p.unavailable,
        again=p.again,
        values=tuple(values),
        so_far=p.so_far,
        adviser_title=p.adviser.title if p.adviser else "",
        adviser_hint=p.adviser.hint if p.adviser else "",
    )
    if not page.is_sure:  # further on, its answers may be nothing
        for q in page.questions:
            shape = b.names.get(q.id)
            if shape and not isinstance(shape, Maybe):
                b.names[q.id] = Maybe(shape)
    return page


def _stop(b: Checker, src: Source, code: str, s: f.StopFile, pages: set[str]) -> Stop:
    dispute = None
    if s.dispute:
        where = src.where("stops", code, "dispute")
        if s.dispute.page not in pages and not b.unread.is_lost(s.dispute.page):
            words = f"`{s.dispute.page}` is no page with `asked_only: true`"
            b.wrong(where, "dispute_page", words)
        if code in b.rested_on:
            words = f"later rules rest on `{code}`, so it cannot be disputed"
            b.wrong(where, "dispute", words)
        dispute = Dispute(s.dispute.page, s.dispute.stage, s.dispute.offer)
    for name in ("passes_on", "link"):
        if path := getattr(s, name):
            check_sentence(b, f"{{{path}}}", src.where("stops", code, name), {})
    if s.day:
        check_sentence(b, f"{{{s.day.name}}}", src.where("stops", code, "day"), {})
    advice = dict(s.do.lines) if s.do else {}
    for text in (
        f"{{{s.do.by}}}" if s.do and s.do.by else "",
        *(t for ts in advice.values() for t in ts),
    ):
        check_sentence(b, text, src.where("stops", code, "do"), {})
    free = s.override and code not in b.rested_on
    return Stop(
        code=code,
        say=s.say,
        next=s.next,
        title=s.title,
        dispute=dispute,
        override=free,
        authority=s.authority,
        day=s.day.name if s.day else "",
        day_words=s.day.words if s.day else "",
        do_by=s.do.by if s.do else "",
        do={value: tuple(lines) for value, lines in advice.items()},
        passes_on=s.passes_on,
        link=s.link,
        adviser=s.adviser,
    )
