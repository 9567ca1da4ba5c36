"""Behind a reverse proxy: limits count the caller, forms sent by TLS are ours, plain calls are led to TLS."""

from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from doorstep.web.kit.proxy import Proxy


def seen(settings: Any, forwarded: str | None) -> str:
    settings.BEHIND_PROXY = True
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", **headers)
    found: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        found.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    Proxy(view)(request)
    return found[0]


def test_the_caller_is_whom_our_proxy_says(settings: Any) -> None:
    assert seen(settings, "192.0.2.7") == "192.0.2.7"


def test_what_the_caller_claims_is_not_believed(settings: Any) -> None:
    assert seen(settings, "10.9.9.9, 192.0.2.7") == "192.0.2.7"


def test_without_the_header_it_is_the_proxy_itself(settings: Any) -> None:
    assert seen(settings, None) == seen(settings, "") == "127.0.0.1"


def test_without_a_proxy_nobody_is_believed(settings: Any) -> None:
    settings.BEHIND_PROXY = False
    with pytest.raises(MiddlewareNotUsed):
        Proxy(lambda request: HttpResponse())
