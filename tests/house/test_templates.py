"""Templates stay such that they can be reviewed, and no form is without its token against forgery."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 120
ACT = "kit/act.html"
FORM = re.compile(r"<form\b.*?</form>", re.S)
# What a person fills in: fields written out, macros of fields, and the questions of a service.
FIELD = re.compile(
    r"<(textarea|select)\b|<input(?![^>]*type=\"hidden\")"
    r"|govuk(Input|Textarea|Radios|Checkboxes|Select|FileUpload|DateInput|PasswordInput)\("
    r"|day_field\(|include \"(form/questions/|desk/contacts/end_form)"
)
TABLE = re.compile(r"set refusals = \{(.*?)\n\} %\}", re.S)
ENTRY = re.compile(r'^  "(\w+)": \(\s*_\(', re.M)


def templates() -> Iterator[tuple[str, str]]:
    for folder in sorted((ROOT / "doorstep").rglob("templates")):
        for path in sorted(folder.rglob("*.html")):
            yield path.relative_to(folder).as_posix(), path.read_text()


def too_long(name: str, text: str) -> list[str]:
    lines = enumerate(text.splitlines(), 1)
    return [f"{name}:{n}: {len(line)} columns" for n, line in lines if len(line) > COLUMNS]


def only_presses(name: str, text: str) -> list[str]:
    """Return the forms that carry their own token though nothing in them is filled in."""
    forms = [form for form in FORM.findall(text) if "csrf_input" in form]
    bare = [] if name == ACT else [form for form in forms if not FIELD.search(form)]
    said = [f"{name}: use act of {ACT}: {' '.join(form.split())[:80]}" for form in bare]
    outside = text.count("csrf_input") - len(forms)
    return said + ([f"{name}: csrf_input outside a form"] if outside else [])


def untranslated(name: str, text: str) -> list[str]:
    """Return the entries of a screen's table of refusals that are not (a translated sentence, a field)."""
    tables = TABLE.findall(text)
    keys = [key for table in tables for key in re.findall(r'^  "(\w+)":', table, re.M)]
    good = [key for table in tables for key in ENTRY.findall(table)]
    return [f"{name}: {key}" for key in keys if key not in good]


def test_no_line_is_wider_than_a_reviewer_sees() -> None:
    assert [said for name, text in templates() for said in too_long(name, text)] == []


def test_a_form_that_only_presses_a_button_is_the_kits() -> None:
    assert [said for name, text in templates() for said in only_presses(name, text)] == []


def test_every_refusal_of_the_desk_is_translated_and_points_at_a_field() -> None:
    desk = [(name, text) for name, text in templates() if name.startswith("desk/")]
    assert sum("set refusals" in text for _name, text in desk) > 10
    assert [said for name, text in desk for said in untranslated(name, text)] == []


def test_every_refusal_of_the_desk_is_raised_somewhere() -> None:
    raised = {
        code
        for path in (ROOT / "doorstep").rglob("*.py")
        for code in re.findall(r'"([a-z0-9_]+)"', path.read_text())
    }
    raised |= {f"{what}_missing" for what in ("code", "name", "stream")}  # said by one f-string
    listed = {
        (name, key)
        for name, text in templates()
        for table in TABLE.findall(text)
        for key in re.findall(r'^  "(\w+)":', table, re.M)
    }
    assert {(name, key) for name, key in listed if key not in raised} == set()


def test_planted_offences_are_found() -> None:
    long = "<p>" + "x" * COLUMNS + "</p>"
    pressed = '<form method="post">{{ csrf_input }}<input type="hidden" name="a" value="1"></form>'
    typed = '<form method="post">{{ csrf_input }}<input name="a"></form>'
    table = (
        '{% set refusals = {\n  "a": (_("Well"), ""),\n  "b": ("Not", ""),\n  "c": _("Nor")\n} %}'
    )
    assert too_long("a.html", long) == ["a.html:1: 127 columns"]
    assert len(only_presses("a.html", pressed)) == 1 and only_presses("a.html", typed) == []
    assert only_presses("a.html", "{{ csrf_input }}") == ["a.html: csrf_input outside a form"]
    assert untranslated("a.html", table) == ["a.html: b", "a.html: c"]


def test_a_day_has_its_year_once() -> None:
    """`say` adds it where the day is far away; what must always have it says `say(year=true)`."""
    twice = [name for name, text in templates() if re.search(r"\.year\b", text)]
    assert twice == []
