"""Conditional answers: kept by browsers, never used without asking whether they still hold."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag


def fresh(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Return the response with an ETag of all it says, or 304 to whoever has it already.

    `no-cache` makes every caller ask, so a change is seen by the next request.
    """
    said, nonce = response.content, str(getattr(request, "_csp_nonce", ""))
    if nonce:  # differs each time and says nothing
        said = said.replace(nonce.encode(), b"")
    response["ETag"] = quote_etag(hashlib.sha256(said).hexdigest()[:32])
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Cookie"])
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    if answer is None or answer is response:
        return response
    # The kept page goes with the policy it came with: a new one would know another nonce.
    answer._csp_exempt = True  # type: ignore[attr-defined]
    return answer
