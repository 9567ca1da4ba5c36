"""What anyone may see; what is near; what is the same; who is told."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.cases.forgetting import erase
from doorstep.cases.models import Case
from doorstep.cases.queries import worklist
from doorstep.council.errors import Refused
from doorstep.fieldwork.models import Job
from doorstep.files import photos
from doorstep.messages.models import Message
from doorstep.reports import actions, following, queries
from doorstep.reports.models import Follower, Joined
from doorstep.staff.actor import Actor
from doorstep.staff.who import System
from tests.form_client import FormClient
from tests.to_do import to_do

pytestmark = pytest.mark.django_db
OFFICER = Actor("staff", "officer")


def seen() -> list[queries.Shown]:
    return queries.all_shown(queries.public())


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def sent(case: Case) -> list[str]:
    rows = Message.objects.filter(case=case).order_by("pk")
    return list(rows.values_list("name", flat=True))


def test_a_report_shows_where_and_what_and_nothing_of_its_person(streets: Any) -> None:
    case = streets.case(details="My neighbour Bob did it", name="Ann Onym")
    (one,) = seen()
    assert (one.reference, one.state, one.where) == (
        case.reference,
        "open",
        "High Street, Coalville",
    )
    assert one.what.startswith("A bench, bin") and one.ward == "Coalville East" and one.text == ""
    page = FormClient().get(f"/reports/{case.reference}").content.decode()
    for secret in ("Bob", "Onym", "ann@resident"):
        assert secret not in page and secret not in repr(one)
    lists = ("/reports", "/reports.rss", "/reports.json", "/reports.csv")
    for there in lists:
        body = FormClient().get(there).content.decode()
        assert "High Street" in body and case.reference in body
        assert not any(secret in body for secret in ("Bob", "Onym", "ann@resident"))


def test_words_are_shown_once_an_officer_says_so_and_hidden_again(streets: Any) -> None:
    case = streets.case(details="On the <b>north</b> side")
    now = streets.now
    actions.show(case_id=case.pk, hidden=False, text=True, photos=[], by=OFFICER, now=now)
    assert seen()[0].text == "On the <b>north</b> side"
    page = FormClient().get(f"/reports/{case.reference}").content.decode()
    assert "On the &lt;b&gt;north&lt;/b&gt; side" in page
    actions.show(case_id=case.pk, hidden=True, text=True, photos=[], by=OFFICER, now=now)
    assert seen() == [] and FormClient().get(f"/reports/{case.reference}").status_code == 404
    assert case.events.filter(kind="shown").count() == 2


def test_a_report_of_what_is_not_public_cannot_be_shown(district: Any) -> None:
    case = district.case(0)
    with pytest.raises(Refused, match="not_published"):
        actions.show(
            case_id=case.pk, hidden=False, text=True, photos=[], by=OFFICER, now=district.now
        )


def test_near_ones_are_found_by_metres_and_days_and_only_while_open(streets: Any) -> None:
    case, now = streets.case(), streets.now
    at = {"slug": "graffiti", "easting": case.easting + 30, "northing": case.northing + 40}
    assert [n.metres for n in queries.near(**at, metres=51, days=1, now=now)] == [50]
    assert queries.near(**at, metres=49, days=1, now=now) == []
    assert queries.near(**{**at, "slug": "other"}, metres=51, days=1, now=now) == []
    later = now + timedelta(days=2)
    assert queries.near(**at, metres=51, days=1, now=later) == []
    streets.finish(case)
    assert queries.near(**at, metres=51, days=1, now=now) == []
    assert seen()[0].state == "fixed"


def test_this_is_it_joins_without_a_second_job_and_is_told_with_the_first(streets: Any) -> None:
    first = streets.case()
    second = streets.case(same=first.reference, email="bob@resident.example")
    assert fresh(second).stage == "joined" and Job.objects.count() == 1
    assert [one.joined for one in seen()] == [1]
    assert [
        c.pk for c in worklist(System(), streets.now, state="open", today=streets.now.date())
    ] == [first.pk]
    streets.finish(first)
    assert fresh(second).stage == "removed" and fresh(second).good
    assert sent(first) == ["received", "removed"] and sent(second) == ["joined", "removed"]


def test_one_that_was_dealt_with_meanwhile_gets_its_own_job(streets: Any) -> None:
    first = streets.case()
    draft = streets.draft(same=first.reference)
    streets.finish(first)
    from doorstep.cases import submitting
    from doorstep.staff.actor import RESIDENT

    made, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=streets.now)
    assert made and made.stage == "with_crew" and Joined.objects.count() == 0


def test_an_officer_joins_and_parts_and_everything_is_as_before(streets: Any) -> None:
    first, second = streets.case(), streets.case("street:12")
    now = streets.now
    actions.merge(case_id=second.pk, reference=first.reference.lower(), by=OFFICER, now=now)
    assert fresh(second).stage == "joined" and [r.reference for r in seen()] == [first.reference]
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["open", "withdrawn"]
    assert seen()[0].joined == 1
    actions.split(case_id=second.pk, by=OFFICER, now=now)
    assert fresh(second).stage == "with_crew" and len(seen()) == 2
    assert [r.joined for r in seen()] == [0, 0] and fresh(second).flags == []
    assert Job.objects.filter(case=second, state="open").count() == 1
    kinds = list(first.events.values_list("kind", flat=True))
    assert kinds[-2:] == ["joined", "parted"]


def test_joining_follows_a_chain_and_never_makes_a_ring(streets: Any) -> None:
    a, b, c = (streets.case(email=f"{n}@resident.example") for n in "abc")
    now = streets.now

    def merge(case: Any, into: Any) -> None:
        actions.merge(case_id=case.pk, reference=into.reference, by=OFFICER, now=now)

    merge(a, b)
    merge(b, c)
    assert [(r.reference, r.joined) for r in seen()] == [(c.reference, 2)]
    for into in (a, b, c):
        with pytest.raises(Refused, match="same_report"):
            merge(c, into)
    actions.split(case_id=a.pk, by=OFFICER, now=now)
    assert sorted((r.reference, r.joined) for r in seen()) == sorted(
        [(a.reference, 0), (c.reference, 1)]
    )
    streets.finish(c)
    assert fresh(b).stage == "removed" and fresh(a).stage == "with_crew"


def test_what_is_joined_to_a_joined_one_hears_in_the_end(streets: Any) -> None:
    a, b, c = (streets.case() for _ in "abc")
    for case, into in ((a, b), (b, c)):
        actions.merge(case_id=case.pk, reference=into.reference, by=OFFICER, now=streets.now)
    streets.finish(c)
    assert {fresh(x).stage for x in (a, b, c)} == {"removed"}


def test_one_that_knows_no_way_on_from_there_is_an_officers_and_no_closed_one_is(
    streets: Any,
) -> None:
    first, second, third = (streets.case() for _ in "abc")
    for case in (second, third):
        actions.merge(case_id=case.pk, reference=first.reference, by=OFFICER, now=streets.now)
    Case.objects.filter(pk=third.pk).update(closed_at=streets.now, outcome="ended")
    actions.propagate(case=first, outcome="buried_at_sea", by=OFFICER, now=streets.now)
    (asked,) = to_do(second)
    assert first.reference in asked and "buried at sea" in asked
    assert fresh(second).stage == "joined" and to_do(third) == []


def test_a_joined_report_leads_to_the_one_that_stands_for_it(streets: Any) -> None:
    first, second, third = (
        streets.case(place) for place in ("street:11", "street:12", "street:11")
    )
    client, now = FormClient(), streets.now
    actions.merge(case_id=third.pk, reference=second.reference, by=OFFICER, now=now)
    actions.merge(case_id=second.pk, reference=first.reference, by=OFFICER, now=now)
    for joined in (second, third):
        page = client.get(f"/reports/{joined.reference}")
        assert page.status_code == 200 and f"/reports/{first.reference}" in page.content.decode()
        assert b"together with another report" in page.content
        # Shown in no list, and followed no less.
        assert joined.reference not in client.get("/reports?state=").content.decode()
        assert client.get(f"/reports/follow/report/{joined.reference}").status_code == 200
    assert b"together with another" not in client.get(f"/reports/{first.reference}").content
    actions.show(case_id=first.pk, hidden=True, text=False, photos=[], by=OFFICER, now=now)
    page = client.get(f"/reports/{second.reference}").content.decode()
    assert first.reference not in page and "is not shown here" in page
    actions.split(case_id=second.pk, by=OFFICER, now=now)
    assert b"together with another" not in client.get(f"/reports/{second.reference}").content


def test_who_follows_a_joined_one_hears_of_the_others_end_once(streets: Any) -> None:
    first, second = streets.case(), streets.case("street:12")
    now = streets.now
    follow("report", second.reference, "behind@x.example", now)
    follow("street", "12", "street@x.example", now)
    actions.merge(case_id=second.pk, reference=first.reference, by=OFFICER, now=now)
    # That it is joined now, only those who follow it hear; and all of them hear how it ended.
    assert following.announce(case_id=second.pk, stage="joined", now=now) == 1
    streets.finish(first)
    assert following.announce(case_id=first.pk, stage="removed", now=now) == 1
    assert [m.to for m in Message.objects.filter(name="report-moved").order_by("pk")] == [
        "behind@x.example"
    ] * 2
    assert f"/reports/{first.reference}" in letters("behind@x.example")[-1].body
    joined, ended = (letter.body for letter in letters("behind@x.example"))
    assert "The report that you follow was joined to another" in joined
    assert f"You follow {second.reference}" in joined and f"/reports/{first.reference}" in joined
    assert f"You follow {second.reference}, which was joined to {first.reference}" in ended


def test_who_follows_hears_at_once_that_an_officer_joined_it(streets: Any) -> None:
    first, second, now = streets.case(), streets.case("street:12"), streets.now
    follow("report", second.reference, "behind@x.example", now)
    actions.merge(case_id=second.pk, reference=first.reference, by=OFFICER, now=now)
    job = ProcrastinateJob.objects.filter(task_name="reports.announce").latest("id")
    assert job.args == {"case_id": second.pk, "stage": "joined"}
    following.announce(**job.args, now=now)
    (letter,) = letters("behind@x.example")
    assert f"It was joined to {first.reference}" in letter.body
    actions.show(case_id=first.pk, hidden=True, text=False, photos=[], by=OFFICER, now=now)
    follow("report", second.reference, "later@x.example", now)
    following.announce(case_id=second.pk, stage="joined", now=now)
    (letter,) = letters("later@x.example")
    assert first.reference not in letter.body and "not shown to anyone" in letter.body


def test_photos_of_a_joined_one_go_along_as_far_as_they_were_let_through(streets: Any) -> None:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    names = [
        photos.take(SimpleUploadedFile("p.jpg", file.getvalue()), now=streets.now) for _ in "ab"
    ]
    first, second, now = streets.case(), streets.case("street:12", photos=names), streets.now
    shown = {"hidden": False, "text": False, "by": OFFICER, "now": now}
    actions.show(case_id=second.pk, photos=names[:1], **shown)
    actions.merge(case_id=second.pk, reference=first.reference, by=OFFICER, now=now)
    page = FormClient().get(f"/reports/{first.reference}").content.decode()
    there = [f"/reports/{second.reference}/photos/{name}" for name in names]
    assert there[0] in page and there[1] not in page
    assert [FormClient().get(t).status_code for t in there] == [200, 404]


def test_what_cannot_be_joined_is_refused_and_nothing_is_changed(
    streets: Any, district: Any
) -> None:
    first, second, bin_case = streets.case(), streets.case(), district.case(0)
    now = streets.now
    for reference in ("", "GR-0000-0000", bin_case.reference):
        with pytest.raises(Refused, match="no_such_report"):
            actions.merge(case_id=first.pk, reference=reference, by=OFFICER, now=now)
    with pytest.raises(Refused, match="not_joined"):
        actions.split(case_id=first.pk, by=OFFICER, now=now)
    streets.finish(second)
    with pytest.raises(Refused, match="merged_into_closed"):
        actions.merge(case_id=first.pk, reference=second.reference, by=OFFICER, now=now)
    # A closed case has no way on: its own job is not taken back either.
    with pytest.raises(Refused, match="not_mergeable|merged_into_closed|same_report"):
        actions.merge(case_id=second.pk, reference=second.reference, by=OFFICER, now=now)
    assert Joined.objects.count() == 0
    assert Job.objects.filter(case=first, state="open").count() == 1


def follow(kind: str, key: str, email: str, now: Any) -> Follower:
    following.ask(kind=kind, key=key, email=email, now=now)
    follower = Follower.objects.get(kind=kind, email=email)
    follower.confirmed_at = now
    follower.save()
    return follower


def letters(email: str) -> list[Message]:
    return list(Message.objects.filter(to=email, name="report-moved").order_by("pk"))


def test_followers_of_street_ward_and_report_are_told_once_of_each_move(streets: Any) -> None:
    now = streets.now
    follow("street", "11", "street@x.example", now)
    follow("ward", "E05010105", "ward@x.example", now)
    follow("ward", "E05010105", "street@x.example", now)
    case = streets.case()
    for _ in range(2):  # the queue may run it twice
        following.announce(case_id=case.pk, stage="with_crew", now=now)
    assert len(letters("street@x.example")) == len(letters("ward@x.example")) == 1
    (letter,) = letters("street@x.example")
    assert "High Street, Coalville" in letter.body and f"/reports/{case.reference}" in letter.body
    assert "ann@resident" not in letter.body and "fountain" not in letter.body
    streets.now = now + timedelta(hours=1)
    streets.finish(case)
    assert following.announce(case_id=case.pk, stage="with_crew", now=now) == 0  # it has moved on
    assert following.announce(case_id=case.pk, stage="removed", now=now) == 2
    assert "removed" in letters("ward@x.example")[-1].body


def test_nobody_is_told_of_what_is_hidden_or_not_confirmed(streets: Any) -> None:
    now = streets.now
    following.ask(kind="street", key="11", email="never@x.example", now=now)
    follow("street", "11", "told@x.example", now)
    case = streets.case()
    actions.show(case_id=case.pk, hidden=True, text=False, photos=[], by=OFFICER, now=now)
    assert following.announce(case_id=case.pk, stage="with_crew", now=now) == 0
    actions.show(case_id=case.pk, hidden=False, text=False, photos=[], by=OFFICER, now=now)
    assert following.announce(case_id=case.pk, stage="with_crew", now=now) == 1
    assert letters("never@x.example") == []


def test_following_is_confirmed_by_a_button_and_stopped_by_one_click(streets: Any) -> None:
    from doorstep.messages.actions import token_of

    client, now = FormClient(), streets.now
    there = client.post("/reports/follow/street/11", {"email": "Pat@X.example"})
    assert there.url == "/reports/follow/street/11/asked"
    follower = Follower.objects.get(email="pat@x.example")
    token = token_of(Message.objects.get(name="report-confirm").key)
    client.get(f"/reports/follow/confirm/{token}")
    follower.refresh_from_db()
    assert follower.confirmed_at is None
    client.post(f"/reports/follow/confirm/{token}")
    follower.refresh_from_db()
    assert follower.confirmed_at is not None
    stop = token_of(f"report-follower:{follower.pk}")
    FormClient(enforce_csrf_checks=True).post(f"/reports/follow/stop/{stop}")
    assert not Follower.objects.exists() and not Message.objects.filter(to="pat@x.example").exists()
    bad = client.post("/reports/follow/street/11", {"email": "not one"})
    assert b"Enter an email address in the correct format" in bad.content
    assert client.get("/reports/follow/street/99").status_code == 404
    assert client.get("/reports/follow/planet/11").status_code == 404
    assert now


def test_what_was_erased_is_no_longer_shown(streets: Any) -> None:
    case = streets.case()
    streets.finish(case)
    erase(case_id=case.pk, now=streets.now)
    assert seen() == [] and fresh(case).where == "" and fresh(case).easting is None


@pytest.mark.parametrize(
    "query",
    [
        "?service=nope",
        "?ward=%00",
        "?street=abc",
        "?street=99999999999999",
        "?state=x",
        "?page=0",
        "?page=-1",
        "?page=99999",
        "?find=%00%27;--",
        "?find=" + "a" * 500,
    ],
)
def test_odd_filters_are_answered(streets: Any, query: str) -> None:
    streets.case()
    for there in ("/reports", "/reports.rss", "/reports.json", "/reports.csv"):
        assert FormClient().get(there + query).status_code == 200, there


def test_filters_narrow_the_list(streets: Any) -> None:
    first, second = streets.case(), streets.case("street:12")
    streets.finish(second)

    def found(query: str) -> set[str]:
        rows = FormClient().get(f"/reports.json{query}").json()["reports"]
        return {row["reference"] for row in rows}

    assert found("") == {first.reference}
    assert found("?state=") == {first.reference, second.reference}
    assert found("?state=fixed") == {second.reference}
    assert found("?state=&street=11") == {first.reference}
    assert found("?state=&ward=E05010105") == {first.reference, second.reference}
    assert found("?state=&ward=E1") == set() and found("?service=missed-bin") == set()


def test_that_a_place_is_near_the_boundary_is_said_without_scripts_too(streets: Any) -> None:
    client, there = FormClient(), "/services/graffiti/where"
    client.post("/services/graffiti/begin")
    # A corner of the outline, and the middle of Coalville.
    for place, near in (("at:52.67229,-1.496357", True), ("street:11", False)):
        client.post(there, {"where": place})
        assert ("near the boundary of our district" in client.get(there).content.decode()) is near


def test_a_photo_is_anyones_only_once_an_officer_says_so(streets: Any) -> None:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    names = [
        photos.take(SimpleUploadedFile("p.jpg", file.getvalue()), now=streets.now) for _ in "ab"
    ]
    case, now = streets.case(photos=names), streets.now
    there = [f"/reports/{case.reference}/photos/{name}" for name in names]
    assert [FormClient().get(t).status_code for t in there] == [404, 404] and seen()[0].photos == ()
    shown = {"hidden": False, "text": False, "by": OFFICER, "now": now}
    actions.show(case_id=case.pk, photos=[*names[:1], "0" * 32 + ".jpg"], **shown)
    assert [FormClient().get(t).status_code for t in there] == [200, 404]
    assert seen()[0].photos == (names[0],)
    actions.show(case_id=case.pk, photos=[], **shown)
    assert [FormClient().get(t).status_code for t in there] == [404, 404]
