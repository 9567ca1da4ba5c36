"""The content security policy is, on every answer, what the library makes of the settings."""

from collections.abc import Callable
from typing import Any

import pytest
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from doorstep.web.kit.policy import Policy

HEADER = "Content-Security-Policy"


def _with_nonce(request: Any) -> HttpResponse:
    request._csp_nonce = "c29tZSBub25jZSE="
    return HttpResponse(str(request.csp_nonce))


def _with_update(request: Any) -> HttpResponse:
    answer = _with_nonce(request)
    answer._csp_update = {"form-action": ["https://pay.example"]}  # type: ignore[attr-defined]
    return answer


def _exempt(_request: HttpRequest) -> HttpResponse:
    answer = HttpResponse("")
    answer._csp_exempt = True  # type: ignore[attr-defined]
    return answer


def _has_one(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("", headers={HEADER: "default-src 'none'"})


def _plain(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


VIEWS = [_plain, _with_nonce, _with_update, _exempt, _has_one]


@pytest.mark.parametrize("view", VIEWS)
def test_it_is_the_librarys(view: Callable[[HttpRequest], HttpResponse]) -> None:
    ours, theirs = (_asked(kind, view) for kind in (Policy, CSPMiddleware))
    assert _parts(ours) == _parts(theirs) and (HEADER in ours) == (view is not _exempt)


def test_each_answer_has_its_own_nonce_and_none_after_it() -> None:
    nonces = set()

    def view(request: Any) -> HttpResponse:
        nonces.add(str(request.csp_nonce))
        return HttpResponse("")

    policies = {_asked(Policy, view)[HEADER] for _ in range(3)}
    assert len(nonces) == len(policies) == 3
    assert all(any(f"'nonce-{nonce}'" in policy for policy in policies) for nonce in nonces)
    late: Any = RequestFactory().get("/")
    Policy(_plain)(late)
    with pytest.raises(Exception, match="csp_nonce"):
        str(late.csp_nonce)


def _asked(kind: Any, view: Callable[[HttpRequest], HttpResponse]) -> Any:
    return kind(view)(RequestFactory().get("/"))


def _parts(answer: Any) -> set[str]:
    return set(answer.get(HEADER, "").split("; "))
