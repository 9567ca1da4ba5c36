"""A telephone, in the ways that people have them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import whitespace
from tests.browser import looks_right

PHONE = {"width": 360, "height": 740}
WAYS = [("light", "en", True), ("dark", "cy", True), ("light", "en", False)]


@pytest.fixture(params=WAYS, ids=["-".join(map(str, way)) for way in WAYS])
def phone(request: Any, chromium: Any, live_server: Any) -> Iterator[Any]:
    """A telephone in one scheme and language, with scripts or without; `looks` looks at its page where it can."""
    scheme, code, scripts = request.param
    context = chromium.new_context(
        viewport=PHONE,
        color_scheme=scheme,
        base_url=live_server.url,
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.set_default_timeout(15000)
    page.goto(f"/language/{code}?next=/")
    page.looks = lambda: looks_right(page) if scripts else None
    yield page
    context.close()


@pytest.fixture(params=["here", "there"])
def waste(request: Any, open_district: Any, live_server: Any, settings: Any) -> Iterator[Any]:
    """Who keeps the book of rounds and the crews' lists: we (nothing), or a waste system that the council has already."""
    if request.param == "here":
        yield None
        return
    with whitespace.kept_there(settings, open_district) as app:
        whitespace.tell(app, live_server.url)
        yield app
