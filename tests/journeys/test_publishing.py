"""A designer publishes what the library holds; an example that differs holds it up."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from procrastinate.contrib.django import app

from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from tests.journeys.test_missed_bin import looks_right

pytestmark = pytest.mark.browser


@pytest.fixture
def form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The form of a library that the test may change."""
    for name in ("services", "councils"):
        shutil.copytree(council.home() / name, tmp_path / name)
    monkeypatch.setenv("DOORSTEP_HOME", str(tmp_path))
    yield tmp_path / "services" / "missed-bin" / "form.yaml"


def run_queue() -> None:
    """Run what is due on a real worker, in a thread because the browser's loop holds this one."""

    def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):
            app.run_worker(
                queues=["default"], wait=False, install_signal_handlers=False, listen_notify=False
            )

    thread = Thread(target=work)
    thread.start()
    thread.join(60)


def test_from_the_library_to_residents(
    chromium: Any, live_server: Any, open_district: Any, form: Path
) -> None:
    plain = {"width": 320, "height": 700}
    page = chromium.new_context(viewport=plain).new_page()
    page.set_default_timeout(15000)
    page.goto(f"{live_server.url}/desk/sign-in")
    page.fill("#username", "designer")
    page.fill("#password", "a-long-password")
    page.click("main button:has-text('Sign in')")
    page.wait_for_url("**/desk/services")
    looks_right(page)

    good = form.read_text()
    form.write_text(good.replace("size(open) > 0", "size(open) > 1"))
    _press(page)
    assert f"0 of {len(open_district.service.examples)} examples" in page.inner_text("main")
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
    page.wait_for_selector("h1:has-text('Published')")  # the page refreshed by itself
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
