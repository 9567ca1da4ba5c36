"""Counters that begin empty, and browsers that say what they are."""

from collections.abc import Callable, Iterator

import pytest

from doorstep.insight import actions as insight
from tests.form_client import FormClient

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
COMPUTER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    """Each test counts from nothing."""
    insight.CELLS.forget()
    insight.PHRASES.forget()
    yield
    insight.CELLS.forget()
    insight.PHRASES.forget()


@pytest.fixture
def browser() -> Callable[..., FormClient]:
    """A new browser, on a phone unless said otherwise."""

    def new(user_agent: str = PHONE, **headers: str) -> FormClient:
        return FormClient(HTTP_USER_AGENT=user_agent, **headers)

    return new
