"""A changed SECRET_KEY signs nobody out and breaks no link that was sent."""

from typing import Any

from django.test import Client

from doorstep.cases import access
from doorstep.outside.secret import derived
from tests.people import signed_in


def test_links_do_not_rest_on_the_key_that_changes(settings: Any) -> None:
    before = derived("cases.link", "one")
    settings.SECRET_KEY = "another-key-altogether"
    assert derived("cases.link", "one") == before
    settings.LINKS_KEY = "another-key-altogether"
    assert derived("cases.link", "one") != before


def test_sessions_live_while_the_old_key_is_a_fallback(district: Any, settings: Any) -> None:
    officer, old = signed_in("officer"), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-altogether", [old]
    assert officer.get("/desk").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert signed_in("officer").get("/desk").status_code == 200


def test_a_link_in_a_message_opens_its_case_after_a_change(district: Any, settings: Any) -> None:
    case = district.case(0)
    token = access.make_link(case=case, key="m", now=district.now)
    settings.SECRET_KEY = "another-key-altogether"
    assert Client().get(f"/case/open/{token}")["Location"] == f"/case/{case.reference}"
