"""Guesses at passwords and codes are slowed down; passkeys and a sign-in elsewhere, which nobody can guess, never are.

Each wrong one at an account from one network waits longer than the one before. Beside that are counted those at one account
from anywhere and those at any account from one network; of these a browser in which the account came in before is free
(`kit.seat`), so that no stranger keeps an officer out.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from doorstep.web.kit import limits, seat
from doorstep.web.models import Wrong

# So many are free; then each doubles the wait, from two seconds up to a quarter of an hour.
FREE, LONGEST = 3, 900
FORGOTTEN = timedelta(hours=1)
# Wrong ones an hour at one account from anywhere; and from one address, which may be a whole council's, at any.
MOST_WRONG, MOST_FROM_ONE = 30, 200
# One statement, so that of guesses at once each is counted before it is looked at.
TAKE = """
insert into web_wrong (key, count, at) values (%(key)s, 1, %(now)s)
on conflict (key) do update set at = %(now)s,
  count = case when web_wrong.at < %(old)s then 1 else web_wrong.count + 1 end
where web_wrong.count < %(free)s or web_wrong.at < %(old)s
  or web_wrong.at + make_interval(secs => least(%(longest)s, power(2, least(web_wrong.count, 20) - %(free)s + 1))) <= %(now)s
returning count
"""


def may_try(request: HttpRequest, what: str, name: str) -> bool:
    """Count a guess of somebody at an account, and say whether it is looked at; a right one is taken back by `was_right`."""
    whole = limits.reached([_of_account(what, name)], MOST_WRONG, 3600)
    often = whole or limits.reached([limits.person(request, "sign-in")], MOST_FROM_ONE, 3600)
    if often and not seat.is_of(request, name):
        return False
    now = datetime.now(UTC)
    about: dict[str, Any] = {"key": _key(request, what, name), "now": now, "old": now - FORGOTTEN}
    about |= {"free": FREE, "longest": LONGEST}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, about)
        return cursor.fetchone() is not None


def was_wrong(request: HttpRequest, what: str, name: str) -> None:
    """Count a wrong one against the account and the network."""
    keys = [_of_account(what, name), limits.person(request, "sign-in")]
    limits.over(keys, MOST_WRONG, 3600)


def was_right(request: HttpRequest, what: str, name: str) -> None:
    """Forget the wrong ones before a right one."""
    Wrong.objects.filter(key=_key(request, what, name)).delete()


def _of_account(what: str, name: str) -> str:
    return f"{what}:{name.lower()}"


def _key(request: HttpRequest, what: str, name: str) -> str:
    """Return whose guesses these are, as a hash: an account's from one network, or from its own browser."""
    own = "own" if seat.is_of(request, name) else limits.address(request)
    text = f"{what}:{name.lower()}:{own}"
    return salted_hmac("doorstep.guesses", text, secret=settings.SECRET_KEY).hexdigest()
