"""A resident's front door: the first page, a home's page and what leads from there, as eyes, keys and screen readers find it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import looks_right
from tests.publishing import publish_library

pytestmark = pytest.mark.browser

PAGES = ("/", "/bins/1001", "/bins/what-goes-where?thing=bottles&home=1001", "/bins/1001/keep")


@pytest.fixture
def door(open_district: Any) -> Any:
    """The district with what its residents ask for most."""
    publish_library("damaged-bin", "bulky-waste", "graffiti", "complaint", now=open_district.now)
    return open_district


@pytest.fixture(params=[("light", "en"), ("dark", "cy")], ids=["light-en", "dark-cy"])
def page(request: Any, chromium: Any, live_server: Any) -> Iterator[Any]:
    """A telephone in one scheme and language."""
    scheme, code = request.param
    context = chromium.new_context(
        viewport={"width": 320, "height": 700}, color_scheme=scheme, base_url=live_server.url
    )
    page = context.new_page()
    page.set_default_timeout(15000)
    page.goto(f"/language/{code}?next=/")
    yield page
    context.close()


@pytest.mark.by_turns
def test_nothing_is_wrong_in_either_scheme_or_language(door: Any, page: Any) -> None:
    for path in (*PAGES, "/services/missed-bin?home=1001", "/reports", "/case/open", "/contact"):
        page.goto(path)
        looks_right(page)


def test_a_missed_bin_from_the_first_page_in_six_pages(
    door: Any, chromium: Any, live_server: Any
) -> None:
    page = chromium.new_page(viewport={"width": 375, "height": 700})
    page.set_default_timeout(15000)
    seen, taps = [], 0
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    page.goto(live_server.url)
    seen.clear()
    for tap, filled in (
        ("text=Report a missed bin", ""),
        ("#postcode", "le673fj"),
        ("text=Start now", ""),
        ("text=1 Mill Lane", ""),
        ("text=Continue", ""),
        ("text=Black bin", ""),
        ("text=Continue", ""),
        ("text=Continue", ""),
        ("text=Send report", ""),
    ):
        page.click(tap)
        taps += 1
        if filled:
            page.fill(tap, filled)
    page.wait_for_url("**/sent")
    assert taps <= 14 and len(seen) <= 6, seen
    page.close()


def test_a_home_leads_on_without_a_postcode(door: Any, chromium: Any, live_server: Any) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(15000)
    page.goto(live_server.url)
    page.fill("#postcode", "le673fj")
    page.click("text=Show")
    page.click("text=1 Mill Lane")
    page.click(".kit-doors >> text=Report a damaged bin")
    page.click("text=Start now")
    page.wait_for_selector("h1:has-text('Which bin is it?')")
    page.close()


def test_keys_alone_reach_every_door_and_the_focus_is_seen(
    door: Any, chromium: Any, live_server: Any
) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(live_server.url)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        on = page.evaluate(
            """() => { const on = document.activeElement; const box = on.getBoundingClientRect();
            return [on.tagName, on.id || on.textContent.trim(), box.width > 0 && box.height > 0]; }"""
        )
        if on[0] == "BODY":
            break
        assert on[2], on
        reached.append(on[1])
    assert reached[0] == "Skip to main content"
    order = [
        "q",
        "Find",
        "postcode",
        "Show",
        "Report a missed bin",
        "Book a bulky waste collection",
    ]
    assert [name for name in reached if name in order][: len(order)] == order
    assert "reference" in reached and "Contact us" in reached
    page.close()


def test_a_screen_reader_hears_the_answer_first(door: Any, chromium: Any, live_server: Any) -> None:
    page = chromium.new_page()
    page.goto(f"{live_server.url}/bins/1001")
    tree = page.locator("main").aria_snapshot()
    assert "Your next collection" in tree.split("heading")[1] and "[level=1]" in tree
    # The wall beside the list says the same once more: to eyes alone.
    assert "table" not in tree and "img" not in tree
    assert tree.index("Black bin") < tree.index("Remind me by email")
    page.goto(live_server.url)
    tree = page.locator("main").aria_snapshot()
    assert "img" not in tree and 'textbox "Postcode"' in tree
    assert tree.count("[level=1]") == 1
    page.close()


def test_forced_colours_and_four_hundred_per_cent(
    door: Any, chromium: Any, live_server: Any
) -> None:
    context = chromium.new_context(
        viewport={"width": 320, "height": 256}, forced_colors="active", base_url=live_server.url
    )
    page = context.new_page()
    for path in PAGES:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, path
    context.close()


def test_one_typeface_on_every_element(door: Any, chromium: Any, live_server: Any) -> None:
    page = chromium.new_page()
    for path in (*PAGES, "/reports", "/services/missed-bin", "/contact", "/cookies"):
        page.goto(live_server.url + path)
        faces = page.evaluate(
            """() => [...new Set([...document.body.querySelectorAll("*")].filter(e => e.offsetParent)
            .filter(e => !e.closest("code, kbd, samp, .leaflet-control-zoom"))
            .map(e => getComputedStyle(e).fontFamily))]"""
        )
        assert len(faces) == 1, (path, faces)
    page.close()
