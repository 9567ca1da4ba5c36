"""Errors as GeoReport v2 knows them: a status, and a list of sentences."""

# What each code says to the person who writes the calling program.
DETAILS = {
    "not_found": "There is nothing at this address.",
    "method_not_allowed": "This address does not take this method; see Allow.",
    "no_key": "Send a valid api_key. The council gives one to each program that sends requests.",
    "scope_missing": "This api_key may not send requests.",
    "service_not_its": "This api_key is not for that service.",
    "too_many": "Too many calls; Retry-After says when to come back.",
    "too_large": "The body is too large: at most 100 kB without photos, 128 MB with them.",
    "not_a_form": "Send application/x-www-form-urlencoded, or multipart/form-data with photos.",
    "not_readable": "The form cannot be read.",
    "no_such_jurisdiction": "There is no such jurisdiction_id here.",
    "service_code_missing": "service_code was not provided; /services lists them.",
    "no_such_service": "There is no such service_code.",
    "no_such_request": "There is no such service_request_id, or it is not shown to you.",
    "no_such_token": "There is no such token.",
    "key_reused": "This Idempotency-Key was used with another body.",
    "already_open": "The same has been reported already, and is being looked at.",
    "unavailable": "This cannot be looked up just now; send it again later.",
    "answers_wrong": "Some answers cannot be taken.",
    "away": "Our system is starting again; send the same call again in a minute.",
    "broken": "The fault is ours; it is written down. Try again in a few minutes.",
}


class Problem(Exception):
    """An error to answer with: a status, and one sentence or several."""

    def __init__(self, status: int, code: str = "", *, says: list[str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.says = says or [DETAILS[code]]

    @property
    def errors(self) -> list[dict[str, object]]:
        """Return the errors; the protocol wants the status again as `code`."""
        return [{"code": self.status, "description": sentence} for sentence in self.says]


class Stopped(Problem):
    """A rule of the service stops: an outcome of the call, kept and said again."""


def wrong(*says: str) -> Problem:
    """Return the 400 that says what is wrong with a call."""
    return Problem(400, says=list(says))
