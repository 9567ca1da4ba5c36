"""Disputes, overrides, release in bulk, reopening and repeats: the spine's side of each."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from doorstep.cases import choosing, deciding, drafts, forgetting, locking, submitting, timeline
from doorstep.cases.models import Case, EventText
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.files import photos
from doorstep.files.models import Photo
from doorstep.messages.models import Message
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor
from doorstep.waste import actions as waste
from tests.filling import made

ADVISER = Actor("staff", "adviser")


def logged(district: Any, number: int, reason: str = "not_out") -> Any:
    waste.record_log(
        event_id=uuid4(),
        container_id=str(district.boxes[number].pk),
        reason=reason,
        note="",
        photo="",
        by=SYSTEM,
        now=district.now,
    )
    draft = drafts.begin(
        service=district.service,
        owner=made(),
        channel="online",
        by=RESIDENT,
        now=district.now,
    )
    box = district.boxes[number]
    address, bin_page = district.service.form.pages[:2]
    given = {"property": str(box.place_id)}
    drafts.answer(draft=draft, page=address, given=given, words=given, now=district.now)
    given = {"container": str(box.pk)}
    decision = drafts.answer(draft=draft, page=bin_page, given=given, words=given, now=district.now)
    assert decision.code == "logged"
    return draft


def page(district: Any, name: str) -> Any:
    return district.service.form.page(name)


def finish(district: Any, draft: Any, dispute: bool = False) -> Case:
    if dispute:
        why = {"why": "It was out.", "evidence": None}
        drafts.answer(
            draft=draft, page=page(district, "dispute"), given=why, words={}, now=district.now
        )
    reach = {"name": "Ann", "email": "ann@resident.example", "phone": ""}
    drafts.answer(
        draft=draft, page=page(district, "contact"), given=reach, words=reach, now=district.now
    )
    case, late = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    assert case is not None, late
    return case


def test_a_dispute_asks_why_and_begins_with_an_officer(district: Any) -> None:
    draft = logged(district, 0)
    decision = drafts.dispute(
        draft=draft, page=page(district, "bin"), by=RESIDENT, now=district.now
    )
    assert decision.result == "go_on" and "dispute" in draft.asked
    with pytest.raises(Refused, match="unanswered"):
        submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    case = finish(district, draft, dispute=True)
    assert case.stage == "disputed" and not Job.objects.exists()
    assert [e.kind for e in case.events.all()] == ["opened", "dispute", "stage", "told"]


def test_only_a_stop_that_allows_it_can_be_disputed(district: Any) -> None:
    district.case(0)
    second = district.draft(0)
    with pytest.raises(Refused, match="not_disputable"):
        drafts.dispute(draft=second, page=page(district, "bin"), by=RESIDENT, now=district.now)
    with pytest.raises(Refused, match="not_overridable"):
        drafts.override(
            draft=second, page=page(district, "bin"), reason="x", by=ADVISER, now=district.now
        )


def test_an_override_needs_staff_and_a_reason_and_is_kept(district: Any) -> None:
    draft = logged(district, 0)
    what = {"draft": draft, "page": page(district, "bin"), "now": district.now}
    with pytest.raises(Refused, match="not_overridable"):
        drafts.override(**what, reason="please", by=RESIDENT)
    with pytest.raises(Refused, match="reason_missing"):
        drafts.override(**what, reason="  ", by=ADVISER)
    assert drafts.override(**what, reason="Promised", by=ADVISER).result == "go_on"
    case = finish(district, draft)
    assert case.stage == "with_crew"
    assert EventText.objects.get(event__case=case, event__kind="override").text == "Promised"
    assert timeline.broken(case) == []


def test_another_answer_forgets_the_override(district: Any) -> None:
    draft = logged(district, 0)
    drafts.override(
        draft=draft, page=page(district, "bin"), reason="x", by=ADVISER, now=district.now
    )
    logged(district, 1)
    other = {"property": str(district.boxes[1].place_id)}
    drafts.answer(
        draft=draft, page=page(district, "address"), given=other, words=other, now=district.now
    )
    given = {"container": str(district.boxes[1].pk)}
    decision = drafts.answer(
        draft=draft, page=page(district, "bin"), given=given, words=given, now=district.now
    )
    assert decision.code == "logged"


def done(district: Any, number: int) -> Case:
    case = district.case(number)
    fieldwork.finish_job(
        event_id=uuid4(),
        job_id=Job.objects.get(case=case).pk,
        code="collected",
        note="",
        photo="",
        by=SYSTEM,
        now=district.now,
    )
    case.refresh_from_db()
    return case


def test_a_closed_case_is_reopened_with_words_within_the_days(district: Any) -> None:
    case = done(district, 0)
    what = {"case_id": case.pk, "photo": "", "by": RESIDENT}
    with pytest.raises(Refused, match="text_missing"):
        choosing.reopen(**what, text=" ", now=district.now)
    with pytest.raises(Refused, match="too_late"):
        choosing.reopen(**what, text="Still full", now=district.now + timedelta(days=15))
    choosing.reopen(**what, text="Still full", now=district.now + timedelta(days=13))
    case.refresh_from_db()
    assert (case.stage, case.closed_at) == ("disputed", None)
    with pytest.raises(Refused, match="not_reopenable"):
        choosing.reopen(**what, text="Again", now=district.now)


def test_a_case_is_not_reopened_beside_another_about_the_same_bin(district: Any) -> None:
    case = done(district, 0)
    later = district.case(1)
    Case.objects.filter(pk=later.pk).update(unique_key=case.unique_key)
    with pytest.raises(Refused, match="already_open"):
        choosing.reopen(case_id=case.pk, text="Full", photo="", by=RESIDENT, now=district.now)
    with pytest.raises(Refused, match="already_open"):
        deciding.decide(
            case_id=case.pk, decision="send_back", reason="x", by=SYSTEM, now=district.now
        )
    case.refresh_from_db()
    assert case.stage == "collected" and case.is_closed


def test_reports_are_released_in_bulk_where_the_council_wants_it(district: Any) -> None:
    with catalogue.other_settings({"release_by_officer": True}):
        waiting = [district.case(n) for n in range(3)]
    assert {c.stage for c in waiting} == {"to_release"} and not Job.objects.exists()
    at = {c.pk: locking.standing(c) for c in waiting}
    about: dict[str, Any] = {"by": SYSTEM, "now": district.now}
    came = deciding.decide_many(made_at={**at, 999: "x"}, decision="release", **about)
    assert came == (3, 1) and Job.objects.count() == 3 and Message.objects.count() == 3
    at = {c.pk: locking.standing(Case.objects.get(pk=c.pk)) for c in waiting}
    assert deciding.decide_many(made_at=at, decision="close", **about) == (0, 3)


def test_a_case_that_went_on_since_the_list_was_opened_is_not_decided_with_the_others(
    district: Any,
) -> None:
    with catalogue.other_settings({"release_by_officer": True}):
        waiting = [district.case(n) for n in range(2)]
    at = {c.pk: locking.standing(c) for c in waiting}
    later = district.now + timedelta(minutes=1)
    Case.objects.filter(pk=waiting[1].pk).update(stage_since=later)
    about: dict[str, Any] = {"by": SYSTEM, "now": district.now}
    assert deciding.decide_many(made_at=at, decision="release", **about) == (1, 1)
    assert Case.objects.get(pk=waiting[1].pk).stage == "to_release"


def test_repeats_at_a_home_are_marked(district: Any) -> None:
    for _ in range(3):
        case = done(district, 0)
        assert case.flags == []
        from doorstep.fieldwork.models import Outcome

        Outcome.objects.update(about_key="elsewhere")
    assert district.case(0).flags == ["repeat_home"]


def test_a_photo_not_sent_is_swept_and_a_kept_one_goes_with_its_case(
    district: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    Image.new("RGB", (2000, 1000), "red").save(tmp_path / "p.jpg")
    body = (tmp_path / "p.jpg").read_bytes()
    lost, kept = (
        photos.take(SimpleUploadedFile("p.jpg", body), now=district.now - timedelta(hours=7))
        for _ in range(2)
    )
    case = done(district, 0)
    choosing.reopen(case_id=case.pk, text="Full", photo=kept, by=RESIDENT, now=district.now)
    forgetting.drop_old_photos(now=district.now)
    assert photos.path_of(lost) is None and photos.path_of(kept)
    deciding.decide(
        case_id=case.pk, decision="stands", reason="x", reply="No", by=SYSTEM, now=district.now
    )
    with django_capture_on_commit_callbacks(execute=True):
        forgetting.erase(case_id=case.pk, now=district.now)
    assert photos.path_of(kept) is None and not Photo.objects.exists()


def test_what_a_dead_process_left_of_a_photo_is_swept(district: Any) -> None:
    photos.folder().mkdir(parents=True, exist_ok=True)
    old, fresh = (photos.folder() / f"{letter * 32}.part" for letter in "ab")
    whole = photos.folder() / f"{'c' * 32}.small.jpg"
    for path in (old, fresh, whole):
        path.write_bytes(b"half")
    for path in (old, whole):
        os.utime(path, (1, 1))
    forgetting.drop_old_photos(now=district.now)
    assert (old.exists(), whole.exists(), fresh.exists()) == (False, False, True)
    fresh.unlink()
