"""The shapes of what the API takes and gives."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict

from doorstep.catalogue.channels import Channel
from doorstep.text import copied

_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def _written(value: object) -> object:
    """Refuse a bare number, which pydantic would take for seconds since 1970; a plus that came as a space is one."""
    if isinstance(value, str):
        value = copied.moment(value)
    if not (isinstance(value, str) and _MOMENT.match(value)):
        raise ValueError("write it like 2026-11-24T09:00:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    """Return the moment in UTC: the database refuses offsets that Python takes."""
    try:
        return value.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("out of range") from exc


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]


class ServiceShape(Schema):
    """A service that residents can ask for."""

    slug: str
    title: str
    summary: str
    channels: list[str]
    lgsl: int
    lgil: int


class PageShape(Schema):
    """One page of a form."""

    id: str
    title: str
    hint: str
    always: bool = Field(description="Whether everyone is asked; others by earlier answers.")
    answers: dict[str, Any] = Field(
        description="The JSON Schema of its answers; `x-contact` marks those that `contact` fills."
    )


class FormShape(ServiceShape):
    """A service with its pages and their questions."""

    needs: str
    privacy: str
    pages: list[PageShape]


class Contact(Schema):
    """How to reach the person; fills the questions that ask for it."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    email: str | None = None
    phone: str | None = None


class Sending(Schema):
    """A request of a resident."""

    model_config = ConfigDict(extra="forbid")

    channel: Channel = Field(description="How the person came; one that the service offers.")
    answers: dict[str, Any] = Field(description="Answers by question id.")
    contact: Contact = Contact()


class Sent(Schema):
    """The case that was made."""

    reference: str
    stage: str
    follow: str = Field(description="A link that opens the case for the resident, for 90 days.")


class CaseShape(Schema):
    """Where a case stands; nothing in it is personal."""

    reference: str
    service: str
    stage: str
    sentence: str = Field(description="What the resident reads.")
    opened: datetime
    closed: datetime | None
    outcome: str | None
    due: date | None


class CaseList(Schema):
    """Some cases, the earliest opened first; `next` is the cursor of those that follow."""

    cases: list[CaseShape]
    next: str | None


class PropertyShape(Schema):
    """A property."""

    uprn: str
    address: str


class PropertyList(Schema):
    """The properties at a postcode."""

    properties: list[PropertyShape]


class Collection(Schema):
    """One collection day."""

    day: date
    moved_from: date | None


class Delay(Schema):
    """A round that was due on a day comes later."""

    day: date
    until: datetime
    sentence: str


class Suspension(Schema):
    """No collection between two days, both included."""

    first: date
    last: date


class ContainerShape(Schema):
    """A container and its days."""

    id: str = Field(description="Answers a question that asks for a container.")
    kind: str
    name: str
    collections: list[Collection]
    delay: Delay | None
    suspensions: list[Suspension]


class Collections(Schema):
    """The bin days of a home."""

    uprn: str
    containers: list[ContainerShape]
