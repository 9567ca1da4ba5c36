"""The page of a case at the desk: its story in whole sentences, photos with notes, and what is folded away."""

import html
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

import doorstep
from doorstep.cases import deciding, forgetting, history, needs_person, timeline
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.files import photos
from doorstep.files.models import Photo
from doorstep.messages import another_way
from doorstep.staff.actor import Actor
from tests.form_client import text
from tests.people import narrowed, opened, signed_in

OFFICER, CREW = Actor("staff", "officer"), Actor("staff", "crew")
STORY = Path(doorstep.__file__).parent / "web/desk/templates/desk/story.html"
# What only we say to each other: codes, and how lines of the timeline are called in the database.
OURS = re.compile(r"job\.|pay\.|book\.|with_crew|to_release|not_out|Outcome:|Decided:|ask_person")


def picture(name: str = "p.jpg") -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return SimpleUploadedFile(name, file.getvalue())


def there(case: Case) -> str:
    return f"/desk/cases/{case.reference}"


def story(client: Any, case: Case) -> list[str]:
    """Return the lines of a case's story as they are read, the latest first."""
    page = client.get(there(case)).content.decode()
    lines = re.search(r'<ol class="kit-timeline">(.*?)</ol>', page, re.DOTALL)
    assert lines
    bare = [re.sub(r"<[^>]+>", " ", li) for li in lines[1].split("<li>")[1:]]
    return [html.unescape(re.sub(r"\s+", " ", line)).strip() for line in bare]


@pytest.fixture
def case(district: Any) -> Case:
    """A missed bin that an officer released, the crew did not find, and an officer sent them back for."""
    with catalogue.other_settings({"release_by_officer": True}):
        made: Case = district.case(0)
    deciding.decide(case_id=made.pk, decision="release", reason="", by=OFFICER, now=district.now)
    job = Job.objects.get()
    fieldwork.finish_job(
        event_id=uuid4(),
        job_id=job.pk,
        code="not_out",
        photo="",
        note="",
        by=CREW,
        now=district.now,
    )
    deciding.decide(
        case_id=made.pk,
        decision="send_back",
        reason="They have film",
        by=OFFICER,
        now=timezone.now(),
    )
    made.refresh_from_db()
    return made


def test_the_story_is_told_in_sentences_the_latest_first(case: Case) -> None:
    lines = story(signed_in("officer"), case)
    told = [line for line in lines if "An e-mail to them" in line]
    assert len(told) == 3 and all("to ann@resident.example" in line for line in told)
    done = [re.sub(r"^.*?(?=Officer|Ann|Crew)", "", line) for line in lines if line not in told]
    assert done == [
        "Officer decided: Send the crew back. It went on to “With the crew”. They have film",
        "Crew recorded: not out. It went on to “Not out”.",
        "Officer decided: Release to the crew. It went on to “With the crew”.",
        "Ann sent it, online. It went on to “Waiting for release”.",
    ]


def test_no_code_of_ours_stands_on_the_page(case: Case) -> None:
    page = signed_in("supervisor").get(there(case)).content.decode()
    read = re.sub(
        r"<[^>]+>",
        " ",
        re.sub(r"<script.*?</script>|<select.*?</select>", "", page, flags=re.DOTALL),
    )
    assert not OURS.search(read), OURS.findall(read)
    why = page.partition("Why this was decided")[2]
    assert "Which bin was missed?" in why and "Nothing stood in the way." in why
    assert re.search(r"We are already looking at this: no\.", why)


def test_every_kind_of_line_has_a_sentence() -> None:
    """One that has none would be read as it is called in the database."""
    written = re.compile(r'timeline\.write\(\s*[^"]*?,\s*(?:row\["kind"\]|"([a-z ]+)")')
    sources = "\n".join(p.read_text() for p in Path(doorstep.__file__).parent.rglob("*.py"))
    kinds = {kind for kind in written.findall(sources) if kind}
    assert len(kinds) > 35
    kinds |= {
        "dispute",
        "override",
        "moved",
        "restricted",
        "no longer restricted",
        "waiver asked",
        "corrected",
    }
    assert [kind for kind in sorted(kinds) if f'k == "{kind}"' not in STORY.read_text()] == []


def test_what_it_is_where_and_how_it_stands_is_said_first(case: Case) -> None:
    page = text(signed_in("officer").get(there(case)))
    assert "<h1>Report a missed bin, 1 Mill Lane" in page
    facts = re.sub(
        r"<[^>]+>|\s+", " ", page.partition('<dl class="desk-facts">')[2].partition("</dl>")[0]
    )
    facts = re.sub(r" +", " ", facts)
    for said in ("Stage With the crew", "Reported by Ann ann@resident.example", "Came Online,"):
        assert said in facts, facts
    assert f"Team Waste Services Reference {case.reference}" in facts


def test_what_is_seldom_done_is_folded_away_and_open_where_it_was_refused(case: Case) -> None:
    client = signed_in("supervisor")
    assert '<details class="govuk-details" id="more">' in text(client.get(there(case)))
    for path, typed in (("restrict", {"restricted": "1", "why": ""}), ("move", {"to": ""})):
        page = text(client.post(f"{there(case)}/{path}", typed))
        assert "There is a problem" in page and 'id="more" open>' in page, path


def test_photos_come_with_a_note_and_are_for_staff(case: Case) -> None:
    officer, resident, manager = signed_in("officer"), opened(case), narrowed("manager")
    officer.post(
        f"{there(case)}/note", {"text": "By the shed", "photos": [picture(), picture("q.jpg")]}
    )
    names = history.photos_of_notes(case)
    assert len(names) == 2 and Photo.objects.filter(kept=True).count() == 2
    assert "Officer noted. By the shed" in story(officer, case)[0]
    page = text(officer.get(there(case)))
    for name in names:
        assert f"{there(case)}/photos/{name}" in page
        assert officer.get(f"{there(case)}/photos/{name}").status_code == 200
        assert resident.get(f"/case/{case.reference}/photos/{name}").status_code == 404
        assert manager.get(f"{there(case)}/photos/{name}").status_code == 404
        assert name not in text(resident.get(f"/case/{case.reference}"))


def test_a_file_that_is_no_photo_is_refused_and_what_was_typed_stays(case: Case) -> None:
    officer, before = signed_in("officer"), case.events.count()
    wrong = SimpleUploadedFile("p.jpg", b"no photo")
    sent = {"text": "By the <shed>", "photos": [picture(), wrong]}
    page = officer.post(f"{there(case)}/note", sent).content.decode()
    assert "The file must be a photo" in page and ">By the &lt;shed&gt;</textarea>" in page
    assert 'href="#photos"' in page
    many = {"text": "By the shed", "photos": [picture() for _ in range(6)]}
    assert "Choose five photos at most" in text(officer.post(f"{there(case)}/note", many))
    assert case.events.count() == before and not Photo.objects.filter(kept=True).exists()


def test_a_notes_photos_go_with_the_case(
    case: Case, django_capture_on_commit_callbacks: Any
) -> None:
    signed_in("officer").post(f"{there(case)}/note", {"text": "By the shed", "photos": [picture()]})
    (name,) = history.photos_of_notes(case)
    deciding.decide(
        case_id=case.pk, decision="close", reason="Done", by=OFFICER, now=timezone.now()
    )
    assert photos.path_of(name)
    with django_capture_on_commit_callbacks(execute=True):
        forgetting.erase(case_id=case.pk, now=timezone.now())
    assert photos.path_of(name) is None


def test_a_message_that_did_not_arrive_is_said_at_the_head(case: Case) -> None:
    officer = signed_in("officer")
    assert "A message did not arrive" not in text(officer.get(there(case)))
    message = case.messages.latest("id")
    type(message).objects.filter(pk=message.pk).update(failed_at=timezone.now(), why_not="address")
    page = text(officer.get(there(case)))
    assert "A message did not arrive" in page
    assert f'href="#message-{message.pk}"' in page and f'id="message-{message.pk}"' in page
    assert "Its address does not exist." in page and "Have a letter written" in page


def mark(client: Any, case: Case) -> str:
    """Return the mark of a case's page as it stands now, which its forms carry."""
    seen = re.search(r'name="seen" value="([^"]+)"', text(client.get(there(case))))
    assert seen
    return seen[1]


def refused(client: Any, case: Case, path: str, fields: dict[str, Any]) -> str:
    """Return the page that a form's refusal draws, sent with the mark of the page as it stands."""
    return text(client.post(f"{there(case)}/{path}", {"seen": mark(client, case), **fields}))


def test_of_an_erased_case_nothing_can_be_decided(case: Case) -> None:
    officer, now = signed_in("officer"), timezone.now()
    officer.post(f"{there(case)}/note", {"text": "By the shed", "photos": [picture()]})
    deciding.decide(case_id=case.pk, decision="close", reason="Done", by=OFFICER, now=now)
    before = mark(officer, case)
    assert "/photos/" in text(officer.get(there(case)))
    forgetting.erase(case_id=case.pk, now=now)
    again: dict[str, Any] = {"decision": "send_back", "reason": "Once more"}
    with pytest.raises(Refused, match="erased"):
        deciding.decide(case_id=case.pk, by=OFFICER, now=now, **again)
    page = text(officer.post(f"{there(case)}/decide", {"seen": before, **again}))
    assert "What was personal in this case is erased" in page
    page = text(officer.get(there(case)))
    assert "What was personal here was erased today" in page
    for gone in ('name="decision"', "Add a note for staff", "What was answered", "/photos/"):
        assert gone not in page, gone


def test_whom_a_decision_tells_is_said_only_where_it_is_sure(case: Case) -> None:
    officer = signed_in("officer")
    assert "The resident is told." in text(officer.get(there(case)))
    assert "Correct and tell the resident" in text(officer.get(there(case)))
    type(case.customer).objects.update(email="", phone="")
    page = text(officer.get(there(case)))
    assert "is told" not in page and "tell the resident" not in page
    assert "Correct it" in page


def test_nothing_is_chosen_beforehand_nor_put_back_by_the_browser(case: Case) -> None:
    page = text(signed_in("officer").get(there(case)))
    form = page.partition(f'action="{there(case)}/decide"')[2].partition("</form>")[0]
    assert form.count('type="radio"') == 1 and "checked" not in form
    assert form.partition(">")[0].split() == ['autocomplete="off"', "novalidate"]


def test_a_decision_without_a_choice_is_said_at_the_choices(case: Case) -> None:
    page = refused(signed_in("officer"), case, "decide", {"reason": "Kept as typed"})
    assert '<a href="#decision">Choose what should happen</a>' in page
    assert 'id="decision-error"' in page and ">Kept as typed</textarea>" in page


@pytest.mark.parametrize(("path", "field"), [("decide", "reason"), ("note", "text")])
def test_what_is_too_long_is_refused_and_kept_whole(case: Case, path: str, field: str) -> None:
    lines, long = case.events.count(), "x" * 4001
    page = refused(signed_in("officer"), case, path, {"decision": "close", field: long})
    assert (
        "Write 4,000 letters at most; you wrote 4001, which are kept" in page
        and f'href="#{field}"' in page
    )
    assert f">{long}</textarea>" in page and case.events.count() == lines


def test_a_stage_stands_with_the_line_that_led_to_it(case: Case) -> None:
    """Other lines of the same moment lead nowhere, whichever is the first."""
    at, case = timezone.now(), Case.objects.get(pk=case.pk)
    lines_written: list[tuple[str, dict[str, Any]]] = [
        ("note", {}),
        ("decided", {"decision": "close"}),
        ("seen to", {}),
        ("stage", {"stage": "closed", "why": "close"}),
        ("outcome", {"outcome": "pay.free"}),
        ("stage", {"stage": "collected", "why": "pay.free"}),
    ]
    for kind, data in lines_written:
        timeline.write(case, kind, by=OFFICER, now=at, **data)
    lines = [line for line in story(signed_in("officer"), case) if "It went on" in line][:2]
    assert "There was nothing to pay. It went on to “Collected”." in lines[0], lines
    assert "Officer decided: Close with a reason. It went on to “Closed by" in lines[1], lines


def test_a_reminder_of_what_is_no_longer_so_is_said_never_to_leave(case: Case) -> None:
    message, later = case.messages.latest("id"), timezone.now() + timedelta(days=1)
    reminder = type(message).objects.filter(pk=message.pk)
    reminder.update(not_before=later, while_in="with_crew")
    assert "Leaves later" in story(signed_in("officer"), case)[0]
    reminder.update(while_in="to_release")
    line = story(signed_in("officer"), case)[0]
    assert "Will not be sent: the case went on" in line
    assert "leaves at the earliest" not in line and "We wrote" not in line
    reminder.update(sent_at=timezone.now(), receipt="r", while_in="")
    assert "We wrote an e-mail to them." in story(signed_in("officer"), case)[0]


def test_what_we_noted_ourselves_is_nobodys_note(case: Case) -> None:
    message, officer = case.messages.latest("id"), signed_in("officer")
    about: Any = {"by": OFFICER, "now": timezone.now()}
    another_way.tell_again(case=case, message_id=message.pk, way="letter", **about)
    line = story(officer, case)[0]
    assert "Doorstep noted. Please write a letter: the message “Missed bin" in line
    assert "received" not in line
    needs_person.end(task_id=case.tasks.get().task_id, how="done", said="Posted", **about)
    line = story(officer, case)[0]
    assert "Officer saw to this: Please write a letter" in line and "Posted" in line


def test_the_other_of_a_join_is_named_as_this_person_may_see_it(case: Case, district: Any) -> None:
    other: Case = district.case(1)
    about: Any = {"by": OFFICER, "now": timezone.now(), "reference": other.reference}
    timeline.write(Case.objects.get(pk=case.pk), "joined", **about)
    line = story(signed_in("officer"), case)[0]
    assert f"Officer joined another report to this one: {other.reference}" in line
    Case.objects.filter(pk=other.pk).update(restricted=True)
    line = story(signed_in("officer"), case)[0]
    assert "this one: Not open to you" in line and other.reference not in line


def test_a_long_note_is_folded(case: Case) -> None:
    officer = signed_in("officer")
    officer.post(f"{there(case)}/note", {"text": "short"})
    assert text(officer.get(there(case))).count("desk-story__said") - 1 == 1
    officer.post(f"{there(case)}/note", {"text": "long " * 200})
    assert 'details class="govuk-details desk-story__said"' in text(officer.get(there(case)))


def test_why_it_was_decided_reads_labels_and_no_lists_of_codes(case: Case) -> None:
    tried = {"settings.report_within": 2, "container.rounds": ["RD", "RH"], "last": {"x": 1}}
    case.decisions["bin"]["tried"] = [
        {"rule": "x", "held": False, "read": {**tried, "container": "RD", "wrong": True}}
    ]
    case.save()
    why = text(signed_in("supervisor").get(there(case))).partition("Why this was decided")[2]
    read = " ".join(why.partition("What was read:")[2].partition("</span>")[0].split())
    assert read == "wrong: Yes; Working days in which a missed bin can be reported: 2"


def test_a_refused_correction_leads_to_its_field(case: Case) -> None:
    job = Job.objects.get(state="done")
    sent = {"job": str(job.pk), "event": str(uuid4()), "code": "not_out"}
    page = refused(signed_in("officer"), case, "correct", sent)
    assert f'<a href="#code-{job.pk}">That is already the recorded outcome</a>' in page
    assert f'id="code-{job.pk}-error"' in page and '<option value="not_out" selected>' in page


def test_what_other_forms_sent_along_stays_where_one_is_refused(case: Case) -> None:
    officer = signed_in("officer")
    page = refused(officer, case, "decide", {"kept-text": "A note half written"})
    assert ">A note half written</textarea>" in page
    sent = {"text": "", "kept-reason": "They rang", "photos": [picture()]}
    page = text(officer.post(f"{there(case)}/note", sent))
    assert ">They rang</textarea>" in page and "Choose the photos again" in page


def test_a_case_stands_under_the_worklist(case: Case) -> None:
    page = text(signed_in("officer").get(there(case)))
    active = page.partition("govuk-service-navigation__item--active")[2].partition("</li>")[0]
    assert "Worklist" in active
