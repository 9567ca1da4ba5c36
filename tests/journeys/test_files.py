"""Files go along with a form from a telephone, with scripts or without; staff save them once they are scanned."""

import os
from pathlib import Path
from typing import Any

import pytest

from doorstep.cases.models import Case
from doorstep.files import papers
from doorstep.files.models import Paper
from standins.clamav.app import EICAR
from tests import odd_files as odd
from tests import tenancy
from tests.browser import looks_right, sign_in
from tests.publishing import publish
from tests.queue import run_queue

pytestmark = pytest.mark.browser
PHONE, DESK = {"width": 341, "height": 700}, {"width": 1366, "height": 768}
GO_ON = "main form button:has-text('Continue')"


@pytest.fixture
def base(open_district: Any, live_server: Any) -> str:
    publish(tenancy.FILES)
    return str(live_server.url)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bodies = {
        "lease.pdf": odd.pdf(),
        "notes.docx": odd.office(),
        "photo.png": odd.picture(),
        "eicar.txt": EICAR,
        "shut.pdf": odd.locked_pdf(),
        "A very long name of a letter that came from the landlord about the deposit 2026.pdf": odd.pdf(),
    }
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
    return tmp_path


def chosen(page: Any, folder: Path, *names: str) -> None:
    """Choose files, and press a button by keyboard."""
    page.set_input_files("#papers-file", [folder / name for name in names])


def looked_at(page: Any, scripts: bool, name: str) -> None:
    if scripts:
        looks_right(page)
    if shots := os.environ.get("DOORSTEP_SHOTS"):  # for who wants to see each state
        width = page.viewport_size["width"]
        page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("scripts", [True, False])
def test_files_are_chosen_refused_removed_and_sent_and_saved_by_staff(
    chromium: Any, base: str, folder: Path, settings: Any, scripts: bool
) -> None:
    with tenancy.scanner(settings):
        page = chromium.new_context(viewport=PHONE, java_script_enabled=scripts).new_page()
        page.set_default_timeout(15000)
        page.goto(f"{base}/services/tenancy")
        page.click("text=Start now")
        page.fill("#about", "A lease")
        page.press("#about", "Enter")
        page.wait_for_selector("#papers-file")
        looked_at(page, scripts, "form-empty")
        fill_in(page, folder, scripts)
        page.click("main button:text-is('Send')")
        page.wait_for_url("**/sent")
        case = Case.objects.get()
        own, there = f"{base}/case/{case.reference}", f"{base}/desk/cases/{case.reference}"
        page.goto(own)
        page.wait_for_selector("h2:has-text('Your files')")
        assert page.inner_text(".kit-files").count("being checked for viruses") == 3
        looked_at(page, scripts, "case-waiting")

        desk = chromium.new_context(viewport=DESK).new_page()
        sign_in(desk, base, "officer")
        desk.goto(there)
        assert desk.locator(".kit-files a").count() == 0
        looked_at(desk, True, "desk-waiting")
        run_queue()
        scanned(page, desk, own, there, scripts)


def fill_in(page: Any, folder: Path, scripts: bool) -> None:
    """Choose files, meet what is refused, remove one, and go on to the end."""
    chosen(page, folder, "lease.pdf", "shut.pdf")
    page.focus(GO_ON)
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-error-summary")
    assert page.inner_text(".govuk-error-summary__list a") == (
        "“shut.pdf” is locked with a password. Save a copy without one, and choose that"
    )
    assert "lease.pdf" in page.inner_text(".kit-files")  # which was taken all the same
    looked_at(page, scripts, "form-refused")
    chosen(page, folder, "photo.png")
    page.focus("button[name=add][value=papers]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".kit-files >> text=photo.jpg")
    assert page.locator(".govuk-error-summary").count() == 0
    looked_at(page, scripts, "form-more")
    page.focus("#papers-none-2")
    page.keyboard.press("Space")
    chosen(page, folder, "eicar.txt")
    page.set_input_files("#more-file", [next(folder.glob("A very*")), folder / "notes.docx"])
    page.focus(GO_ON)
    page.keyboard.press("Enter")
    page.wait_for_selector("#email")
    page.go_back()
    page.wait_for_selector(".kit-files >> text=notes.docx")
    page.locator("label[for=more-none-2]").click()
    page.click(GO_ON)
    page.wait_for_selector("#email")
    page.click(GO_ON)
    page.wait_for_selector("h1:has-text('Check your answers')")
    said = page.inner_text("main")
    assert "lease.pdf, eicar.txt" in said and "photo.jpg" not in said and "notes" not in said
    looked_at(page, scripts, "check")


def scanned(page: Any, desk: Any, own: str, there: str, scripts: bool) -> None:
    """See what the scanner let go and what it found; save the lease."""
    from doorstep.cases import jobs

    jobs.tell_of_files()
    run_queue()
    desk.goto(there)
    looked_at(desk, True, "desk-scanned")
    said = desk.inner_text("main")
    assert "deleted: a virus was found in it (Eicar-Test-Signature)" in said
    assert desk.locator(".kit-file__small").count() == 2
    link = desk.locator(".kit-files a:has-text('lease.pdf')")
    with desk.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "lease.pdf"
    lease = Paper.objects.get(file_name="lease.pdf")
    assert Path(download.value.path()).read_bytes() == (papers.folder() / lease.name).read_bytes()
    # Opened by its address alone, a browser still saves it.
    tab = desk.context.new_page()
    with tab.expect_download():
        tab.evaluate(f"location.href = '{link.evaluate('one => one.href')}'")
    tab.close()
    desk.set_viewport_size(PHONE)
    desk.goto(there)
    looked_at(desk, True, "desk-narrow")
    page.goto(own)
    assert "One file could not be taken: “eicar.txt”" in page.inner_text("main")
    looked_at(page, scripts, "case-scanned")


def test_one_that_is_found_while_the_form_is_open_is_said_at_its_field(
    chromium: Any, base: str, folder: Path, settings: Any
) -> None:
    with tenancy.scanner(settings):
        page = chromium.new_page(viewport=PHONE)
        page.set_default_timeout(15000)
        page.goto(f"{base}/services/tenancy")
        page.click("text=Start now")
        page.fill("#about", "A lease")
        page.click(GO_ON)
        chosen(page, folder, "eicar.txt")
        page.click(GO_ON)
        page.click(GO_ON)
        run_queue()
        page.click("main button:text-is('Send')")
        page.wait_for_selector(".govuk-error-summary")
        looked_at(page, True, "form-virus")
        assert "We found a virus in “eicar.txt” and deleted it" in page.inner_text(
            ".govuk-error-summary"
        )
        chosen(page, folder, "lease.pdf")
        page.click(GO_ON)
        page.click("main button:text-is('Send')")
        page.wait_for_url("**/sent")
        assert Paper.objects.get(kept=True).file_name == "lease.pdf"
