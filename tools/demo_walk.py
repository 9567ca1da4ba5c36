"""A walk through the running demo as a resident: every page of theirs, by the name it has on a contact sheet."""

import re
from collections.abc import Iterator
from secrets import randbelow
from typing import Any

# Pages with a map weigh more: the map's script alone is 42 kB.
WITH_A_MAP = ("reports", "report", "graffiti-where")
BAD_POSTCODE = "LE67"
# What was begun and left is offered again.
START = ".govuk-button--start"


def resident(page: Any, base: str) -> Iterator[str]:
    """Go through all pages of residents, and give each one's name once it stands."""
    page.goto(f"{base}/demo")
    rows = [
        [cell.inner_text().strip() for cell in row.locator("td").all()]
        for row in page.locator("tbody tr").all()
    ]
    found = {what: (postcode, line, bin_) for what, postcode, line, bin_ in (r[:4] for r in rows)}
    recorded = next(home for what, home in found.items() if "contaminated" in what)
    nothing = next(home for what, home in found.items() if "sent back" in what)
    yield from _first(page, base, *nothing)
    yield from _missed(page, base, *recorded, name="stop")
    yield from _missed(page, base, *nothing, name="missed")
    yield from _bulky(page, base, *nothing)
    yield from _graffiti(page, base)
    yield from _others(page, base)


def _first(page: Any, base: str, postcode: str, line: str, _bin: str) -> Iterator[str]:
    page.goto(base)
    yield "home"
    page.goto(f"{base}/?q=my+bin+was+not+emptied")
    yield "own-words"
    page.goto(f"{base}/bins")
    page.fill("#postcode", BAD_POSTCODE)
    page.click("text=Find address")
    yield "bins-error"
    page.goto(f"{base}/bins?postcode={postcode}")
    yield "bins-addresses"
    page.click(f"text={line},")
    yield "your-home"
    there = page.url
    for path, name in (("/keep", "keep-home"), ("/note", "note")):
        page.goto(there + path)
        yield name
    page.goto(f"{base}/bins/what-goes-where?thing=box")
    yield "what-goes-where"


def _missed(
    page: Any, base: str, postcode: str, line: str, bin_: str, *, name: str
) -> Iterator[str]:
    page.goto(f"{base}/services/missed-bin")
    if name == "missed":
        yield "missed-start"
    page.fill("#postcode", postcode)
    page.click(START)
    if name == "missed":
        yield "missed-address"
    page.get_by_label(f"{line},").first.check()
    page.click("text=Continue")
    if name == "missed":
        yield "missed-bin"
    page.get_by_label(bin_).check()
    page.click("text=Continue")
    if name == "stop":
        yield "missed-stop"
        return
    if "/stopped" in page.url:  # of an earlier walk
        yield "missed-known"
        return
    yield "missed-contact"
    page.click("text=Continue")
    yield "missed-check"
    page.click("text=Send report")
    yield "missed-sent"
    page.goto(page.url.removesuffix("/sent"))
    yield "case"
    page.click("text=Add a word or a photo")
    page.click("main button")
    yield "case-add-error"
    page.fill("#text", "It stands behind the gate, beside the green one.")
    page.click("main button")
    yield "case-added"
    page.click("text=Withdraw this report")
    yield "case-withdraw"


def _bulky(page: Any, base: str, postcode: str, _line: str, _bin: str) -> Iterator[str]:
    page.goto(f"{base}/services/bulky-waste")
    page.fill("#postcode", postcode)
    page.click(START)
    # Another home each time: one that has a collection coming gets no second.
    homes = page.locator("input[type=radio]")
    homes.nth(randbelow(homes.count())).check()
    page.click("text=Continue")
    page.fill("#things-sofa", "1")
    page.fill("#things-mattress", "2")
    page.locator("#things-mattress").blur()
    yield "bulky-things"
    page.click("text=Continue")
    page.locator("input[name=slot]").nth(1).check()
    yield "bulky-day"
    page.click("text=Continue")
    page.check("label:has-text('Yes')")
    yield "bulky-benefits"
    page.click("text=Continue")
    page.click("text=Continue")
    yield "bulky-claim-errors"
    page.go_back()
    page.go_back()
    page.check("label:has-text('No')")
    page.click("text=Continue")
    page.fill("#where", "On the drive, left of the gate")
    yield "bulky-where"
    page.click("text=Continue")
    page.click("text=Continue")
    yield "bulky-contact-errors"
    page.fill("#name", "Ann Example")
    page.fill("#email", "ann@resident.example")
    page.click("text=Continue")
    yield "bulky-check"
    page.click("text=Go to payment")
    page.wait_for_url(re.compile("pay"))
    for path in ("", "/pay"):
        reference = re.search(r"BW-\w{4}-\w{4}", page.url)
        if reference:
            page.goto(f"{base}/case/{reference[0]}{path}")
            yield f"bulky-case{path.replace('/', '-')}"


def _graffiti(page: Any, base: str) -> Iterator[str]:
    page.goto(f"{base}/services/graffiti")
    page.click(START)
    page.wait_for_load_state("networkidle")
    yield "graffiti-where"


def _others(page: Any, base: str) -> Iterator[str]:
    page.goto(f"{base}/reports")
    page.wait_for_selector("[data-ready]")
    yield "reports"
    page.click(".kit-reports a")
    page.wait_for_load_state("networkidle")
    yield "report"
    for path, name in (
        ("/case/open", "follow"),
        ("/forget", "forget"),
        ("/contact", "contact"),
        ("/privacy", "privacy"),
        ("/cookies", "cookies"),
        ("/accessibility", "accessibility"),
        ("/page-fault", "page-fault"),
        ("/nothing-is-here", "not-found"),
    ):
        page.goto(base + path)
        yield name
