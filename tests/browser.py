"""What people do in a browser, whatever they came for."""

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults

# What axe found in order is a page long, and as much work to hand over as to find: only what is wrong comes back.
AXE = """async () => {
    const found = await axe.run({resultTypes: ["violations"]});
    return JSON.stringify({...found, passes: [], incomplete: [], inapplicable: []});
}"""


def looks_right(page: Any) -> None:
    """Hold that axe finds nothing wrong with the page, and that it is no wider than the screen."""
    page.wait_for_load_state()  # after a click, the next page may be half there
    page.evaluate(AXE_SCRIPT)
    found = AxeResults(json.loads(page.evaluate(AXE)))
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not wide, f"{page.url} is wider than the screen"


def comes_to(page: Any, field: str) -> None:
    """Wait until the field of this id has the focus."""
    page.wait_for_function("id => document.activeElement.id === id", arg=field)


def sign_in(page: Any, base: str, name: str) -> None:
    """Sign in at the desk as the district's person of this name."""
    page.goto(f"{base}/desk/sign-in")
    looks_right(page)
    page.fill("#username", name)
    page.fill("#password", "a-long-password")
    page.click("main button:has-text('Sign in')")


def report(page: Any, base: str, number: int) -> None:
    """Report the missed black bin of a home, as far as the page that asks who they are."""
    page.goto(f"{base}/services/missed-bin")
    page.click("text=Start now")
    page.fill("#postcode", "le673fj")
    page.click("text=Find address")
    looks_right(page)
    page.check(f"text={number} Mill Lane")
    page.click("text=Continue")
    looks_right(page)
    page.check("text=Black bin")
    page.click("text=Continue")
