"""What people do in a browser, whatever they came for."""

import json
from hashlib import sha256
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.conf import settings

from tests import shared
from tests.people import signed_in
from tests.size import LONG

# What axe found in order is a page long, and as much work to hand over as to find: only what is wrong comes back.
AXE = """async () => {
    const found = await axe.run({resultTypes: ["violations"]});
    return JSON.stringify({...found, passes: [], incomplete: [], inapplicable: []});
}"""
# What a page is made of, whatever it is about: which kind of part stands in which, what its headings are, which names
# lead nowhere or stand twice; and the language, the colours and the width (phone, tablet, desk) in which it is seen.
MADE_OF = """() => {
    const kind = one => [
        one.localName,
        one.getAttribute("class"),
        ...["type", "role", "lang", "scope", "tabindex", "autocomplete"].map(name => one.getAttribute(name)),
        ...one.getAttributeNames().filter(name => name.startsWith("aria-")),
        one.textContent.trim() === "",
        one.checkVisibility({visibilityProperty: true}),
    ].join();
    const parts = [...document.querySelectorAll("*")];
    const ids = parts.map(one => one.id).filter(Boolean);
    const led = parts.flatMap(one => ["for", "aria-labelledby", "aria-describedby", "aria-controls"].flatMap(
        name => (one.getAttribute(name) || "").split(/\\s+/).filter(Boolean)));
    return JSON.stringify([
        [...new Set(parts.map(one => one.parentElement && kind(one.parentElement) + ">" + kind(one)))].sort(),
        parts.filter(one => /^h[1-6]$/.test(one.localName)).map(one => one.localName),
        [ids.length - new Set(ids).size, led.filter(id => !document.getElementById(id)).length],
        [document.title === "", document.documentElement.lang, matchMedia("(prefers-color-scheme: dark)").matches],
        ["40.0625em", "48.0625em"].map(width => matchMedia(`(min-width: ${width})`).matches),
    ]);
}"""

# Somebody pastes what breaks nowhere.
ONE_WORD = "x" * 400


def looks_right(page: Any) -> None:
    """Hold that axe finds nothing wrong with the page, and that it is no wider than the screen."""
    page.wait_for_load_state()  # after a click, the next page may be half there
    made_of = sha256(page.evaluate(MADE_OF).encode()).hexdigest()
    # To look at a page is half of a journey's work: what is made alike is looked at once a run.
    looked = shared.folder() / f"looked-{made_of}"
    if LONG or not looked.exists():
        page.evaluate(AXE_SCRIPT)
        found = AxeResults(json.loads(page.evaluate(AXE)))
        assert found.violations_count == 0, found.generate_report()
        looked.touch()
    wide = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not wide, f"{page.url} is wider than the screen"


def fits(page: Any) -> bool:
    """Say whether the table needs no moving sideways on a wide screen."""
    return bool(
        page.evaluate(
            "[...document.querySelectorAll('.kit-scroll')].every(e => e.scrollWidth <= e.clientWidth)"
        )
    )


def comes_to(page: Any, field: str) -> None:
    """Wait until the field of this id has the focus."""
    page.wait_for_function("id => document.activeElement.id === id", arg=field)


def sign_in(page: Any, base: str, name: str) -> None:
    """Come to the desk as the district's person of this name; how people sign in has a journey of its own."""
    page.goto(f"{base}/desk/sign-in")
    looks_right(page)
    keep_signed_in(page, base, name)
    page.goto(f"{base}/{'crew' if name == 'crew' else 'desk'}")


def keep_signed_in(page: Any, base: str, name: str) -> None:
    """Give a browser a session of the district's person of this name."""
    key = signed_in(name).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": base}])


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
