"""Guesses at passwords and codes are slowed down; passkeys and a sign-in elsewhere, which nobody can guess, never are.

Each wrong one at an account from one network waits longer than the one before. Whoever made none is not held up by what others
do: of wrong ones at one account from anywhere come longer waits for those who made some, and one guess at a time at the six digits
of an app, of which the password is known. A network with very many wrong ones waits whole. A browser in which the account came in
before (`kit.seat`) is free of both.
"""

import time
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
HOUR = 3600
FORGOTTEN = timedelta(seconds=HOUR)
# Wrong ones an hour at one account from anywhere; and from one network, which may be a whole council's, at any.
MOST_WRONG, MOST_FROM_ONE = 30, 200
# So long waits after each wrong one whoever guesses at an account at which many do.
SLOW = 30
READY = """
web_wrong.at + make_interval(secs =>
  greatest(%(least)s, least(%(longest)s, power(2, least(web_wrong.count, 20) - %(free)s + 1))))
"""
# One statement, so that of guesses at once each is counted before it is looked at.
TAKE = f"""
insert into web_wrong (key, count, at) values (%(key)s, 1, %(now)s)
on conflict (key) do update set at = %(now)s,
  count = case when web_wrong.at < %(old)s then 1 else web_wrong.count + 1 end
where web_wrong.count < %(free)s or web_wrong.at < %(old)s or {READY} <= %(now)s
returning 0
"""  # of constants alone
LEFT = f"select ceil(extract(epoch from {READY} - %(now)s))::int from web_wrong where key = %(key)s"


def wait(request: HttpRequest, what: str, name: str) -> int:
    """Count a guess of somebody at an account; return for how many seconds none is looked at, 0 where this one is.

    A right one is taken back by `was_right`.
    """
    is_own = seat.is_of(request, name)
    if not is_own and limits.reached([_of_network(request)], MOST_FROM_ONE, HOUR):
        return HOUR - int(time.time()) % HOUR
    # Nobody guesses a recovery code, however many try.
    many = what != "recovery" and limits.reached([_of_account(what, name)], MOST_WRONG, HOUR)
    if is_own or not many:
        return _take(_key(request, what, name), free=FREE)
    if what == "code" and (seconds := _take(_hashed(f"{what}:{name.lower()}:any"), least=SLOW)):
        return seconds
    return _take(_key(request, what, name), free=1, least=SLOW)


def _take(key: str, *, free: int = 0, least: int = 0) -> int:
    """Count a guess under a key where it is time for one; return how many seconds are left until then."""
    now = datetime.now(UTC)
    about: dict[str, Any] = {"key": key, "now": now, "old": now - FORGOTTEN, "free": free}
    about |= {"least": least, "longest": LONGEST if free else least}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, about)
        if cursor.fetchone():
            return 0
        cursor.execute(LEFT, about)
        (left,) = cursor.fetchone() or (1,)
        return max(1, int(left))


def was_wrong(request: HttpRequest, what: str, name: str) -> None:
    """Count a wrong one against the account and the network."""
    limits.over([_of_account(what, name), _of_network(request)], MOST_WRONG, HOUR)


def was_right(request: HttpRequest, what: str, name: str) -> None:
    """Forget the wrong ones before a right one."""
    Wrong.objects.filter(key=_key(request, what, name)).delete()


def _of_account(what: str, name: str) -> str:
    return f"{what}:{name.lower()}"


def _of_network(request: HttpRequest) -> str:
    return limits.person(request, "sign-in")


def _key(request: HttpRequest, what: str, name: str) -> str:
    """Return whose guesses these are, as a hash: an account's from one network, or from its own browser."""
    own = "own" if seat.is_of(request, name) else limits.address(request)
    return _hashed(f"{what}:{name.lower()}:{own}")


def _hashed(text: str) -> str:
    return salted_hmac("doorstep.guesses", text, secret=settings.SECRET_KEY).hexdigest()
