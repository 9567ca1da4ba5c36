"""Every hostile and human text through every door and out of every output, and through every kind of question."""

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import fromstring

import icalendar
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from doorstep.cases.models import Case, EventText
from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Kind, Typed
from doorstep.forms.questions.kinds import KINDS
from doorstep.messages.models import Message
from doorstep.places import grid
from doorstep.reports import actions as reports
from doorstep.staff.actor import SYSTEM
from doorstep.staff.models import StaffUser
from doorstep.text.clean import clean
from doorstep.waste.models import PlanFile
from doorstep.web.form.sentences import sentence
from tests.form_client import FormClient
from tests.size import LONG, in_turn, pairwise
from tests.streets import HIGH_STREET, Streets
from tests.system import System
from tests.texts import ALL

BACKEND = "django.contrib.auth.backends.ModelBackend"
SLUG = "graffiti"
ANSWERS = {"where": "street:11", "surface": "furniture", "same": "different", "name": "Ann"}


def packed(names: list[str], most: int = 6) -> dict[str, tuple[str, str]]:
    """Return several texts as one, so that one form carries them: as sent, and as kept."""
    packs = [names[n : n + most] for n in range(0, len(names), most)]
    return {p[0]: ("\n".join(ALL[n][0] for n in p), "\n".join(ALL[n][1] for n in p)) for p in packs}


PACKS = packed(list(ALL))


def signed_in(role: str) -> FormClient:
    client = FormClient()
    client.force_login(StaffUser.objects.get(username=role), BACKEND)
    return client


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def walk(client: FormClient, start: str, text: str, **first: str) -> None:
    """Fill in the form from its start to its end, page by page, wherever its pages lie."""
    answer = client.post(start, first, follow=True)
    for _ in range(12):
        path = answer.request["PATH_INFO"]
        if path.endswith("/all"):  # all pages on one; it is sent once it was said what will happen
            said = {**ANSWERS, "offensive": "no", "details": text}
            page = client.post(path, {**said, "update": "1"})
            seen = re.findall(r'name="seen" value="([^"]+)"', text_of(page))
            client.post(path, {**said, "seen": seen})
            return
        if path.endswith("/check"):
            hidden = re.findall(
                r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text_of(answer)
            )
            client.post(path, dict(hidden), follow=True)
            return
        answer = client.post(path, {**ANSWERS, "offensive": "no", "details": text}, follow=True)
    raise AssertionError(path)


def by_form(text: str) -> None:
    walk(FormClient(), f"/services/{SLUG}/begin", text)


def by_desk(text: str) -> None:
    walk(signed_in("adviser"), f"/desk/new/{SLUG}", text, channel="telephone")


def by_crew(text: str) -> None:
    walk(signed_in("crew"), f"/crew/new/{SLUG}", text)


def by_api(text: str) -> None:
    answers = {**ANSWERS, "offensive": False, "details": text}
    del answers["same"]  # nothing near, so it is not asked
    body = {"channel": "telephone", "answers": answers}
    answer = System("cases:create").send(body, path=f"/api/v1/services/{SLUG}/cases")
    assert answer.status_code == 201, answer.content


def by_open311(text: str) -> None:
    key = System("cases:create").headers["Authorization"].removeprefix("Bearer ")
    lat, lon = grid.to_degrees(*HIGH_STREET)
    fields = {
        "api_key": key,
        "service_code": SLUG,
        "lat": str(lat),
        "long": str(lon),
        "attribute[surface]": "furniture",
        "attribute[offensive]": "false",
        "description": text,
    }
    answer = FormClient().post("/open311/v2/requests.json", fields)
    assert answer.status_code == 201, answer.content


DOORS = {"form": by_form, "desk": by_desk, "crew": by_crew, "api": by_api, "open311": by_open311}


def on_page(case: Case) -> str:
    return unescape(text_of(FormClient().get(f"/reports/{case.reference}")))


def at_desk(case: Case) -> str:
    return unescape(text_of(signed_in("officer").get(f"/desk/cases/{case.reference}")))


def in_rss(case: Case) -> str:
    item = fromstring(text_of(FormClient().get("/reports.rss"))).find("channel/item/description")
    assert item is not None and item.text
    return item.text


def in_json(case: Case) -> str:
    return str(json.loads(text_of(FormClient().get("/reports.json")))["reports"][0]["text"])


def in_csv(case: Case) -> str:
    [row] = csv.DictReader(io.StringIO(text_of(FormClient().get("/reports.csv")), newline=""))
    assert float(row["longitude"]) < 0
    assert not row["text"].startswith(("=", "+", "-", "@"))
    return row["text"]


def in_open311_xml(case: Case) -> str:
    there = f"/open311/v2/requests/{case.reference}.xml"
    return str(fromstring(text_of(FormClient().get(there))).findtext("request/description"))


def in_open311_json(case: Case) -> str:
    there = f"/open311/v2/requests/{case.reference}.json"
    return str(json.loads(text_of(FormClient().get(there)))[0]["description"])


OUTPUTS: dict[str, Callable[[Case], str]] = {
    "page": on_page,
    "desk": at_desk,
    "rss": in_rss,
    "json": in_json,
    "csv": in_csv,
    "open311 xml": in_open311_xml,
    "open311 json": in_open311_json,
}


@pytest.mark.parametrize(("pack", "door"), pairwise(list(PACKS), list(DOORS)))
def test_what_came_in_by_a_door_comes_out_of_every_output(
    district: Any, pack: str, door: str
) -> None:
    sent, kept = PACKS[pack]
    Streets(district)
    DOORS[door](sent)
    case = Case.objects.get()
    assert case.words["details"] == kept
    reports.show(case_id=case.pk, hidden=False, text=True, photos=[], by=SYSTEM, now=timezone.now())
    # What is kept is the same by whichever door: outputs are asked once for each text.
    for name, output in OUTPUTS.items() if LONG or door == in_turn(pack, list(DOORS)) else ():
        seen = output(case)
        assert kept in seen, (name, seen)
        assert clean(seen) == seen or name in ("page", "desk"), name


def delayed(text: str, district: Any) -> list[str]:
    """An officer's sentence about a round, on the page of bin days, in the calendar and in JSON."""
    from doorstep.waste.models import Round

    Round.objects.update(anchor=district.today)
    until = f"{timezone.localdate()}T23:59"
    fields = {"round": "REF-1", "until": until, "sentence": text}
    assert signed_in("supervisor").post("/desk/rounds/delay", fields).status_code == 302
    there = f"/bins/{district.boxes[0].place_id}"
    feed = icalendar.Calendar.from_ical(FormClient().get(f"{there}.ics").content)
    told = [str(e["DESCRIPTION"]) for e in feed.walk("VEVENT") if "DESCRIPTION" in e]
    said = json.loads(text_of(FormClient().get(f"{there}.json")))["containers"][0]["delay"][
        "sentence"
    ]
    return [unescape(text_of(FormClient().get(there))), told[0], said]


def answered(text: str, district: Any) -> list[str]:
    """A resident's words and an officer's note and reason, on the desk's page."""
    case, officer = district.case(0), signed_in("officer")
    there = f"/desk/cases/{case.reference}"
    officer.post(f"{there}/note", {"text": text})
    officer.post(f"{there}/decide", {"decision": "close", "reason": text})
    kept = EventText.objects.filter(event__case=case).values_list("text", flat=True)
    assert len(kept) == 2
    return [*kept, unescape(text_of(officer.get(there)))]


def reopened(text: str, district: Any) -> list[str]:
    """A resident's words on a case that was closed, at the desk."""
    from django.core import signing

    from doorstep.web.kit.visitor import CASES

    case, officer, resident = district.case(0), signed_in("officer"), FormClient()
    officer.post(f"/desk/cases/{case.reference}/decide", {"decision": "close", "reason": "x"})
    resident.cookies[CASES] = signing.dumps([case.reference], salt=CASES)
    resident.post(f"/case/{case.reference}/reopen", {"text": text})
    return [unescape(text_of(officer.get(f"/desk/cases/{case.reference}")))]


def replied(text: str, district: Any) -> list[str]:
    """An officer's reply, in the e-mail that leaves."""
    from doorstep.cases import submitting
    from doorstep.staff.actor import RESIDENT
    from tests.filling import fill
    from tests.publishing import publish_library

    service = publish_library("complaint", now=district.now)
    given = {"kind": "complaint", "what": "x", "email": "ann@resident.example"}
    draft = fill(service, given, now=district.now)
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    assert case
    fields = {"decision": "acknowledge", "reason": "Read", "reply": text}
    signed_in("officer").post(f"/desk/cases/{case.reference}/decide", fields)
    return [Message.objects.filter(case=case).latest("id").body]


def imported(text: str, district: Any) -> list[str]:
    """A cell of a round plan that cannot be used, on the page that says so."""
    cell = text.replace('"', '""')
    plan = f'uprn,round_plan,container_type,schedule\n1001,REF-1,"{cell}",weekly on Monday\n'
    file = SimpleUploadedFile("plan\u202e.csv", plan.encode(), "text/csv")
    fields = {"since": f"{district.today.year + 1}-03-02", "file": file}
    assert signed_in("supervisor").post("/desk/plan/import", fields).status_code == 302
    return [PlanFile.objects.get().text.replace('""', '"')]


WAYS = (delayed, answered, reopened, replied, imported)


def _named(one: Any) -> str:
    """Return a name that is the same in every process."""
    return one if isinstance(one, str) else str(one.__name__)


@pytest.mark.parametrize(("pack", "way"), pairwise(list(PACKS), WAYS), ids=_named)
def test_what_staff_and_residents_write_comes_out_clean(
    district: Any, pack: str, way: Callable[[str, Any], list[str]]
) -> None:
    sent, kept = PACKS[pack]
    for seen in way(sent, district):
        assert kept.strip() in seen, seen


QUERIES = (
    "/?q={}",
    "/reports?find={}",
    "/reports?service={}",
    "/bins?postcode={}",
    "/api/v1/properties?postcode={}",
)
STAFF = ("/desk/homes?postcode={}", "/desk/cases/{}", "/crew/streets?find={}", "/desk?stage={}")


@pytest.mark.parametrize("address", [*QUERIES, *STAFF])
def test_no_search_fails(district: Any, address: str) -> None:
    client = signed_in("officer") if address in STAFF else FormClient()
    texts, turn = list(ALL.values()), (*QUERIES, *STAFF).index(address) % 3
    for sent, _kept in texts if LONG else texts[turn::3]:
        assert client.get(address.format(quote(sent[:40], safe=""))).status_code < 500, ascii(sent)


@pytest.mark.parametrize(
    "kind", [k for k in KINDS.values() if k.asks and k.is_listed], ids=lambda k: k.name
)
def test_no_kind_of_question_fails_or_keeps_what_nobody_sees(kind: Kind) -> None:
    question = Question("q", kind.name, "Label")
    fields = {f"q{suffix}" for example in kind.examples for suffix in example.sent}
    for sent, _kept in ALL.values():
        for field in fields:
            try:
                options = () if kind.nature == "slot" else (("a", "A"), (clean(sent), "B"))
                answer = kind.clean(question, Typed({field: [sent]}), options)
            except Invalid as exc:
                assert sentence(question, exc) not in ("", "Check this answer")
                continue
            assert clean(str(answer)) == str(answer), (field, ascii(sent))


@pytest.mark.parametrize("output", OUTPUTS)
def test_what_was_stored_before_breaks_no_output(district: Any, output: str) -> None:
    """A version before kept what came: only a database's own rule was between."""
    streets = Streets(district)
    case = streets.case()
    reports.show(case_id=case.pk, hidden=False, text=True, photos=[], by=SYSTEM, now=timezone.now())
    for name, (sent, _kept) in sorted(ALL.items()):
        stored = sent.replace("\0", "")
        Case.objects.filter(pk=case.pk).update(
            words={**case.words, "details": stored}, where=stored[:80]
        )
        assert OUTPUTS[output](case), name
