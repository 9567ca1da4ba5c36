"""Snow: an officer moves the bookings of a day (forty in `make test-long`); one resident agrees, one wants the money, the others do not answer."""

import re
from typing import Any

import pytest
from django.utils import timezone

from doorstep.bookings.models import Move, MoveLine
from doorstep.cases.models import Case
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.outside import plug
from tests.browser import keep_signed_in, looks_right, sign_in
from tests.paying import Pay
from tests.queue import run_queue
from tests.size import size
from tests.snow import Snow, next_days

pytestmark = pytest.mark.browser
MANY = size(12, 40)


@pytest.fixture
def snow(open_district: Any, pay: Pay, live_server: Any, settings: Any) -> Snow:
    settings.BASE_ADDRESS = live_server.url
    snow = Snow(open_district)
    snow.fill_up(MANY - len(snow.cases))
    return snow


def officer(chromium: Any, base: str, scripts: bool) -> Any:
    page = chromium.new_context(java_script_enabled=scripts).new_page()
    page.set_default_timeout(15000)
    if scripts:
        sign_in(page, base, "officer")
    else:
        keep_signed_in(page, base, "officer")
        page.goto(f"{base}/desk")
    page.wait_for_url("**/desk")
    return page


def asks(page: Any, snow: Snow, look: Any) -> None:
    """Open the day from the board and answer the form, once wrongly."""
    page.goto(f"{page.base}/desk/bookings?week={snow.day.isoformat()}")
    page.click(f"a[href='/desk/bookings/{snow.slot()}']")
    page.click("text=Move its bookings to other days")
    page.wait_for_selector(f"text={MANY} bookings have this day")
    look(page)
    page.check("label:has-text('Book everyone on another day')")
    page.click("text=See where each booking would go")
    page.wait_for_selector(".govuk-error-summary:has-text('Say why nobody comes')")
    look(page)
    assert page.is_checked("#way")
    page.fill("#why", "snow on the roads")
    page.click("text=See where each booking would go")
    page.wait_for_selector(f"h1:has-text('Where {MANY} bookings would go')")
    look(page)


def opened(chromium: Any, case: Case) -> Any:
    """Open the case by the link of the message that its person got."""
    message = Message.objects.get(case=case, name="rebooked")
    sending.send(message_id=message.pk, now=timezone.now())
    body = str(plug.get("messages.messenger").sent(message.key).body)
    assert "snow on the roads" in body
    page = chromium.new_context(viewport={"width": 360, "height": 740}).new_page()
    page.set_default_timeout(15000)
    page.goto(re.search(r"http\S+", body)[0])  # type: ignore[index]
    page.wait_for_selector("main:has-text('We have booked')")
    looks_right(page)
    return page


def test_a_day_of_many_bookings_is_moved(chromium: Any, live_server: Any, snow: Snow) -> None:
    page = officer(chromium, live_server.url, True)
    page.base = live_server.url
    asks(page, snow, looks_right)
    # One of them is to have another day than the one proposed.
    chosen = page.locator(f"#to-{snow.cases[5].pk}")
    chosen.select_option(index=1)
    later = chosen.input_value()
    page.click(f"button:has-text('Move {MANY} bookings')")
    page.wait_for_selector(f"text=0 of {MANY} bookings")
    looks_right(page)
    run_queue()
    page.wait_for_selector("h1:has-text('were moved')")  # it refreshes by itself
    looks_right(page)
    assert MoveLine.objects.filter(state="moved").count() == MANY
    assert MoveLine.objects.get(case=snow.cases[5]).slot == later

    # It was the wrong day: back, and then the right one.
    page.click("text=Undo: put all back")
    page.wait_for_selector("h1:has-text('go back')")
    run_queue()
    page.wait_for_selector("text=Nobody: it was undone by")
    assert snow.days() == [snow.day] * MANY
    assert not Message.objects.filter(name="rebooked", sent_at__isnull=False).exists()
    asks(page, snow, lambda _page: None)
    page.click(f"button:has-text('Move {MANY} bookings')")
    page.wait_for_selector(f"text=0 of {MANY} bookings")
    run_queue()
    page.wait_for_selector("h1:has-text('were moved')")
    assert snow.days() == [next_days(snow)] * MANY

    # Ten minutes later they are told. One agrees, one has the money back.
    Message.objects.filter(name="rebooked").update(not_before=timezone.now())
    Move.objects.update(tell_at=timezone.now())
    agrees, refuses = snow.cases[0], snow.cases[1]
    theirs = opened(chromium, agrees)
    theirs.click("a:has-text('That day suits me')")
    theirs.wait_for_selector("text=We come on")
    theirs.click("main button:has-text('That day suits me')")
    theirs.wait_for_selector("main:has-text('We will come on')")
    looks_right(theirs)
    theirs = opened(chromium, refuses)
    theirs.click("a:has-text('Cancel this collection')")
    theirs.wait_for_selector("text=All you paid, if anything, goes back")
    looks_right(theirs)
    theirs.click("main button:has-text('Cancel this collection')")
    theirs.wait_for_selector("main:has-text('goes back')")
    stages = dict(Case.objects.values_list("pk", "stage"))
    assert [stages[agrees.pk], stages[refuses.pk]] == ["still_booked", "move_refused"]

    page.click("text=Not answered, or by hand")
    page.wait_for_selector("strong:has-text('Not answered, or by hand')")
    rows = page.locator("tbody th").all_inner_texts()
    assert len(rows) == MANY - 2 and agrees.reference not in rows
    looks_right(page)


@pytest.mark.long
def test_a_day_is_moved_without_scripts(chromium: Any, live_server: Any, snow: Snow) -> None:
    page = officer(chromium, live_server.url, False)
    page.base = live_server.url
    asks(page, snow, lambda _page: None)
    page.click(f"button:has-text('Move {MANY} bookings')")
    page.wait_for_selector(f"text=0 of {MANY} bookings")
    run_queue()
    page.wait_for_selector("h1:has-text('were moved')")
    assert snow.days() == [next_days(snow)] * MANY
