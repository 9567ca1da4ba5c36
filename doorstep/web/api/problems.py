"""Errors as application/problem+json (RFC 9457): raised anywhere, drawn and described here."""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from pydantic import BaseModel, ConfigDict, Field

from doorstep.web.kit import programs

MEDIA = programs.MEDIA
# What each code says to the person who writes the calling system.
DETAILS = {
    "not_found": "There is nothing at this address.",
    "method_not_allowed": "This address does not take this method; see Allow.",
    "no_token": "Send a valid token: Authorization: Bearer …",
    "scope_missing": "This token may not do this.",
    "service_not_its": "This token is not for that service.",
    "too_many": "Too many calls; Retry-After says when to come back.",
    "too_large": "The body is larger than 100 kB.",
    "not_json_type": "Send Content-Type: application/json.",
    "not_json": "The body is not JSON, or holds characters that no text may hold.",
    "not_as_described": "The call is not as the description says; see errors.",
    "answers_wrong": "Some answers cannot be taken; see errors.",
    "key_reused": "This Idempotency-Key was used with another body.",
    "already_open": "Another case about the same thing is open.",
    "unavailable": "This cannot be looked up just now; send it again later.",
    "no_such_service": "There is no such service.",
    "no_such_case": "There is no such case.",
    "no_such_property": "There is no such property here.",
    "waste_system_away": "The council's waste system does not answer, and this home was never read. Ask again in some minutes.",
    "postcode_shape": "Give a full UK postcode.",
    "bad_cursor": "This cursor was not given by us.",
    **programs.WORDS,
}


class Option(BaseModel):
    """One answer that a question takes."""

    value: str
    label: str


class Fault(BaseModel):
    """One thing that is wrong: at a place in the body (a JSON Pointer) or in a parameter or header."""

    pointer: str | None = None
    parameter: str | None = None
    code: str
    detail: str
    options: list[Option] | None = None


class Human(BaseModel):
    """How to reach a person instead."""

    say: str
    telephone: str
    hours: str
    email: str


class Instead(BaseModel):
    """Another authority that is asked instead."""

    name: str
    address: str
    telephone: str


class ProblemShape(BaseModel):
    """An error."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    detail: str = Field(description="Where a rule stops: the sentence a resident reads.")
    code: str = Field(description="For programs: it does not change.")
    heading: str | None = Field(None, description="The heading over that sentence.")
    human: Human | None = None
    instead: Instead | None = None
    errors: list[Fault] | None = None


class Problem(Exception):
    """An error to answer with; `more` are further members of its JSON."""

    def __init__(self, status: int, code: str, *, detail: str = "", **more: Any) -> None:
        super().__init__(code)
        self.json = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail or DETAILS[code],
            "code": code,
            **more,
        }


class Stopped(Problem):
    """A rule of the service stops: an outcome of the call, kept and said again."""


def wrong(faults: list[Fault]) -> Problem:
    """Return the problem of answers that cannot be taken."""
    return Problem(422, "answers_wrong", errors=[f.model_dump(exclude_none=True) for f in faults])


def drawn(body: dict[str, Any]) -> HttpResponse:
    """Return a problem as a response."""
    return HttpResponse(json.dumps(body), status=body["status"], content_type=MEDIA)


# Headers that come with an error, as described.
_HEADERS = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}},
    429: {"Retry-After": {"schema": {"type": "integer"}, "required": True}},
}


def answers(*statuses: int) -> dict[str, Any]:
    """Describe the errors of an operation, for its `openapi_extra`."""
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses: dict[int, Any] = {}
    for status in statuses:
        responses[status] = {"description": HTTPStatus(status).phrase, "content": content}
        if status in _HEADERS:
            responses[status]["headers"] = _HEADERS[status]
    return {"responses": responses}
