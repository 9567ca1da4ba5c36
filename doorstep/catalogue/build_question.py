"""Reads a question: its kind, its options, what may be wrong with an answer, and which answer asks it."""

from collections.abc import Sequence
from dataclasses import replace

from doorstep.catalogue import files as f
from doorstep.catalogue.checker import Checker, check_sentence, doubt_sentence
from doorstep.catalogue.problem import Place
from doorstep.catalogue.reading import Source
from doorstep.files.file_types import TYPES
from doorstep.forms.form import CheckRule, Question, Reveal
from doorstep.forms.questions.kind import Kind
from doorstep.forms.questions.kinds import KINDS, SEVERAL
from doorstep.forms.rules import patterns
from doorstep.forms.rules.errors import suggest
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import BOOL, DAY, INT, TEXT, Maybe, Plain, fits

# The most files of one question, where it says how many.
MOST_FILES = 10


def read_questions(b: Checker, src: Source, p: f.PageFile, *at: object) -> list[Question]:
    """Return a page's questions; of what is asked several times over, the one whose parts they are."""
    made = (_question(b, src, q, p.title, *at, "questions", n) for n, q in enumerate(p.questions))
    if p.repeat is None:
        questions = [question for question in made if question]
        _reveals(b, src, p, questions, *at)
        return questions
    outer = dict(b.names)  # what a part is called is known in its entry alone
    parts = [part for part in made if part]
    _reveals(b, src, p, parts, *at)
    checks = _entry_check(b, src, p.repeat, {part.id for part in parts}, *at, "repeat", "check")
    b.names = outer
    return _several(b, src, p, parts, checks, *at)


def _several(
    b: Checker,
    src: Source,
    p: f.PageFile,
    parts: Sequence[Question],
    checks: tuple[CheckRule, ...],
    *at: object,
) -> list[Question]:
    repeat = p.repeat
    assert repeat is not None
    where = src.where(*at, "repeat")
    for n, part in enumerate(parts):
        kind, there = KINDS[part.kind], src.where(*at, "questions", n)
        if part.source or part.contact or part.forget or not kind.may_repeat:
            words = f"`{part.id}` cannot be asked several times over: no {part.kind}, no options of a fact, no contact, nothing forgotten"
            b.wrong(there, "repeat_part", words)
    if not parts:
        b.wrong(where, "repeat_empty", "a page that is repeated asks at least one question")
        return []
    question = Question(
        id=repeat.name,
        kind=SEVERAL.name,
        optional=repeat.least == 0,
        short=repeat.short or p.title,
        most=repeat.most,
        parts=tuple(parts),
        entry_check=checks,
        each=repeat.each,
        offer=repeat.offer,
    )
    shape = KINDS[question.kind].type(question)
    b.learn_name(question.id, Maybe(shape) if question.optional else shape)
    return [question]


def _entry_check(
    b: Checker, src: Source, repeat: f.RepeatFile, ids: set[str], *at: object
) -> tuple[CheckRule, ...]:
    """Read what is wrong with one entry; its rules name its own answers, and what was answered before."""
    checks = []
    known = b.known
    for n, c in enumerate(repeat.check):
        where = src.where(*at, n)
        rule = b.rule(c.when, src.where(*at, n, "when"))
        if c.stop or c.ask or not c.wrong:
            b.wrong(where, "entry_check", "a rule of one entry says `wrong:`, and `say:`")
        read_wrong(b, src, c, ids, *at, n)
        if rule and c.wrong in ids:
            checks.append(CheckRule(rule, wrong=c.wrong, say=c.say))
            b.learn(rule.when_false)
    b.known = known
    return tuple(checks)


def read_wrong(b: Checker, src: Source, c: f.CheckFile, ids: set[str], *at: object) -> None:
    """Check a rule that says what is wrong with an answer: of a question of its page, in a sentence."""
    if c.wrong and c.wrong not in ids and not b.unread.is_lost(c.wrong):
        there = ", ".join(sorted(ids)) or "none"
        words = f"`wrong` names a question of the same page; there are: {there}"
        b.wrong(src.where(*at, "wrong"), "wrong_elsewhere", words)
    if bool(c.wrong) != bool(c.say):
        words = "what is wrong with an answer says `wrong:`, the question, and `say:`, the sentence"
        b.wrong(src.where(*at), "wrong_unsaid", words)
    check_sentence(b, c.say, src.where(*at, "say"), {})


def _question(
    b: Checker, src: Source, q: f.QuestionFile, title: str, *at: object
) -> Question | None:
    kind = KINDS.get(q.kind)
    if kind is None or not kind.is_listed:
        there = ", ".join(name for name, one in KINDS.items() if one.is_listed)
        words = f"no question kind `{q.kind}`{suggest(q.kind, KINDS)}; there are: {there}"
        b.wrong(src.where(*at, "kind"), "no_such_kind", words)
        b.unread.lost.add(q.id)
        return None
    source = None
    if isinstance(q.options, str):
        pair = b.call(q.options, src.where(*at, "options"))
        source = pair[0] if pair else None
        if pair and pair[1].private:
            b.wrong(src.where(*at, "options"), "private", f"`{pair[1].name}` is for rules alone")
    options = tuple(q.options.items()) if isinstance(q.options, dict) else ()
    question = Question(
        id=q.id,
        kind=q.kind,
        label=q.label,
        hint=q.hint,
        optional=q.optional,
        optional_for_staff=q.optional_for_staff,
        options=options,
        source=source,
        max_length=q.max_length,
        body=q.body,
        errors=q.errors,
        contact=q.contact,
        short=q.short or q.label or title,
        forget=q.forget,
        types=_types(b, q, kind, src.where(*at, "types")),
    )
    for field in ("label", "hint", "body"):
        doubt_sentence(b, getattr(q, field), src.where(*at, field))
    for code, text in q.errors.items():
        doubt_sentence(b, text, src.where(*at, "errors", code))
    question = _bounded(b, src, q, kind, question, *at)
    if q.forget and (q.contact or kind.nature):
        words = "only what is no contact, no place, photo or slot can be forgotten"
        b.wrong(src.where(*at, "forget"), "forget", words)
    b.contacts |= {q.id} if q.contact else set()
    b.forgotten |= {q.id} if q.forget and q.id not in b.ours else set()
    if kind.asks:
        shape = kind.type(question)
        left_out = question.may_be_left_out or q.revealed_by is not None
        b.learn_name(q.id, Maybe(shape) if left_out else shape)
    return question


def _types(b: Checker, q: f.QuestionFile, kind: Kind, where: Place) -> tuple[str, ...]:
    """Return the types of files that a question takes; keep the problem where there is none such."""
    if not q.types:
        return ()
    if not kind.types(Question(id=q.id, kind=q.kind)):
        b.wrong(where, "file_types", f"`types` is for files, not for `{q.kind}`")
        return ()
    for name in q.types:
        if name not in TYPES:
            words = f"no type of file `{name}`{suggest(name, TYPES)}; there are: {', '.join(TYPES)}"
            b.wrong(where, "file_types", words)
    return tuple(name for name in dict.fromkeys(q.types) if name in TYPES)


def _bounded(
    b: Checker, src: Source, q: f.QuestionFile, kind: Kind, question: Question, *at: object
) -> Question:
    """Return a question with its pattern, its least and its most; keep the problem where its kind has none."""
    shape = kind.type(question)
    wants = next((of for of in (INT, DAY) if fits(shape, of)), None)
    most = None
    if wants is None and q.least is not None:
        words = f"`least` is for numbers, sums and days, not for `{q.kind}`"
        b.wrong(src.where(*at, "least"), "unbounded", words)
    if wants is None and q.most is not None:
        most = _most_files(b, kind, q, src.where(*at, "most"))
    if q.pattern and not (fits(shape, TEXT) and kind.is_typed and not kind.nature):
        words = f"`pattern` is for texts that are typed, not for `{q.kind}`"
        b.wrong(src.where(*at, "pattern"), "pattern", words)
    elif q.pattern and (wrong := patterns.problem(q.pattern)):
        b.wrong(src.where(*at, "pattern"), "pattern", wrong)
    return replace(
        question,
        most=most,
        pattern=q.pattern,
        lowest=_bound(b, q.least, wants, src.where(*at, "least")),
        highest=_bound(b, q.most, wants, src.where(*at, "most")),
    )


def _bound(b: Checker, text: int | str | None, wants: Plain | None, where: Place) -> Rule | None:
    return b.rule(str(text), where, wants) if wants and text is not None else None


def _most_files(b: Checker, kind: Kind, q: f.QuestionFile, where: Place) -> int | None:
    """Return the most of what a question takes several of, such as photos."""
    one = Question(id=q.id, kind=q.kind)
    if kind.most_files(one) < 2:
        b.wrong(
            where, "unbounded", f"`most` is for numbers, sums, days and files, not for `{q.kind}`"
        )
    elif not isinstance(q.most, int) or not 1 <= q.most <= MOST_FILES:
        b.wrong(where, "most_files", f"`most` is a whole number from 1 to {MOST_FILES}")
    else:
        return q.most
    return None


def _reveals(
    b: Checker, src: Source, p: f.PageFile, questions: list[Question], *at: object
) -> None:
    """Read which answers ask a question that another reveals; it stands behind that, and reveals none itself."""
    before: dict[str, Question] = {}
    for n, q in enumerate(p.questions):
        here = next((i for i, one in enumerate(questions) if one.id == q.id), None)
        if here is None:
            continue
        if q.revealed_by:
            where = src.where(*at, "questions", n, "revealed_by")
            by = before.get(q.revealed_by.question)
            if reveal := _reveal(b, q.revealed_by, by, sorted(before), where):
                questions[here] = replace(questions[here], revealed_by=reveal)
            if q.contact:
                b.wrong(where, "reveal", "how to reach somebody is always asked")
        else:
            before[q.id] = questions[here]


def _reveal(
    b: Checker, r: f.RevealFile, by: Question | None, there: list[str], where: Place
) -> Reveal | None:
    """Return what reveals a question; keep the problem where that is no choice, or has no such answer."""
    if by is None:
        names = ", ".join(there) or "none"
        words = f"`{r.question}` is no question above it on this page that is always asked; there are: {names}"
        b.wrong(where, "reveal", words)
        return None
    kind = KINDS[by.kind]
    listed = [value for value, _ in kind.listed(by)]
    if fits(kind.type(by), BOOL):
        listed = ["yes", "no"]
    if by.source is not None or not listed:
        b.wrong(where, "reveal", f"`{by.id}` is no choice whose options the form lists")
        return None
    given = [{True: "yes", False: "no"}.get(v, v) if isinstance(v, bool) else v for v in r.answers]
    for value in given:
        if value not in listed:
            words = f"`{value}` is no answer to `{by.id}`; there are: {', '.join(listed)}"
            b.wrong(where, "reveal", words)
    return Reveal(by.id, tuple(str(value) for value in given))
