"""The stand-in for an identity provider on loopback, and a browser that signs in there as somebody."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import (
    HTTPCookieProcessor,
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    build_opener,
)

from doorstep.outside import plug
from standins.oidc.app import StandIn
from tests.serving import serving

CLIENT, SECRET = "5b0f7c1a-client", "s3cret~of/the:stand-in & more"
CONNECTOR = "doorstep.connectors.oidc.Oidc"
BASE = "http://testserver"
BACK = f"{BASE}/desk/sign-in/back"


@contextmanager
def provider(settings: Any, base: str = BASE, **of: Any) -> Iterator[StandIn]:
    """Run the stand-in and let it be the council's own sign-in, until the block ends; the council is at `base`."""
    back = f"{base}/desk/sign-in/back"
    app = StandIn(client=CLIENT, secret=SECRET, back=lambda there: there == back, **of)
    before = settings.CONNECTORS
    with serving(app) as url:
        app.url = url
        settings.OIDC_ISSUER, settings.OIDC_NAME = app.issuer, "the council’s account"
        settings.OIDC_CLIENT, settings.OIDC_SECRET = CLIENT, SECRET
        settings.BASE_ADDRESS = base
        settings.CONNECTORS = {**before, "outside.identity": CONNECTOR}
        plug.get.cache_clear()
        try:
            yield app
        finally:
            settings.CONNECTORS = before
            plug.get.cache_clear()


class _NoWayOn(HTTPRedirectHandler):
    """Follows nothing: where one is led to is what a test wants to know."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""


class Browser:
    """A browser at the provider, which remembers who signed in there."""

    def __init__(self) -> None:
        self.opener: OpenerDirector = build_opener(
            ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _NoWayOn
        )

    def ask(self, url: str, form: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Return status, where one is led, and the page."""
        sent = urlencode(form).encode() if form is not None else None
        try:
            with self.opener.open(url, sent, timeout=10) as answer:
                return answer.status, "", answer.read().decode()
        except HTTPError as exc:
            with exc:
                return exc.code, exc.headers.get("Location", ""), exc.read().decode()

    def press(self, url: str, oid: str) -> str:
        """Sign in as somebody and return where the provider leads to."""
        _status, there, _page = self.ask(url, {"oid": oid} if oid else {"no": "1"})
        return there

    def press_or_pass(self, url: str, oid: str) -> str:
        """Pass where the provider knows one already, else sign in as somebody."""
        _status, there, _page = self.ask(url)
        return there or self.press(url, oid)


def fields(url: str) -> dict[str, str]:
    """Return the fields of an address."""
    return dict(parse_qsl(urlsplit(url).query))
