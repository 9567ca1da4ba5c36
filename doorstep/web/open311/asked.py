"""A service as GeoReport v2 sees it: which answers come as attributes, and which in fields of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.forms.form import Page, Question
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.questions.photos import MOST
from doorstep.forms.questions.similar import DIFFERENT
from doorstep.web.open311.problems import Problem

DATATYPES = {
    "text": "string",
    "long_text": "text",
    "choice": "singlevaluelist",
    "choices": "multivaluelist",
    "yes_no": "singlevaluelist",
    "date": "datetime",
    "email": "string",
    "telephone": "string",
    "money": "string",
    "similar": "string",
}
# What is expected of an answer, where the datatype does not say it all.
EXPECTED = {
    "date": "A day such as 2026-11-24, or a W3C datetime whose day counts",
    "money": "Pounds and pence, such as 12.50",
    "email": "An email address",
    "telephone": "A UK telephone number",
    "similar": "The service_request_id of a request that is the same; nothing where it is another",
}
PLACES, PHOTOS = ("location", "address"), ("photo", "photos")


@dataclass(frozen=True)
class Asked:
    """A service's questions by the fields in which their answers come."""

    service: Service
    attributes: tuple[tuple[Page, Question], ...]
    description: Question | None
    place: Question | None
    photos: tuple[Question, ...]
    contact: dict[str, Question]

    def most(self, photo: Question) -> int:
        """Return how many photos a question takes."""
        return (photo.most or MOST) if photo.kind == "photos" else 1

    @property
    def otherwise(self) -> dict[str, str]:
        """Return the answers to what a program need not answer: what it reports is another one."""
        return {q.id: DIFFERENT for _, q in self.attributes if q.kind == "similar"}

    def field(self, question: str) -> str:
        """Return the name of the field in which a question's answer comes."""
        own = [(q, part) for part, q in self.contact.items()]
        own += [(q, "description") for q in (self.description,) if q]
        own += [(q, "media") for q in self.photos]
        if self.place:
            own.append((self.place, "address_id" if self.place.kind == "address" else "lat, long"))
        return {q.id: name for q, name in own}.get(question, f"attribute[{question}]")


def _questions(service: Service) -> Iterator[tuple[Page, Question]]:
    for page in service.form.pages:
        yield from ((page, q) for q in page.questions if KINDS[q.kind].asks)


def _description(service: Service, own: list[Question]) -> Question | None:
    """Return the question that the description answers: the long text that may be public, else the first."""
    public = service.about.public.text if service.about.public else []
    long = [q for q in own if q.kind == "long_text"]
    return next((q for q in long if q.id in public), long[0] if long else None)


def asked(service: Service) -> Asked:
    """Return how a service's answers come."""
    every = list(_questions(service))
    own = [q for _, q in every if not q.contact]
    description = _description(service, own)
    return Asked(
        service,
        tuple(
            (page, q)
            for page, q in every
            if q.kind in DATATYPES and not q.contact and q is not description
        ),
        description,
        next((q for q in own if q.kind in PLACES), None),
        tuple(q for q in own if q.kind in PHOTOS),
        {q.contact: q for _, q in every if q.contact},
    )


def is_offered(service: Service) -> bool:
    """Say whether a service is reported in public, online, and asks nothing that cannot come this way."""
    about = service.about
    if about.public is None or "online" not in about.channels:
        return False
    known = {*DATATYPES, *PLACES, *PHOTOS}
    needed = [q.kind for page, q in _questions(service) if page.is_sure and not q.optional]
    return set(needed) <= known


def offered() -> list[Service]:
    """Return every service that is offered, by title."""
    return [service for service in catalogue.running() if is_offered(service)]


def find(code: str) -> Asked:
    """Return an offered service by its code; raises Problem 404."""
    found = catalogue.current(code) if code.isascii() and "\0" not in code else None
    if found is None or not is_offered(found):
        raise Problem(404, "no_such_service")
    return asked(found)
