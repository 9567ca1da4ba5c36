"""Was this helpful? From the page of a case to the thanks: on a phone, by keys, without scripts, in each language and scheme."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases import deciding
from doorstep.cases.models import Case
from doorstep.insight.models import Answer
from doorstep.staff.actor import SYSTEM
from tests.browser import looks_right, report

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
WAYS = [("light", "en", True), ("dark", "cy", True), ("light", "cy", False)]


@pytest.fixture(params=WAYS, ids=["-".join(map(str, way)) for way in WAYS])
def page(request: Any, chromium: Any, live_server: Any) -> Iterator[Any]:
    """A telephone in one scheme and language, with scripts or without, that has sent a missed bin."""
    scheme, code, scripts = request.param
    context = chromium.new_context(
        viewport=PHONE, color_scheme=scheme, base_url=live_server.url, java_script_enabled=True
    )
    sender = context.new_page()
    sender.set_default_timeout(15000)
    report(sender, live_server.url, 1)
    for button in ("Continue", "Send report"):
        sender.click(f"text={button}")
    sender.wait_for_url("**/sent")
    if not scripts:
        cookies = context.cookies()
        context.close()
        context = chromium.new_context(
            viewport=PHONE, color_scheme=scheme, base_url=live_server.url, java_script_enabled=False
        )
        context.add_cookies(cookies)
    page = context.new_page()
    page.set_default_timeout(15000)
    page.goto(f"/language/{code}?next=/")
    page.check_looks = looks_right if scripts else lambda page: None
    yield page
    context.close()


def answer(page: Any, case: Case, score: str) -> None:
    """Answer, once with nothing chosen."""
    page.goto(f"/case/{case.reference}/helpful")
    page.check_looks(page)
    page.click("main button")
    page.wait_for_selector(".govuk-error-summary")
    page.check_looks(page)
    page.check(f"input[value='{score}']")
    page.fill("#comment", "It was quick")
    page.click("main button")
    page.wait_for_selector("main form", state="detached")
    page.check_looks(page)


@pytest.mark.by_turns
def test_after_sending_and_at_the_end(open_district: Any, page: Any) -> None:
    case = Case.objects.get()
    answer(page, case, "4")
    deciding.decide(case_id=case.pk, decision="close", reason="x", by=SYSTEM, now=timezone.now())
    answer(page, case, "2")
    said = Answer.objects.order_by("pk").values_list("place", "score", "comment")
    assert list(said) == [("sent", 4, "It was quick"), ("end", 2, "It was quick")]


def test_keys_alone_answer_it(open_district: Any, chromium: Any, live_server: Any) -> None:
    page = chromium.new_page(viewport=PHONE)
    report(page, live_server.url, 1)
    for button in ("Continue", "Send report"):
        page.click(f"text={button}")
    page.wait_for_url("**/sent")
    page.goto(f"{live_server.url}/case/{Case.objects.get().reference}/helpful")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "score":
            break
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Good")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Thank you')")
    assert Answer.objects.get().score == 4 and Answer.objects.get().comment == "Good"
