"""The demo, whose password is published, stays on its machine."""

from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import Client

from doorstep.web.demo.alone import FROM_A_PROXY, Alone

SIGN_IN = {"username": "officer", "password": "doorstep-demo"}
ELSEWHERE = ("192.0.2.7", "10.0.0.9", "::ffff:192.0.2.7", "2001:db8::7", "")


def tries(path: str, fields: dict[str, str], **of: str) -> int:
    return int(Client().post(path, fields, **of).status_code)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FROM_A_PROXY)
def test_what_a_proxy_passes_on_is_refused(district: Any, settings: Any, name: str) -> None:
    settings.DEMO = True
    for path in ("/", "/demo", "/healthz", "/static/none.css"):
        refused = Client().get(path, **{f"HTTP_{name}": "192.0.2.7"})  # type: ignore[arg-type]
        assert refused.status_code == 403 and "answers to no proxy" in refused.content.decode()
    assert Client().get("/demo").status_code == 200


@pytest.mark.parametrize(
    ("path", "fields"), [("/demo/as/officer", {}), ("/desk/sign-in", SIGN_IN)]
)  # fmt: skip
def test_sign_ins_answer_to_loopback_alone(
    district: Any, settings: Any, path: str, fields: dict[str, str]
) -> None:
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["*"]
    for there in ELSEWHERE:
        assert tries(path, fields, REMOTE_ADDR=there) == 403
    for host in ("demo.example.gov.uk", "192.0.2.1:8000", "127.0.0.1.example"):
        assert tries(path, fields, HTTP_HOST=host) == 403
    for here, host in (("127.0.0.1", "127.0.0.1:8000"), ("127.9.9.9", "localhost")):
        assert tries(path, fields, REMOTE_ADDR=here, HTTP_HOST=host) in (200, 302)


def test_the_councils_own_sign_in_answers_to_loopback_alone(settings: Any) -> None:
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["*"]
    for path in ("/desk/sign-in/with", "/desk/sign-in/back"):
        assert Client().get(path, REMOTE_ADDR="192.0.2.7").status_code == 403
        assert Client().get(path, HTTP_HOST="demo.example.gov.uk").status_code == 403
        assert Client().get(path).status_code == 404  # there is none


def test_where_it_listens_elsewhere_nobody_signs_in(
    district: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = True
    monkeypatch.setenv("BIND", "0.0.0.0")
    assert tries("/demo/as/officer", {}) == tries("/desk/sign-in", SIGN_IN) == 403
    monkeypatch.setenv("BIND", "[::1]")
    assert tries("/demo/as/officer", {}) == 302


def test_residents_pages_of_the_demo_may_be_seen_from_elsewhere(
    district: Any, settings: Any
) -> None:
    settings.DEMO = True
    assert Client().get("/", REMOTE_ADDR="192.0.2.7").status_code == 200  # type: ignore[arg-type]


def test_a_council_has_none_of_this(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(MiddlewareNotUsed):
        Alone(lambda request: HttpResponse())
