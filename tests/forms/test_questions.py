"""Every kind of question gives back what it took: from fields to answer, to words, to fields on a page."""

from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import RequestFactory
from jsonschema_rs import is_valid

from doorstep.cases.values import from_json, to_json
from doorstep.catalogue.words import say
from doorstep.forms.form import Page, Question
from doorstep.forms.questions.kind import Example, Invalid, Kind, Option, Typed
from doorstep.forms.questions.kinds import KINDS

OPTIONS = (("a", "Apples <b>"), ("b", "Pears"))
DAYS = (("N/2026-12-01", "Tuesday 1 December"), ("-2026-12-02", "No room left"))
PLACES = (Option("street:1", "Mill Lane, Coalville", inside=True, lat=52.7, lon=-1.4),)
HOMES = (Option("100", "1 Mill Lane", line1="1 Mill Lane", town="Coalville", postcode="LE67 3FJ"),)
EXAMPLES = [
    pytest.param(kind, example, id=f"{kind.name}-{n}")
    for kind in KINDS.values()
    for n, example in enumerate(kind.examples)
]


def options_of(kind: Kind) -> tuple[tuple[str, str], ...]:
    """What may be chosen of a kind: days of a slot, a place, fruit otherwise."""
    if kind.nature == "spot":
        return PLACES
    if kind.nature == "anywhere":
        return HOMES
    return DAYS if kind.nature == "slot" else OPTIONS


def as_json(answer: Any) -> Any:
    """An answer as a program sends it: days as texts, a slot by its id."""
    if isinstance(answer, dict):
        return answer.get("id", answer)
    return answer.isoformat() if isinstance(answer, date) else answer


class Fields(HTMLParser):
    """Reads the fields of a form as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent, self.area, self.select = Typed(), "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "textarea":
            self.area = name
            self.sent[name] = [""]
        if tag == "select":
            self.select = name
        if tag == "option" and "selected" in given:
            self.sent[self.select] = [given.get("value") or ""]
        chosen = given.get("type") not in ("radio", "checkbox") or "checked" in given
        if tag == "input" and name and chosen and given.get("type") != "file":
            self.sent.setdefault(name, []).append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


def drawn(question: Question, typed: Typed) -> str:
    page = Page(id="p", title="Page", questions=(question, Question("other", "information")))
    return drawn_page(page, typed)


def drawn_page(page: Page, typed: Typed) -> str:
    question = page.questions[0]
    context: dict[str, Any] = {
        "page": page,
        "typed": typed,
        "options": {"q": options_of(KINDS[question.kind])},
        "wrong": {},
        "service": {"slug": "service"},
        "session": None,
        "back": "/",
    }
    request = RequestFactory().get("/")
    request.csp_nonce = ""  # type: ignore[attr-defined]
    return str(get_template("form/page.html").render(context, request))


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_an_example_gives_its_answer_and_comes_back_from_the_page(
    kind: Kind, example: Example
) -> None:
    question = Question("q", kind.name, "Label")
    sent = Typed({f"q{suffix}": values for suffix, values in example.sent.items()})
    if example.refused:
        with pytest.raises(Invalid, match=f"^{example.refused}$") as caught:
            kind.clean(question, sent, options_of(kind))
        macros = get_template("form/sentences.html").template.module
        said = macros.sentence(question, caught.value)
        assert said.strip() not in ("", "Check this answer")
        return
    answer = kind.clean(question, sent, options_of(kind))
    assert answer == example.answer
    assert from_json(to_json(answer)) == answer
    assert say(kind.show(question, answer, options_of(kind)))
    filled = kind.fill(question, answer)
    assert kind.clean(question, filled, options_of(kind)) == answer
    if not kind.has_own_page:  # its page has a form of its own; the journey walks it
        again = Fields(drawn(question, filled)).sent
        assert kind.clean(question, again, options_of(kind)) == answer


@pytest.mark.parametrize(
    "kind", [k for k in KINDS.values() if k.asks and k.is_listed], ids=lambda k: k.name
)
def test_an_optional_question_may_stay_unanswered(kind: Kind) -> None:
    assert any(not e.refused for e in kind.examples) and any(e.refused for e in kind.examples)
    assert (
        kind.clean(Question("q", kind.name, "Label", optional=True), Typed(), options_of(kind))
        is None
    )
    assert say(kind.show(Question("q", kind.name), None, options_of(kind))) == ""


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_an_answer_as_json_fits_its_schema_and_comes_in(kind: Kind, example: Example) -> None:
    if example.refused or kind.nature in (
        "photos",
        "files",
        "home",
    ):  # not as JSON; a UPRN, not these
        return
    question = Question("q", kind.name, "Label", options=options_of(kind))
    value = as_json(example.answer)
    assert is_valid(kind.schema(question), value)
    assert kind.clean(question, kind.read(question, value), options_of(kind)) == example.answer


@pytest.mark.parametrize(
    "kind", [k for k in KINDS.values() if k.asks and k.is_listed], ids=lambda k: k.name
)
def test_an_answer_of_another_type_is_refused(kind: Kind) -> None:
    question = Question("q", kind.name, "Label", options=options_of(kind))
    whole = () if kind.schema(question).get("type") == "integer" else (1,)
    for value in (*whole, 1.5, {"a": "b"}, [1], [["a"]]):
        assert not is_valid(kind.schema(question), value)
        with pytest.raises(Invalid, match="^(wrong_type|not_as_json)$"):
            kind.read(question, value)


def test_a_day_as_json_is_a_day_of_the_calendar() -> None:
    kind, question = KINDS["date"], Question("q", "date", "Label")
    for value in (
        "2026-02-30",
        "20261203",
        "2026-12-3",
        "٢٠٢٦-12-03",
        "2026-12-03\n",
    ):
        with pytest.raises(Invalid, match="^not_a_date$"):
            kind.clean(question, kind.read(question, value), ())
    for value in ("1899-12-31", "2200-01-01", "9999-12-31"):
        with pytest.raises(Invalid, match="^date_unusable$"):
            kind.clean(question, kind.read(question, value), ())


def test_who_was_born_tomorrow_or_too_long_ago_is_refused_today() -> None:
    kind, question = KINDS["date_of_birth"], Question("q", "date_of_birth", "Date of birth")
    today = date(2026, 11, 28)
    for born in (today, date(1980, 3, 31), date(1905, 11, 29)):
        kind.fits(question, born, today)
    for born, code in ((date(2026, 11, 29), "born_later"), (date(1905, 11, 28), "born_before")):
        with pytest.raises(Invalid, match=f"^{code}$") as caught:
            kind.fits(question, born, today)
        macros = get_template("form/sentences.html").template.module
        assert "Date of birth" in macros.sentence(question, caught.value)
        assert kind.anchor(question, caught.value) == "q-year"


@pytest.mark.parametrize("label", ["", "Page", "A label of its own"])
@pytest.mark.parametrize(
    "kind", [k for k in KINDS.values() if k.asks and k.is_listed], ids=lambda k: k.name
)
def test_no_label_and_no_hint_is_swallowed(kind: Kind, label: str) -> None:
    question = Question("q", kind.name, label, hint="The question’s hint", short="Short")
    page = Page(id="p", title="Page", hint="Only our officers read this", questions=(question,))
    text = drawn_page(page, Typed())
    # The label of an address is that of its second part, the homes found.
    label = "" if kind.has_own_page else label
    for words in ("Page", label, "The question’s hint", "Only our officers read this"):
        assert words in text, words
    assert text.count("<h1") == 1


@pytest.mark.parametrize(
    ("label", "short"), [("", ""), ("What is it?", ""), ("", "Thing"), ("Thing", "")]
)
@pytest.mark.parametrize("code", ["too_long", "one_line"])
def test_every_error_has_its_subject(label: str, short: str, code: str) -> None:
    macros = get_template("form/sentences.html").template.module
    question = Question("q", "text", label, short=short)
    said = str(macros.sentence(question, Invalid(code, most=3, over=1))).strip()
    assert said.startswith("Thing must be" if "Thing" in (label, short) else "Your answer must be")


PROGRAMS = [
    ("number", "1,200", 1200),
    ("vehicle_registration", "ab12 cde", "AB12CDE"),
    ("national_insurance", "AB 12 34 56 C", "AB123456C"),
    ("date_of_birth", "1980-03-31", date(1980, 3, 31)),
    ("declaration", "true", True),
    ("declaration", "false", "missing"),
    ("organisation", "Acorn Ltd", {"name": "Acorn Ltd", "company": "", "charity": ""}),
    (
        "organisation",
        "Oak, Elm and Ash Ltd, 01234567, 1234567",
        {"name": "Oak, Elm and Ash Ltd", "company": "01234567", "charity": "1234567"},
    ),
    ("organisation", "01234567", {"name": "01234567", "company": "", "charity": ""}),
    ("organisation", ", ,", "missing"),
    (
        "uk_address",
        "Flat 2, 10 Mill Lane, Leeds LS1 4AP",
        {
            "line1": "Flat 2",
            "line2": "10 Mill Lane",
            "town": "Leeds",
            "county": "",
            "postcode": "LS1 4AP",
            "uprn": "",
        },
    ),
    (
        "uk_address",
        "10 Mill Lane, Leeds, ls14ap",
        {
            "line1": "10 Mill Lane",
            "line2": "",
            "town": "Leeds",
            "county": "",
            "postcode": "LS1 4AP",
            "uprn": "",
        },
    ),
    ("uk_address", "LS1 4AP", "address_part"),
    ("uk_address", "Leeds", "address_part"),
    ("uk_address", ",,,", "missing"),
    ("signature", "Ann Example", {"name": "Ann Example", "strokes": ""}),
]


@pytest.mark.parametrize(("name", "sent", "becomes"), PROGRAMS)
def test_a_programs_text_is_read(name: str, sent: str, becomes: object) -> None:
    kind, question = KINDS[name], Question("q", name, "Label")
    fields = kind.from_program(question, [sent])
    if isinstance(becomes, str) and becomes not in ("AB12CDE", "AB123456C"):
        with pytest.raises(Invalid, match=f"^{becomes}$"):
            kind.clean(question, fields, options_of(kind))
        return
    assert kind.clean(question, fields, options_of(kind)) == becomes
    with pytest.raises(Invalid, match="^one_value$"):
        kind.from_program(question, [sent, sent])


def test_no_other_words_are_agreed_to_than_those_beside_the_box() -> None:
    kind = KINDS["declaration"]
    before, now = (Question("q", kind.name, "Label", body=b) for b in ("It is true", "It is mine"))
    assert kind.clean(before, kind.fill(before, True), ()) is True
    with pytest.raises(Invalid, match="^declaration_changed$"):
        kind.clean(now, kind.fill(before, True), ())
    assert "checked" not in drawn(now, kind.fill(before, True))
    assert "checked" in drawn(now, kind.fill(now, True)) and "It is mine" in drawn(now, Typed())


def test_of_a_signature_only_lines_are_given_back() -> None:
    kind, question = KINDS["signature"], Question("q", "signature", "Label")
    assert kind.drawn({"name": "Ann", "strokes": "M1 2L3 4"}) == "M1 2L3 4"
    for strokes in ("M1 2", 'M1 2L3 4"/><script>', "url(x)", "M1 2L3 4000", "M٣ 2L3 4"):
        assert kind.drawn({"name": "Ann", "strokes": strokes}) == ""
        assert strokes not in drawn(question, Typed({"q-strokes": [strokes]}))
    assert kind.drawn(None) == "" == KINDS["text"].drawn("M1 2L3 4")


@pytest.mark.parametrize(
    "name", ["national_insurance", "date_of_birth", "uk_address", "signature", "organisation"]
)
def test_what_is_personal_is_never_shown_nor_repeated(name: str) -> None:
    assert KINDS[name].shown == "" and KINDS[name].is_typed
