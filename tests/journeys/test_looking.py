"""What `looks_right` finds, though a page made as another is looked at once a run."""

from typing import Any

import pytest

from tests.browser import looks_right

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="en"><title>A page</title><main><h1>{title}</h1>
<label for="name">Name</label><input id="{field}"><p style="color: {colour}">{title}</p></main></html>"""
RIGHT = {"title": "One", "field": "name", "colour": "#111"}


def test_a_page_made_as_one_that_was_right_is_found_wrong_all_the_same(chromium: Any) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    for wrong in ({"field": "other"}, {"title": ""}):
        page.set_content(PAGE.format(**RIGHT))
        looks_right(page)
        page.set_content(PAGE.format(**RIGHT | wrong))
        for _ in "ab":  # what was wrong is looked at again
            with pytest.raises(AssertionError):
                looks_right(page)


def test_a_page_wider_than_the_screen_is_found_though_it_was_looked_at(chromium: Any) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    for title, wide in (("One", False), ("W" * 90, True), ("Two", False)):
        page.set_content(PAGE.format(**RIGHT | {"title": title}))
        if not wide:
            looks_right(page)
            continue
        with pytest.raises(AssertionError, match="wider than the screen"):
            looks_right(page)
