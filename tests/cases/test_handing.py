"""A form goes from hand to hand: by a code and consent to an adviser, and back; one has it at each moment."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from doorstep.cases import access, drafts, handing, submitting, timeline
from doorstep.cases.models import Case, Draft, HelpCode
from doorstep.cases.owners import Owner
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.intake.filling import Filling
from doorstep.staff.actor import RESIDENT, Actor
from tests.at_once import at_once
from tests.publishing import publish_library

HERE, THERE = Owner("browser", "a" * 64), Owner("browser", "b" * 64)
ADVISER, ANOTHER = Owner("staff", "7"), Owner("staff", "8")
BY = Actor("staff", "adviser")


def made(draft: Draft, now: Any) -> str:
    handing.make_code(draft_id=draft.pk, owner=HERE, now=now)
    shown = handing.code_of(draft, now)
    assert shown
    return shown[0]


def take(code: str, now: Any, owner: Owner = ADVISER, **other: Any) -> Draft:
    given = {"code": code, "owner": owner, "channel": "telephone", "agreed": True, "by": BY}
    return handing.take(**{**given, "now": now, **other})


@pytest.fixture
def draft(district: Any) -> Draft:
    mine: Draft = district.draft(0, owner=HERE)
    return mine


def test_all_of_it_goes_over_and_the_figures_know(district: Any, draft: Draft) -> None:
    drafts.keep_typed(draft=draft, page="contact", fields={"name": ["An"]}, now=district.now)
    code = made(draft, district.now)
    assert len(code) == 9 and not set("O0I1L") & set(code)
    assert code.replace(" ", "") not in str(list(HelpCode.objects.values()))
    taken = take(code.lower().replace(" ", "-"), district.now)
    kept = Draft.objects.get()
    assert (kept.owner_kind, kept.owner_key, kept.lent_by) == ("staff", "7", HERE.key)
    assert kept.answers == draft.answers and kept.typed == {"contact": {"name": ["An"]}}
    assert (kept.channel, kept.assisted, kept.by_staff) == ("telephone", True, "adviser")
    assert taken.pk == draft.pk and [step["what"] for step in kept.handed] == ["agreed"]


def test_a_code_works_once_for_half_an_hour_and_with_consent(district: Any, draft: Draft) -> None:
    now, code = district.now, made(draft, district.now)
    for refused, other in (
        ("not_agreed", {"agreed": False}),
        ("code_wrong", {"code": "2222 2222"}),
        ("code_wrong", {"now": now + timedelta(minutes=30)}),
    ):
        with pytest.raises(Refused, match=refused):
            take(**{"code": code, "now": now, **other})  # type: ignore[arg-type]
    take(code, now)
    with pytest.raises(Refused, match="code_wrong"):
        take(code, now, owner=ANOTHER)
    assert Draft.objects.get().owner_key == "7"


def test_a_code_is_shown_again_while_it_is_fresh_and_five_are_made_an_hour(
    district: Any, draft: Draft
) -> None:
    now = district.now
    first = made(draft, now)
    assert made(draft, now + timedelta(minutes=19)) == first
    second = made(draft, now + timedelta(minutes=21))
    assert second != first
    with pytest.raises(Refused, match="code_wrong"):  # there is one that works at a time
        take(first, now + timedelta(minutes=22))
    for _ in range(3):
        HelpCode.objects.filter(used_at=None).update(used_at=now)
        made(draft, now + timedelta(minutes=22))
    HelpCode.objects.filter(used_at=None).update(used_at=now)
    with pytest.raises(Refused, match="too_many_codes"):
        made(draft, now + timedelta(minutes=23))
    made(draft, now + timedelta(minutes=90))
    access.forget_access(now + timedelta(days=2))
    assert not HelpCode.objects.exists()


def test_nobody_else_makes_a_code_or_takes_it_back(district: Any, draft: Draft) -> None:
    with pytest.raises(Refused, match="not_theirs"):
        handing.make_code(draft_id=draft.pk, owner=THERE, now=district.now)
    take(made(draft, district.now), district.now)
    for act in (
        partial(handing.take_back, owner=THERE),
        partial(handing.give_back, owner=ANOTHER, by=BY),
        partial(handing.give_back, owner=HERE, by=BY),
    ):
        with pytest.raises(Refused, match="not_theirs"):
            act(draft_id=draft.pk, now=district.now)
    assert Draft.objects.get().owner_key == "7"


def test_it_goes_back_as_it_stands(district: Any, draft: Draft) -> None:
    code = made(draft, district.now)
    take(code, district.now)
    handing.give_back(draft_id=draft.pk, owner=ADVISER, by=BY, now=district.now)
    with pytest.raises(Refused, match="code_wrong"):  # that was for once
        take(code, district.now)
    kept = Draft.objects.get()
    assert (kept.owner_kind, kept.owner_key, kept.lent_by) == ("browser", HERE.key, "")
    assert (kept.channel, kept.by_staff, kept.assisted) == ("online", "", True)
    assert kept.left_by == ["7"] and kept.answers == draft.answers
    take(made(draft, district.now), district.now)
    handing.take_back(draft_id=draft.pk, owner=HERE, now=district.now)
    moves = [step["what"] for step in Draft.objects.get().handed]
    assert moves == ["agreed", "given back", "agreed", "taken back"]


def test_what_was_typed_and_is_answered_alike_is_not_asked_again(
    district: Any, draft: Draft
) -> None:
    take(made(draft, district.now), district.now)
    box = draft.answers["container"]
    alike = {"address": {"property": [draft.answers["property"]], "property-typed": ["1 mill"]}}
    other = {"bin": {"container": [box]}, "contact": {"name": ["Anna"], "email": [""]}}
    Draft.objects.update(typed={**alike, **other})
    handing.give_back(draft_id=draft.pk, owner=ADVISER, by=BY, now=district.now)
    assert Draft.objects.get().typed == {"contact": other["contact"]}


def test_the_case_says_who_agreed_to_what_and_when(district: Any, draft: Draft) -> None:
    take(made(draft, district.now), district.now - timedelta(minutes=2))
    case, _ = submitting.submit(draft_id=draft.pk, by=BY, now=district.now)
    assert case is not None and case.channel == "telephone" and case.assisted
    (line,) = Case.objects.get().events.filter(kind="handed over")
    assert line.data == {"move": "agreed"} and line.by_key == "adviser"
    assert line.at == district.now - timedelta(minutes=2) and timeline.broken(case) == []
    with pytest.raises(Refused, match="not_theirs"):
        handing.give_back(draft_id=draft.pk, owner=ADVISER, by=BY, now=district.now)


def test_what_was_sent_meanwhile_is_not_taken(district: Any, draft: Draft) -> None:
    code = made(draft, district.now)
    submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    with pytest.raises(Refused, match="already_sent"):
        take(code, district.now)


def test_an_answer_that_comes_late_changes_nothing_of_anothers(district: Any, draft: Draft) -> None:
    late = Filling(Draft.objects.get(), by=RESIDENT, now=district.now)
    take(made(draft, district.now), district.now + timedelta(seconds=1))
    page = late.service.form.pages[-1]
    with pytest.raises(Refused, match="went_elsewhere"):
        drafts.keep_typed(draft=late.draft, page=page.id, fields={"name": ["X"]}, now=district.now)
    entries = late.read(page, lambda _q: {"name": "X", "email": "", "phone": ""})  # type: ignore[arg-type, return-value]
    with pytest.raises(Refused, match="went_elsewhere"):
        late.answer(page, entries)
    with pytest.raises(Refused, match="went_elsewhere"):
        late.submit()
    kept = Draft.objects.get()
    assert kept.answers == draft.answers and kept.typed == {} and not Case.objects.exists()


def test_of_many_who_press_at_once_one_has_it(open_district: Any) -> None:
    now = open_district.now
    draft = open_district.draft(0, owner=HERE)
    for _ in range(3):
        code = made(draft, now)
        came = at_once(
            partial(take, code, now),
            partial(take, code, now, owner=ANOTHER),
            partial(handing.make_code, draft_id=draft.pk, owner=HERE, now=now),
            partial(handing.take_back, draft_id=draft.pk, owner=HERE, now=now),
        )
        assert came[:2].count("done") == 1 and sorted(came[:2])[0] == "code_wrong"
        assert not any(said.startswith("fault") for said in came)
        kept = Draft.objects.get()
        assert kept.answers == draft.answers
        is_theirs = (kept.owner_kind, kept.lent_by) == ("staff", HERE.key)
        assert is_theirs or (kept.owner_kind, kept.owner_key, kept.lent_by) == (
            "browser",
            HERE.key,
            "",
        )
        if is_theirs:
            handing.take_back(draft_id=draft.pk, owner=HERE, now=now)
        HelpCode.objects.all().delete()


def test_sent_and_taken_at_once_is_one_case_and_one_owner(open_district: Any) -> None:
    now = open_district.now
    for number in range(4):
        draft = open_district.draft(number, owner=HERE)
        code = made(draft, now)
        filling = Filling(Draft.objects.get(pk=draft.pk), by=RESIDENT, now=now)
        came = at_once(partial(take, code, now), filling.submit)
        kept = Draft.objects.get(pk=draft.pk)
        assert came in (["already_sent", "done"], ["done", "went_elsewhere"]), came
        assert Case.objects.filter(draft=kept).count() == (came[1] == "done")
        assert kept.owner_kind == ("browser" if came[1] == "done" else "staff")


def test_who_went_past_a_stop_is_named_whoever_sends_it(district: Any, draft: Draft) -> None:
    passed = {"logged": {"kind": "override", "by": "adviser", "reason": "Seen by a warden"}}
    Draft.objects.update(passed=passed)
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    assert case is not None
    line = next(event for event in timeline.of(case) if event.kind == "override")
    assert (line.by_kind, line.by_key) == ("staff", "adviser")


def test_what_a_resident_disputed_stays_theirs_where_staff_send_it(
    district: Any, draft: Draft
) -> None:
    Draft.objects.update(passed={"logged": {"kind": "dispute", "by": ""}}, asked=["dispute"])
    Draft.objects.update(answers={**draft.answers, "why": "It was out", "evidence": None})
    case, _ = submitting.submit(draft_id=draft.pk, by=BY, now=district.now)
    assert case is not None
    line = next(event for event in timeline.of(case) if event.kind == "dispute")
    assert line.by_kind == "resident"


def test_what_staff_left_out_is_asked_of_whoever_goes_on(district: Any) -> None:
    publish_library("bulky-waste", now=district.now)
    service = catalogue.current("bulky-waste")
    assert service is not None
    about: dict[str, Any] = {"channel": "telephone", "by": BY, "now": district.now}
    staffs = drafts.begin(service=service, owner=ADVISER, **about)
    staffs.answers = {"name": "Ann", "email": None, "phone": None}
    staffs.save()
    with transaction.atomic():
        handing.to_browser(staffs, HERE.key, "link opened", RESIDENT, district.now)
    # An e-mail address is theirs to give; a telephone number nobody has to.
    assert Draft.objects.get(pk=staffs.pk).answers == {"name": "Ann", "phone": None}
