"""The content security policy of a page: what the library makes of the settings, put together once, a page's nonce put in."""

from functools import cache

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What a page may ask of the library that makes its policy another.
OWN = ("_csp_config", "_csp_update", "_csp_replace", "_csp_exempt")
# No nonce that is made has it.
_MARK = "NONCE"


@cache
def _policy(nonce: str = "") -> str:
    return build_policy(nonce=nonce or None)


class Policy(CSPMiddleware):
    """Puts the policy on each answer; one that asks for another, or has one already, is the library's."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Put it on."""
        is_own = any(getattr(response, name, None) for name in OWN)
        if is_own or HEADER in response or settings.DEBUG:
            return super().process_response(request, response)
        if nonce := getattr(request, "_csp_nonce", None):
            response[HEADER] = _policy(_MARK).replace(_MARK, nonce)
        else:
            response[HEADER] = _policy()
            # As the library has it: a nonce that is asked for now would stand in no policy.
            request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        return response
