"""The session of a request, over Django's own way to ask for one; and who is signed in, read with it in one statement."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, SessionBase, UpdateError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.functional import SimpleLazyObject

from doorstep.outside.secret import hashed
from doorstep.staff import sessions
from doorstep.staff.models import Session, StaffUser

# Whether a session is still there is asked here, and whom a waiting room is shown: that is no work, and lengthens nothing.
ASKS_ONLY = ("/desk/sign-in/left", "/desk/queue/screen")


class SessionStore(SessionBase):
    """A row of `staff.Session`, found by its key's hash; who comes in says `how`, and from which `device`."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Session | None = None
        # Whose session it was that a cookie still names, now that it is over, and the key by which it is found.
        self.was: int | None = None
        self.was_key: str | None = None
        self.how = self.device = ""

    def load(self) -> dict[str, Any]:
        """Read the session; of one that is over, only whose it was."""
        now = timezone.now()
        row = sessions.by_key(self.session_key or "", now)
        if row is None or sessions.is_over(row, now):
            self.was, self.was_key = (row.staff_id, self.session_key) if row else (None, None)
            self._session_key = None
            return {}
        self.row = row
        return dict(row.data)

    def person(self) -> StaffUser | None:
        """Return who is signed in; nobody, once the password that they came in with was changed."""
        held = self.get(HASH_SESSION_KEY, "")
        user = self.row.staff if self.row else None
        if user is None or self.get(SESSION_KEY) != str(user.pk):
            return None
        good = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
        if any(constant_time_compare(held, each) for each in good):
            return user
        self.was = user.pk
        return None

    def lasts(self) -> tuple[int, int] | None:
        """Return how many seconds the session of who is signed in lasts idle, and when (of the clock) it ends in all."""
        if self.row is None or self.row.staff is None:
            return None
        idle = sessions.bound_of(self.row).idle
        return int(idle.total_seconds()), int(sessions.ends_whole(self.row).timestamp())

    def is_empty(self) -> bool:
        """Say whether there is nothing to keep a cookie for; one that is over still says whose it was."""
        return self.was is None and bool(super().is_empty())

    def exists(self, session_key: str) -> bool:
        """Say whether there is a session with this key."""
        return Session.objects.filter(key_hash=hashed(session_key)).exists()

    def create(self) -> None:
        """Begin a session with a key of its own: no key that a browser brought is ever taken over."""
        self._session_key = get_random_string(32, VALID_KEY_CHARS)
        self.row = None
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Keep what the session knows; raises UpdateError where it ended meanwhile."""
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        if self.session_key is None:
            return self.create()
        staff_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        more: dict[str, Any] = {"data": data, "staff_id": staff_id, "how": self.how}
        more |= {"device": self.device, "now": timezone.now()}
        if must_create:
            self.row = sessions.begin(key=self.session_key, **more)
        elif self.row is None or not sessions.keep(session=self.row, **more):
            raise UpdateError
        return None

    def cycle_key(self) -> None:
        """Give the session another key: the one before opens nothing any more."""
        data = self._session  # type: ignore[attr-defined]
        if self.row is None:
            self.create()
            self._session_cache = data
            return
        key = get_random_string(32, VALID_KEY_CHARS)
        if not sessions.change_key(session=self.row, key=key):
            raise UpdateError
        self._session_key = key
        self.modified = True

    def delete(self, session_key: str | None = None) -> None:
        """End a session: this one, or that of a key."""
        key = session_key or self.session_key
        if key:
            sessions.end(key=key)
        self.row = None

    @classmethod
    def clear_expired(cls) -> None:
        """Delete the sessions that are over."""
        sessions.forget(timezone.now())


class SignedIn:
    """Says of each request who is signed in, once somebody asks; notes that they work."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the person on the request, unread."""
        request.user = SimpleLazyObject(lambda: _person(request))  # type: ignore[assignment]
        return self.get_response(request)


def _person(request: HttpRequest) -> StaffUser | AnonymousUser:
    session: Any = request.session
    user: StaffUser | None = session.person()
    if user is None:
        return AnonymousUser()
    if request.path not in ASKS_ONLY:
        sessions.seen(session=session.row, now=timezone.now())
    return user
