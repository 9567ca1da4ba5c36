"""Do not count my visits: the page that says what is counted, its one button and the way back, the signal, no other cookie."""

import re
from typing import Any

import pytest

from doorstep.web.kit.counted import COOKIE, device_of
from tests.form_client import FormClient, text

BUTTON = re.compile(r'<button[^>]*class="[^"]*govuk-button[^"]*"[^>]*>\s*(.*?)\s*</button>', re.S)
NO, YES = "Do not count my visits", "Count my visits again"


def page(client: FormClient, **headers: str) -> str:
    return text(client.get("/cookies", headers=headers))


def buttons(html: str) -> list[str]:
    return [words for words in BUTTON.findall(html) if "ount" in words]


def test_the_button_keeps_one_cookie_that_says_so_and_goes_back(db: None) -> None:
    client = FormClient()
    assert buttons(page(client)) == [NO]
    there = client.post("/cookies/counting", {"count": "no"})
    assert there["Location"] == "/cookies#counting"
    cookie = there.cookies[COOKIE]
    assert list(there.cookies) == [COOKIE] and cookie.value == "1"
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    after = page(client)
    assert "You are not counted in this browser." in after and buttons(after) == [YES]
    back = client.post("/cookies/counting", {"count": "yes"})
    assert back.cookies[COOKIE]["max-age"] == 0
    assert buttons(page(client)) == [NO]


def test_it_is_the_same_cookie_for_everybody(db: None) -> None:
    two = [FormClient().post("/cookies/counting", {"count": "no"}).cookies for _ in range(2)]
    assert two[0][COOKIE].value == two[1][COOKIE].value


def test_a_browser_that_sends_the_signal_is_told_so_without_a_button(db: None) -> None:
    html = page(FormClient(), **{"Sec-GPC": "1"})
    assert "Global Privacy Control" in html and buttons(html) == []
    assert buttons(page(FormClient(), **{"Sec-GPC": "0"})) == [NO]


def test_nobody_keeps_the_page_for_another(db: None) -> None:
    client = FormClient()
    client.post("/cookies/counting", {"count": "no"})
    assert client.get("/cookies")["Cache-Control"] == "no-store"


def test_it_is_not_changed_from_another_site(db: None) -> None:
    client = FormClient(enforce_csrf_checks=True)
    assert client.post("/cookies/counting", {"count": "no"}).status_code == 403
    assert client.get("/cookies/counting").status_code == 405


def test_forgetting_the_device_forgets_no_refusal(db: None) -> None:
    client = FormClient()
    client.post("/cookies/counting", {"count": "no"})
    client.post("/forget")
    assert buttons(page(client)) == [YES]


def test_it_speaks_welsh(db: None) -> None:
    client = FormClient()
    client.get("/language/cy?next=/cookies")
    assert "Peidio â chyfrif fy ymweliadau" in page(client)
    client.post("/cookies/counting", {"count": "no"})
    assert "Cyfrif fy ymweliadau eto" in page(client)


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148 Safari/604.1", "phone"),
        ("Mozilla/5.0 (Linux; Android 16; K) Chrome/140.0 Mobile Safari/537.36", "phone"),
        ("Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "phone"),
        ("Mozilla/5.0 (Linux; Android 16; SM-X200) Chrome/140.0 Safari/537.36", "tablet"),
        ("Mozilla/5.0 (Android 16; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) Mobile/15E148 Safari/604.1", "tablet"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", "computer"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Edg/140.0", "computer"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "computer"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/140.0 Safari/537.36", "computer"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", None),
        ("Mozilla/5.0 (Linux; Android 6.0.1) Mobile (compatible; bingbot/2.0)", None),
        ("curl/8.14.1", None),
        ("python-httpx/0.28", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_device_is_one_of_three_and_a_program_none(user_agent: str, device: Any) -> None:
    assert device_of(user_agent) == device
