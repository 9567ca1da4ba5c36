"""Conditional answers: kept by browsers, never used without asking whether they still hold."""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag


def fresh(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Return the response with an ETag of all it says, or 304 to whoever has it already.

    `no-cache` makes every caller ask, so a change is seen by the next request.
    """
    body, nonce = response.content, str(getattr(request, "_csp_nonce", ""))
    if nonce:  # differs each time and says nothing
        body = body.replace(nonce.encode(), b"")
    return _compared(request, body, response)


def fresh_of(
    request: HttpRequest, of: object, make: Callable[[], HttpResponse]
) -> HttpResponseBase:
    """As `fresh`, for what is costly to make: it is made only for those who have another `of`.

    `of` is all that the answer is made of, and its `repr` says it all.
    """
    answer = _compared(request, repr(of).encode(), HttpResponse())
    if answer.status_code == 304:
        return answer
    return _compared(request, repr(of).encode(), make())


def _compared(request: HttpRequest, body: bytes, response: HttpResponse) -> HttpResponseBase:
    response["ETag"] = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Cookie"])
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    if answer is None or answer is response:
        return response
    # The kept page goes with the policy it came with: a new one would know another nonce.
    answer._csp_exempt = True  # type: ignore[attr-defined]
    return answer
