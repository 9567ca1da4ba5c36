"""A service that is data only: a damaged bin, from form to the delivery crew and back."""

from typing import Any

import pytest

from doorstep.cases.models import Case
from doorstep.fieldwork.models import Job
from tests.browser import comes_to, looks_right, sign_in
from tests.publishing import publish_library

pytestmark = pytest.mark.browser


def test_from_form_to_the_delivery_list(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    base = live_server.url
    publish_library("damaged-bin")
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    page.set_default_timeout(15000)
    page.goto(f"{base}/?q=broken")
    page.click("text=Report a damaged bin")
    page.click("text=Start now")
    page.fill("#postcode", "LE67 3FJ")
    page.click("text=Find address")
    page.check("text=4 Mill Lane")
    page.click("text=Continue")
    page.check("text=Black bin")
    page.click("text=Continue")
    looks_right(page)
    page.click("text=Continue")
    page.wait_for_selector(".govuk-error-summary:has-text('Choose what is wrong with it')")
    page.check("text=The lid is broken")
    page.check("text=A wheel is broken")
    page.click("text=Continue")
    page.fill("#noticed-day", "31")
    page.fill("#noticed-month", "11")
    page.fill("#noticed-year", str(open_district.today.year))
    page.click("text=Continue")
    # A wrong date is said, kept, and the way to it is one click.
    page.wait_for_selector(".govuk-error-summary:has-text('Enter a real date')")
    assert page.input_value("#noticed-day") == "31"
    looks_right(page)
    page.click(".govuk-error-summary a")
    comes_to(page, "noticed-day")
    page.fill("#noticed-day", "1")
    page.fill("#noticed-month", "1")
    page.click("text=Continue")
    looks_right(page)
    page.click("text=Continue")
    page.click("text=Continue")
    answers = page.inner_text("main")
    assert "The lid is broken or gone, A wheel is broken or gone" in answers
    assert "1 January" in answers
    looks_right(page)
    page.click("text=Send report")
    page.wait_for_url("**/sent")
    case = Case.objects.get()
    assert case.reference.startswith("DB-")

    Job.objects.update(day=open_district.today)
    crew = chromium.new_page()
    sign_in(crew, base, "crew")
    crew.click("text=Container deliveries")
    crew.wait_for_selector("main:has-text('The lid is broken or gone')")
    looks_right(crew)
    crew.click("button:has-text('Delivered')")
    crew.wait_for_selector("text=Done")
    page.goto(f"{base}/case/{case.reference}")
    page.wait_for_selector("main:has-text('We have brought you another')")


def test_a_question_that_does_not_apply_is_not_asked(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    publish_library("damaged-bin")
    page = chromium.new_page()
    page.set_default_timeout(15000)
    page.goto(f"{live_server.url}/services/damaged-bin")
    page.click("text=Start now")
    page.fill("#postcode", "LE67 3FJ")
    page.click("text=Find address")
    page.check("text=5 Mill Lane")
    page.click("text=Continue")
    page.check("text=Black bin")
    page.click("text=Continue")
    page.check("text=It is lost or stolen")
    page.click("text=Continue")
    for part, value in (("day", "1"), ("month", "1"), ("year", str(open_district.today.year))):
        page.fill(f"#noticed-{part}", value)
    page.click("text=Continue")
    page.wait_for_url("**/contact")
    page.click("text=Save and come back later")
    looks_right(page)
    page.fill("#email", "ann@resident.example")
    page.click("text=Send me the link")
    looks_right(page)
    page.wait_for_selector("main:has-text('ann@resident.example')")
    page.click("text=Go on with the form now")
    page.wait_for_url("**/contact")
