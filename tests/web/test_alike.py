"""Pages that are alike for everybody are made once for all who bring no cookie, and are nobody's."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from doorstep.council import queries as council
from doorstep.web.kit import alike

START = "/services/missed-bin"
PAGES = ("/", START, "/contact", "/privacy", "/accessibility", "/reports", "/reports?state=fixed")
NONCE, TOKEN = re.compile(r'nonce="([^"]+)"'), re.compile(r'csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture(autouse=True)
def kept(settings: Any) -> Iterator[None]:
    settings.KEPT_PAGES_SECONDS = 600
    alike._kept.clear()
    yield
    alike._kept.clear()


def get(path: str, client: Client | None = None, **headers: str) -> Any:
    return (client or Client()).get(path, headers=headers or None)


@pytest.mark.parametrize("path", PAGES)
def test_the_second_who_comes_is_answered_without_templates_and_nearly_without_the_database(
    district: Any, path: str
) -> None:
    first = get(path)
    with CaptureQueriesContext(connection) as asked:
        second = get(path)
    # A start page is counted, so which version runs is asked for; nothing else is.
    assert [q["sql"] for q in asked if "catalogue_version" not in q["sql"]] == []
    plain = [TOKEN.sub("", NONCE.sub("", r.content.decode())) for r in (first, second)]
    assert plain[0] == plain[1] and "<main" in plain[0]
    assert len(alike._kept) == 1


@pytest.mark.parametrize("path", PAGES)
def test_each_copy_has_a_nonce_of_its_own_which_its_policy_names(district: Any, path: str) -> None:
    seen = set()
    for _ in range(3):
        page = get(path)
        nonces = set(NONCE.findall(page.content.decode()))
        assert (
            len(nonces) == 1 and f"'nonce-{nonces.copy().pop()}'" in page["Content-Security-Policy"]
        )
        seen |= nonces
    assert len(seen) == 3


def test_each_copy_has_a_token_of_its_own_by_which_its_form_is_taken(district: Any) -> None:
    get(START)
    tokens = []
    for _ in range(2):
        client = Client(enforce_csrf_checks=True)
        page = get(START, client)
        assert page["Cache-Control"] == "no-store"
        tokens.append(TOKEN.search(page.content.decode())[1])  # type: ignore[index]
        sent = client.post(f"{START}/begin", {"csrfmiddlewaretoken": tokens[-1]})
        assert sent.status_code == 302 and sent["Location"].endswith("/address")
        other = Client(enforce_csrf_checks=True)
        get(START, other)
        assert other.post(f"{START}/begin", {"csrfmiddlewaretoken": tokens[-1]}).status_code == 403
    assert tokens[0] != tokens[1]


def test_a_page_without_forms_is_not_sent_again_to_who_has_it(district: Any) -> None:
    page = get("/contact")
    again = get("/contact", **{"If-None-Match": page["ETag"]})
    assert again.status_code == 304 and not again.content
    assert page["Cache-Control"] == "no-cache" and "Content-Security-Policy" not in again


def test_who_brings_a_cookie_gets_a_page_of_their_own_and_leaves_none_behind(district: Any) -> None:
    client = Client()
    client.post(f"{START}/begin")
    mine = get(START, client)
    assert "You have begun this form" in mine.content.decode() and alike._kept == {}
    assert mine["Cache-Control"] == "no-store"
    assert "You have begun this form" not in get(START).content.decode()
    # And the other way round: what is kept for all is not what they get.
    assert "You have begun this form" in get(START, client).content.decode()


def test_an_address_with_a_question_and_a_page_that_is_not_there_are_not_kept(
    district: Any,
) -> None:
    asked = get("/services/missed-bin?c=leaflet-7", **{"User-Agent": "Mozilla/5.0 Firefox/140.0"})
    assert 'value="leaflet-7"' in asked.content.decode()
    assert get("/services/nothing").status_code == 404
    assert "zebra" in get("/reports?state=fixed&find=zebra").content.decode()
    assert alike._kept == {}


def test_each_language_has_its_page(district: Any) -> None:
    client = Client()
    client.cookies["doorstep_language"] = "cy"
    assert 'lang="cy"' in get("/", client).content.decode()
    assert '<html lang="en"' in get("/").content.decode()
    assert '<html lang="cy"' in get("/", client).content.decode() and len(alike._kept) == 2


@pytest.mark.parametrize("path", PAGES)
def test_who_was_only_here_before_gets_the_page_of_all_and_keeps_no_copy(
    district: Any, path: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    get(START, client)
    alike._kept.clear()
    get(path)
    page = get(path, client)
    assert len(alike._kept) == 1 and page["Cache-Control"] == "no-store"
    if token := TOKEN.search(page.content.decode()):
        sent = {"csrfmiddlewaretoken": token[1], "q": "zebra"}
        to = {"/": "/", START: f"{START}/begin"}
        assert path not in to or client.post(to[path], sent).status_code < 400


def test_a_home_that_a_browser_remembers_is_on_its_own_page(district: Any) -> None:
    get("/"), get(START)
    client = Client()
    client.cookies["doorstep_home"] = str(district.boxes[0].place_id)
    for path in ("/", START):
        key = (council.folder(), "en", path)
        alike._kept[key] = replace(alike._kept[key], body=b"of all")
        assert get(path).content == b"of all" != get(path, client).content
    assert "High Street" in get(START, client).content.decode()


def test_a_kept_page_is_made_anew_when_its_time_is_over(district: Any, settings: Any) -> None:
    get("/contact")
    ((key, page),) = alike._kept.items()
    alike._kept[key] = replace(page, body=b"as it was")
    assert get("/contact").content == b"as it was"
    alike._kept[key] = replace(page, body=b"as it was", until=0)
    assert b"as it was" not in get("/contact").content


def test_a_person_signed_in_gets_their_own(district: Any) -> None:
    """The frame of a page says who is: the page for all has it of nobody."""
    client = Client()
    client.cookies["sessionid"] = "made-up"
    get("/contact", client)
    assert alike._kept == {}
