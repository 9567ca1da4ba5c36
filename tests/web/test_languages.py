"""Words in any language: Welsh for one service, and a pseudo-language that finds what was forgotten."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from babel.messages.pofile import read_po
from django.utils import timezone
from django.utils.translation import ngettext

from doorstep.cases import deciding, forgetting
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import build_all
from doorstep.catalogue.errors import DefinitionError
from doorstep.council import queries as council
from doorstep.council import spoken
from doorstep.messages import actions as messages
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.outside.secret import hashed
from doorstep.reports import actions
from doorstep.staff.actor import SYSTEM
from doorstep.staff.models import StaffUser
from doorstep.waste import actions as waste
from doorstep.waste import notes
from doorstep.waste.models import BinNote, MovedDay, Round, Suspension
from doorstep.web.kit import visitor
from tests.form_client import FormClient
from tests.pseudo import forgotten
from tests.publishing import publish_library
from tests.streets import Streets

ROOT = Path(__file__).resolve().parents[2]
BASE = "/services/missed-bin"
# What a message said, in the story of a case at the desk.
MESSAGE = re.compile(r'<div class="desk-story__message.*?</details>', re.DOTALL)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def welsh() -> FormClient:
    client = FormClient()
    assert client.get(f"/language/cy?next={BASE}")["Location"] == BASE
    return client


def report(client: FormClient, box: Any) -> Case:
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    client.post(f"{BASE}/contact", {"name": "", "email": "ann@resident.example", "phone": ""})
    client.post(f"{BASE}/check")
    return Case.objects.latest("id")


def log(district: Any, number: int) -> None:
    waste.record_log(
        event_id=uuid4(),
        container_id=str(district.boxes[number].pk),
        reason="not_out",
        note="",
        photo="",
        by=SYSTEM,
        now=timezone.now(),
    )


def test_a_welsh_journey_and_staff_who_read_english(district: Any) -> None:
    client = welsh()
    start = text(client.get(BASE))
    assert '<html lang="cy"' in start and "Adrodd am fin a fethwyd" in start
    assert 'lang="en" hreflang="en">English</a>' in start
    client.post(f"{BASE}/begin")
    box = district.boxes[0]
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    assert "Bin du (sbwriel)" in text(client.get(f"{BASE}/bin"))
    assert "Dewiswch y bin" in text(client.post(f"{BASE}/bin", {}))
    case = report(client, box)
    assert case.language == "cy" and case.words["container"] == "Black bin (rubbish)"
    page = text(client.get(f"/case/{case.reference}"))
    assert "Bin du (sbwriel)" in page and "Gyda’r criw" in page
    with council.speaking("cy"):
        from doorstep.catalogue.words import say

        due = say(case.due_on)
    assert due.startswith("Dydd ") and due in page
    message = Message.objects.get()
    assert message.subject.startswith("Bin a fethwyd") and "Bin du" in message.body
    assert due in message.body
    officer = FormClient()
    who = StaffUser.objects.get(username="officer")
    officer.force_login(who, "django.contrib.auth.backends.ModelBackend")
    officer.cookies["doorstep_language"] = "cy"
    desk = text(officer.get(f"/desk/cases/{case.reference}"))
    # What was written to them stands there as they read it, and says its language.
    told, desk = "".join(MESSAGE.findall(desk)), MESSAGE.sub("", desk)
    assert "Black bin (rubbish)" in desk and "With the crew" in desk and "Bin du" not in desk
    assert 'lang="cy"' in told and "Bin du" in told


def test_plurals_follow_the_language(district: Any) -> None:
    from doorstep.catalogue.words import fill

    said = "{n:working_days}, {m:days}"
    assert fill(said, {"n": 1, "m": 2}) == "1 working day, 2 days"
    with council.speaking("cy"):
        assert fill(said, {"n": 2, "m": 3}) == "2 ddiwrnod gwaith, 3 diwrnod"


def test_what_is_not_translated_falls_back_to_the_councils_own(district: Any) -> None:
    with council.speaking("cy"):
        service = catalogue.current("missed-bin")
        assert service is not None
        assert service.workflow.stages["with_crew"].label == "Gyda’r criw"
        assert service.workflow.decisions["close"] == "Close with a reason"
    with council.speaking("fr"):
        service = catalogue.current("missed-bin")
        assert service is not None and service.about.title == "Report a missed bin"


def test_a_mistake_in_any_language_names_its_file_and_line(district: Any) -> None:
    contents = catalogue.read_folder(council.home() / "services" / "missed-bin")
    for file, old, new, says in (
        (
            "form.yaml",
            "cofnododd ein criw {logs.first.words}",
            "{logs.first.word}",
            "logs.first.word",
        ),
        (
            "form.yaml",
            "tan ddiwedd {report_by}",
            "tan ddiwedd {report_by:week_days}",
            "week_days",
        ),
        ("messages/received.cy.md", "{container_words}", "{container_word}", "container_word"),
    ):
        assert old in contents[file]
        with pytest.raises(DefinitionError) as caught:
            build_all({**contents, file: contents[file].replace(old, new)})
        about = [p for p in map(str, caught.value.problems) if says in p]
        assert about and re.match(rf"{re.escape(file)}:\d+:", about[0]), caught.value.problems


def test_an_unknown_language_or_an_address_elsewhere_is_refused(district: Any) -> None:
    client = FormClient()
    assert client.get("/language/xx").status_code == 404
    assert client.get("/language/cy?next=https://evil.example/")["Location"] == "/"
    client.cookies["doorstep_language"] = "xx"
    assert '<html lang="en"' in text(client.get("/"))


def test_every_text_of_residents_pages_has_its_welsh(tmp_path: Path) -> None:
    mapping = tmp_path / "residents.cfg"
    mapping.write_text(
        "[jinja2: doorstep/web/portal/templates/**.html]\n[jinja2: doorstep/web/kit/templates/**.html]\n"
    )
    pot = tmp_path / "residents.pot"
    pybabel = str(Path(sys.executable).parent / "pybabel")
    command = [pybabel, "-q", "extract", "-F", str(mapping), "-o", str(pot), "."]
    subprocess.run(command, cwd=ROOT, check=True)
    with (ROOT / "locale" / "cy" / "LC_MESSAGES" / "django.po").open("rb") as file:
        known = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(file) if m.string}
    with pot.open("rb") as file:
        wanted = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(file) if m.id}
    assert len(wanted) > 100
    assert wanted - known == set(), "run `make words`, then translate"


def test_the_pseudo_language_finds_a_sentence_that_was_forgotten() -> None:
    page = "<p>⟦All is well⟧ 12 Mill Lane</p><p aria-label='Forgotten'>This is not</p>"
    assert forgotten(page) == ["Forgotten", "This is not"]


def bin_pages(get: Any, post: Any, of: Round) -> Iterator[tuple[str, Any]]:
    """Look at bin days when all is well, then delayed, suspended and moved."""
    for query in ("", "?postcode=", "?postcode=zzz", "?postcode=SW1A 1AA", "?postcode=LE67 3FJ"):
        yield get(f"/bins{query}")
    for path in ("/bins/1001", "/bins/9", "/bins/snippet", "/bins/1001/note"):
        yield get(path)
    yield post("/bins/1001/note", email="")
    yield post("/bins/1001/note", email="ann@resident.example")
    note = BinNote.objects.get()
    key = Message.objects.get(name="bin-confirm").key
    link = f"/bins/note/confirm/{messages.token_of(key)}"
    stop = f"/bins/note/stop/{messages.token_of(f'bin-note:{note.pk}')}"
    yield get(link)
    yield post(link)
    yield get(stop)
    yield post(stop)
    now = timezone.now()
    day, until = of.anchor + timedelta(weeks=2), now + timedelta(hours=9)
    said = spoken.dress("typed by Ann")
    waste.delay_round(
        round_code=of.code, day=of.anchor, until=until, sentence=said, by=SYSTEM, now=now
    )
    off = Suspension.objects.create(stream="refuse", first=day, last=day)
    moved = MovedDay.objects.create(day=day + timedelta(weeks=2), to=day + timedelta(days=15))
    name, answer = get("/bins/1001")
    waste.end_delay(round_code=of.code, day=of.anchor, by=SYSTEM, now=now)
    off.delete()
    moved.delete()
    yield f"changed {name}", answer


def client_key(client: FormClient) -> str:
    return hashed(client.cookies[visitor.cookie()].value.rsplit(":", 1)[0])


# A service and an authority, danger, and nothing that fits.
OWN_WORDS = ("⟦my bin was not emptied⟧", "⟦a pothole, and someone is in danger⟧", "⟦zebra zebra⟧")


def pages(district: Any) -> Iterator[tuple[str, Any]]:
    """Walk every page a resident of this service can meet."""
    client, box = FormClient(), district.boxes[0]

    def get(path: str) -> tuple[str, Any]:
        return path, client.get(path, follow=True)

    def post(path: str, **given: str) -> tuple[str, Any]:
        return f"POST {path} {given}", client.post(path, given, follow=True)

    for path in ("/", "/?q=bin", "/?q=zebra", "/contact", "/contact?about=address", "/privacy"):
        yield get(path)
    for path in ("/cookies", "/accessibility", "/visit", "/nowhere", BASE, "/case/open"):
        yield get(path)
    for count in ("no", "yes"):
        yield post("/cookies/counting", count=count)
    yield "/cookies with Sec-GPC", client.get("/cookies", headers={"Sec-GPC": "1"})
    for written in OWN_WORDS:
        yield post("/", q=written)
    yield from bin_pages(get, post, box.round)
    yield post(f"{BASE}/begin")
    yield post(f"{BASE}/address", find="1", postcode="")
    yield post(f"{BASE}/address", find="1", postcode="zzz")
    yield post(f"{BASE}/address", find="1", postcode="SW1A 1AA")
    yield post(f"{BASE}/address", find="1", postcode="LE67 3FJ")
    yield post(f"{BASE}/address", property="")
    log(district, 1)
    client.post(f"{BASE}/address", {"property": str(district.boxes[1].place_id)})
    yield post(f"{BASE}/bin", container="")
    yield post(f"{BASE}/bin", container=str(district.boxes[1].pk))
    yield get(f"{BASE}/bin/stopped")
    yield get(f"{BASE}/bin/person")
    yield post(f"{BASE}/bin/person", text="", email="nobody")
    yield post(f"{BASE}/bin/stopped", dispute="1")
    yield post(f"{BASE}/dispute", why="")
    yield post(f"{BASE}/dispute", why="x" * 2001)
    yield get(f"{BASE}/help/code")
    yield post(f"{BASE}/help/code")
    yield get(f"{BASE}/save")
    yield post(f"{BASE}/save", email="nobody")
    yield post(f"{BASE}/save", email="ann@resident.example")
    for message in Message.objects.filter(sent_at=None):
        sending.send(message_id=message.pk, now=timezone.now())
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    yield post(f"{BASE}/contact", name="typed by Ann", email="nobody", phone="x")
    yield post(f"{BASE}/contact", name="typed by Ann", email="ann@resident.example", phone="")
    form_id = client.form_ids[BASE]
    Draft.objects.update(
        owner_kind="staff", owner_key="1", left_by=[client_key(client)], lent_by=client_key(client)
    )
    yield get(f"{BASE}/check")  # an adviser has it
    yield post(f"{BASE}/help/code", here="1")
    yield get(BASE)  # it announces what was begun
    yield post(f"{BASE}/check", seen="another=0")
    yield post(f"{BASE}/check")
    case = Case.objects.get()
    yield post(f"{BASE}/check")  # it was sent
    yield "lost", FormClient().post(f"{BASE}/{form_id}/contact", {"name": "typed by Ann"})
    yield get(f"/case/{case.reference}/add")
    yield post(f"/case/{case.reference}/add", text="")
    client.post(f"/case/{case.reference}/add", {"text": "typed by Ann"})
    yield get(f"/case/{case.reference}")
    helpful = f"/case/{case.reference}/helpful"
    yield get(helpful)
    yield post(helpful, comment="")
    yield post(helpful, score="5", comment="x" * 1001)
    yield post(helpful, score="5", comment=spoken.dress("Good"))
    deciding.decide(case_id=case.pk, decision="close", reason="x", by=SYSTEM, now=timezone.now())
    yield get(f"/case/{case.reference}")
    yield get(helpful)
    yield get(f"/case/{case.reference}/reopen")
    yield post(f"/case/{case.reference}/reopen", text="")
    yield post("/case/open", reference="", email="")
    yield post("/case/open", reference=case.reference, email="nobody")
    yield post("/case/open", reference=case.reference, email="ann@resident.example")
    there = client.post(
        "/case/open", {"reference": case.reference, "email": "ann@resident.example"}
    )["Location"]
    yield post(there, code="1")
    forgetting.erase(case_id=case.pk, now=timezone.now())
    yield get(helpful)
    yield get("/forget")
    yield post("/forget")
    strict = FormClient(enforce_csrf_checks=True)
    yield "forged", strict.post(f"{BASE}/begin")


def test_no_page_of_a_resident_has_a_sentence_that_cannot_be_translated(
    district: Any, pseudo: None
) -> None:
    seen = {name: text(answer) for name, answer in pages(district)}
    headings = {
        h.strip() for page in seen.values() for h in re.findall(r"<h1[^>]*>(.*?)<", page, re.S)
    }
    assert len(seen) > 35 and len(headings) >= 18, headings  # it came where it was to come
    left = {name: forgotten(page) for name, page in seen.items()}
    assert {name: words for name, words in left.items() if words} == {}


def report_pages(streets: Streets) -> Iterator[tuple[str, Any]]:
    """Look at reports: open, said to be still there, joined, closed, closed long ago, hidden."""
    one, other, now = streets.case(), streets.case("street:12"), streets.now
    client = FormClient()
    here, there = f"/reports/{one.reference}", f"/reports/{other.reference}"

    def get(name: str, path: str, by: FormClient = client) -> tuple[str, Any]:
        return name, by.get(path, follow=True)

    yield get("open", here)
    yield get("to say", f"{here}/still")
    for _ in range(5):
        client = FormClient()
        yield "said", client.post(f"{here}/still", follow=True)
    yield "often", FormClient().post(f"{here}/still", follow=True)
    yield get("listed", "/reports?state=")
    actions.merge(case_id=other.pk, reference=one.reference, by=SYSTEM, now=now)
    yield get("joined", there)
    streets.finish(one)
    yield get("closed", here)
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    yield "said of a closed one", client.post(f"{here}/still", follow=True, **elsewhere)
    Case.objects.filter(pk=one.pk).update(closed_at=now - timedelta(days=90))
    yield get("over", here)
    yield get("too late", f"{here}/still", FormClient())
    actions.show(case_id=one.pk, hidden=True, text=False, photos=[], by=SYSTEM, now=now)
    yield get("behind a hidden one", there)
    yield get("gone", f"{there}/still")


def test_no_page_of_a_report_has_a_sentence_that_cannot_be_translated(
    district: Any, pseudo: None
) -> None:
    seen = {name: text(answer) for name, answer in report_pages(Streets(district))}
    left = {
        name: [words for words in forgotten(page) if not STREETS.search(words)]
        for name, page in seen.items()
    }
    assert {name: words for name, words in left.items() if words} == {} and len(seen) == 12


# Names of streets and wards, and the kinds of feed that reports are taken along as.
STREETS = re.compile(r"GR-\w{4}-\w{4}|High Street|^(: ,  )?End,|^East$|^Ward$|RSS|JSON|CSV")


def test_no_message_has_a_sentence_that_cannot_be_translated(district: Any, pseudo: None) -> None:
    district.case(0)
    message = Message.objects.get()
    bare = re.sub(r"⟦|⟧", "", message.body)
    assert message.body.startswith("⟦") and message.body.endswith("⟧") and bare


def test_no_note_has_a_sentence_that_cannot_be_translated(district: Any, pseudo: None) -> None:
    now, place = timezone.now(), district.boxes[0].place
    day = district.due + timedelta(weeks=2)
    MovedDay.objects.create(day=day, to=day + timedelta(days=1))
    notes.ask(home=place, email="ann@resident.example", now=now)
    BinNote.objects.update(confirmed_at=now)
    notes.ask(home=place, email="ann@resident.example", now=now)
    assert notes.tell_all(now=district.at(day, 18)) == 1
    bodies = list(Message.objects.values_list("subject", "body"))
    assert len(bodies) == 3
    data = re.compile(r"http://127.0.0.1:\d+/bins/1001")
    assert [forgotten(data.sub("", part)) for body in bodies for part in body] == [[]] * 6


class InEnglish(HTMLParser):
    """Gathers the texts of a page that are said to be English, and those that are said to be nothing else."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.spoken: list[str] = []
        self.english: list[str] = []
        self.other: list[str] = []
        self.attributes = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.spoken.append(dict(attrs).get("lang") or (self.spoken or [""])[-1])
        self.attributes += " ".join(value or "" for _, value in attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.spoken.pop()

    def handle_data(self, data: str) -> None:
        (self.english if (self.spoken or [""])[-1] == "en" else self.other).append(data)


VOID = {"input", "meta", "link", "br", "img", "hr", "path", "circle"}


def test_what_falls_back_to_english_says_that_it_is(district: Any) -> None:
    publish_library("damaged-bin")
    there, client, box = "/services/damaged-bin", welsh(), district.boxes[0]
    pages = [client.get(there), client.post(f"{there}/begin", follow=True)]
    pages.append(client.post(f"{there}/address", {"property": str(box.place_id)}, follow=True))
    pages.append(client.post(f"{there}/bin", {"container": ""}))
    pages.append(client.post(f"{there}/bin", {"container": str(box.pk)}, follow=True))
    pages.append(client.post(f"{there}/damage", {"damage": "gone"}, follow=True))
    day = {f"noticed-{part}": str(getattr(district.due, part)) for part in ("day", "month", "year")}
    pages.append(client.post(f"{there}/since", day, follow=True))
    pages.append(
        client.post(f"{there}/contact", {"name": "", "email": "", "phone": ""}, follow=True)
    )
    assert "check" in pages[-1].request["PATH_INFO"]
    pages.append(client.post(f"{there}/check", follow=True))
    pages.append(client.get(f"/case/{Case.objects.get().reference}"))
    seen = [InEnglish(text(page)) for page in pages]
    said = " ".join(" ".join(page.english) for page in seen)
    for words in (
        "Report a damaged bin",
        "What is wrong with it?",
        "It is lost or stolen",
        "Choose the bin",
        "We will",
    ):
        assert words in said, words
    known = re.compile(
        "damaged|bin is it|postcode\\?|wrong with it|lost or stolen|Choose the|We will bring|Send report"
    )
    title = re.compile("<title>|[^<]*- ")  # a page's title can say no language
    assert [
        t for page in seen for t in page.other if known.search(t) and not title.match(t.strip())
    ] == []
    assert not any("<span" in page.attributes or "lang=" in page.attributes for page in seen)
    assert all("&lt;span" not in text(page) for page in pages)


@pytest.mark.parametrize(
    ("number", "people", "photos"),
    [
        (1, "1 person", "1 llun"),
        (2, "2 berson", "2 lun"),
        (3, "3 pherson", "3 llun"),
        (5, "5 o bobl", "5 llun"),
        (6, "6 pherson", "6 llun"),
    ],
)
def test_welsh_counts_as_welsh_does(number: int, people: str, photos: str) -> None:
    with council.speaking("cy"):
        told = ngettext(
            "%(num)s other person told us too", "%(num)s other people told us too", number
        )
        kept = ngettext(
            "We have %(num)s photo. You can add more.",
            "We have %(num)s photos. You can add more.",
            number,
        )
    assert people in told % {"num": number} and photos in kept % {"num": number}
