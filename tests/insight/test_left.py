"""What is left is counted once, on the day and page where it was left; who comes back takes it back."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from doorstep.cases import forgetting
from doorstep.cases.models import Case, Draft
from doorstep.council.queries import ZONE
from doorstep.insight import actions as insight
from doorstep.insight import jobs, left
from doorstep.insight.models import StepCell
from tests.form_client import FormClient
from tests.missed_bin import BASE, fill_in
from tests.people import signed_in

Browser = Callable[..., FormClient]
LEFT = ("left", "stopped", "unstarted")


def begun(client: FormClient, box: Any) -> Draft:
    """Begin a form and leave it at the question for the bin."""
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    return Draft.objects.latest("created_at")


def aged(draft: Draft, **by: int) -> None:
    """Have a form be as old as that."""
    ago = timedelta(**by)
    Draft.objects.filter(pk=draft.pk).update(
        updated_at=F("updated_at") - ago, created_at=F("created_at") - ago
    )


def counted() -> Counter[tuple[str, str, str]]:
    insight.FLUSHER.flush()
    rows: Counter[tuple[str, str, str]] = Counter()
    for page, what, detail, n in StepCell.objects.filter(what__in=LEFT).values_list(
        "page", "what", "detail", "n"
    ):
        rows[page, what, detail] += n
    return +rows


def test_a_form_that_is_over_is_counted_once_where_it_was_left(
    district: Any, browser: Browser
) -> None:
    draft = begun(browser(), district.boxes[0])
    jobs.look()
    assert counted() == {}
    aged(draft, hours=13)
    for _ in range(2):
        jobs.look()
    assert counted() == {("bin", "left", ""): 1}
    draft.refresh_from_db()
    day = StepCell.objects.get(what="left").day
    assert day == draft.updated_at.astimezone(ZONE).date()
    forgetting.drop_old_drafts(now=timezone.now())
    assert not Draft.objects.exists()
    jobs.look()
    assert counted() == {("bin", "left", ""): 1}


def test_a_form_is_not_forgotten_before_it_is_counted_but_for_a_day(
    district: Any, browser: Browser
) -> None:
    now = timezone.now()
    draft = begun(browser(), district.boxes[0])
    aged(draft, hours=13)
    assert forgetting.drop_old_drafts(now=now) == 0
    assert forgetting.drop_old_drafts(now=now + timedelta(days=1)) == 1
    other = begun(browser(HTTP_SEC_GPC="1"), district.boxes[0])
    aged(other, hours=13)
    assert forgetting.drop_old_drafts(now=now) == 1


def test_a_saved_form_waits_until_it_is_over(district: Any, browser: Browser) -> None:
    draft = begun(browser(), district.boxes[0])
    Draft.objects.update(saved_key="a-message")
    aged(draft, days=2)
    jobs.look()
    assert counted() == {}
    aged(draft, days=29)
    jobs.look()
    assert counted() == {("bin", "left", ""): 1}


def test_who_comes_back_takes_it_back_and_may_leave_again(district: Any, browser: Browser) -> None:
    draft = begun(browser(), district.boxes[0])
    Draft.objects.update(saved_key="a-message")
    aged(draft, days=31)
    jobs.look()
    assert counted() == {("bin", "left", ""): 1}
    Draft.objects.update(updated_at=timezone.now())
    jobs.look()
    assert counted() == {}
    aged(draft, days=31)
    jobs.look()
    assert counted() == {("bin", "left", ""): 1}


def test_what_was_counted_as_left_and_then_sent_is_not_left(
    district: Any, browser: Browser
) -> None:
    client, box = browser(), district.boxes[0]
    draft = begun(client, box)
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    client.post(f"{BASE}/contact", {"name": "", "email": "", "phone": ""})
    left.count_left(timezone.now() + timedelta(hours=13))
    assert counted() == {(":check", "left", ""): 1}
    client.post(f"{BASE}/check")
    assert Case.objects.get().draft_id == draft.pk
    jobs.look()
    assert counted() == {}
    jobs.look()
    assert counted() == {}


def test_what_ended_at_a_stop_and_what_never_began_are_counted_apart(
    district: Any, browser: Browser
) -> None:
    client, box = browser(), district.boxes[0]
    fill_in(browser(), box)
    stopped = begun(client, box)
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    browser().post(f"{BASE}/begin")
    assert stopped.pk
    for draft in Draft.objects.filter(sent_at=None):
        aged(draft, hours=13)
    jobs.look()
    assert counted() == {("bin", "stopped", "reported"): 1, ("address", "unstarted", ""): 1}


def test_forms_thrown_away_are_left_now(district: Any, browser: Browser) -> None:
    client = browser()
    begun(client, district.boxes[0])
    client.post("/forget")
    assert counted() == {("bin", "left", ""): 1}
    desk = signed_in("adviser")
    desk.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 Firefox/140.0"
    desk.post("/desk/new/missed-bin", {"channel": "telephone"})
    draft = Draft.objects.get()
    desk.post(f"/desk/unfinished/{draft.pk}/drop")
    assert not Draft.objects.exists()
    assert counted() == {("bin", "left", ""): 1, ("address", "unstarted", ""): 1}


def test_forms_thrown_away_after_they_were_counted_count_once(
    district: Any, browser: Browser
) -> None:
    client = browser()
    begun(client, district.boxes[0])
    left.count_left(timezone.now() + timedelta(hours=13))
    client.post("/forget")
    assert counted() == {("bin", "left", ""): 1}


def test_one_form_that_nobody_can_read_holds_up_no_other(
    district: Any, browser: Browser, monkeypatch: Any
) -> None:
    odd, other = begun(browser(), district.boxes[0]), begun(browser(), district.boxes[1])
    Draft.objects.filter(pk=odd.pk).update(decisions={"bin": {"result": "stop"}})
    for draft in (odd, other):
        aged(draft, hours=13)
    jobs.look()
    assert counted() == {("", "left", ""): 1, ("bin", "left", ""): 1}
