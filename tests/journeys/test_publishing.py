"""A designer publishes what the library holds; an example that differs holds it up."""

from pathlib import Path
from typing import Any

import pytest

from doorstep.catalogue import queries as catalogue
from tests.browser import keep_signed_in, looks_right
from tests.publishing import few_examples
from tests.queue import run_queue

pytestmark = pytest.mark.browser


@pytest.fixture
def form(home: Path) -> Path:
    """The form of a library that the test may change."""
    return home / "services" / "missed-bin" / "form.yaml"


def test_from_the_library_to_residents(
    chromium: Any, live_server: Any, open_district: Any, form: Path
) -> None:
    plain = {"width": 320, "height": 700}
    page = chromium.new_context(viewport=plain).new_page()
    page.set_default_timeout(15000)
    keep_signed_in(page, live_server.url, "designer")
    page.goto(f"{live_server.url}/desk")
    page.wait_for_url("**/desk/services")
    looks_right(page)

    few = few_examples(form.parents[2], "missed-bin", "wins over too late")
    good = form.read_text()
    form.write_text(good.replace("size(open) > 0", "size(open) > 1"))
    _press(page)
    assert f"0 of {few} examples" in page.inner_text("main")
    looks_right(page)
    run_queue()
    page.wait_for_selector("h1:has-text('Not published: examples differ')")
    page.wait_for_selector("main:has-text('wanted reported, came')")
    looks_right(page)
    running = catalogue.current("missed-bin")
    assert running and running.digest == open_district.service.digest

    form.write_text(good.replace("Which bin was missed?", "Which one was it?"))
    page.click("text=All services")
    _press(page)
    run_queue()
    page.wait_for_selector("h1:text-is('Published')")  # the page refreshed by itself
    looks_right(page)
    running = catalogue.current("missed-bin")
    assert running and running.form.pages[1].title == "Which one was it?"

    form.write_text(good.replace("kind: choice", "kind: choise"))
    page.goto(f"{live_server.url}/desk/services/missed-bin/newer")
    page.wait_for_selector("main:has-text('services/missed-bin/form.yaml:')")
    looks_right(page)


def _press(page: Any) -> None:
    page.goto(page.url)
    page.click("text=See what it would change")
    looks_right(page)
    page.click("button:has-text('Play its examples and publish')")
    page.wait_for_url("**/publishing/*")
