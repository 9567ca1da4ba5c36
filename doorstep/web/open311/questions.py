"""A service as GeoReport v2 sees it: which answers come as attributes, and which in fields of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.forms.form import Page, Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Kind, Nature
from doorstep.intake.filling import asked_on
from doorstep.web.open311.problems import Problem

# The fields in which it comes where something is.
PLACE_FIELDS: dict[Nature, str] = {"spot": "lat, long", "home": "address_id"}


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
        return kinds.of(photo).most_files(photo)

    @property
    def otherwise(self) -> dict[str, object]:
        """Return the answers to what a program need not answer: what it reports is another one."""
        spare = {q.id: kinds.of(q).spare for _, q in self.attributes}
        return {name: answer for name, answer in spare.items() if answer is not None}

    def field(self, question: str) -> str:
        """Return the name of the field in which a question's answer comes."""
        names = [(q, part) for part, q in self.contact.items()]
        names += [(q, "description") for q in (self.description,) if q]
        names += [(q, "media") for q in self.photos]
        if self.place:
            names.append((self.place, PLACE_FIELDS[kinds.of(self.place).nature]))
        return {q.id: name for q, name in names}.get(question, f"attribute[{question}]")


def _questions(service: Service) -> Iterator[tuple[Page, Question]]:
    for page in service.form.pages:
        yield from ((page, q) for q in asked_on(page))


def _description(service: Service, questions: list[Question]) -> Question | None:
    """Return the question that the description answers: the long text that may be public, else the first."""
    public = service.about.public.text if service.about.public else []
    long = [q for q in questions if kinds.of(q).own_words == 1]
    return next((q for q in long if q.id in public), long[0] if long else None)


def asked(service: Service) -> Asked:
    """Return how a service's answers come."""
    every = list(_questions(service))
    uncontacted = [q for _, q in every if not q.contact]
    description = _description(service, uncontacted)
    return Asked(
        service,
        tuple(
            (page, q)
            for page, q in every
            if kinds.of(q).datatype and not q.contact and q is not description
        ),
        description,
        next((q for q in uncontacted if kinds.of(q).nature in PLACE_FIELDS), None),
        tuple(q for q in uncontacted if kinds.of(q).nature == "photos"),
        {q.contact: q for _, q in every if q.contact},
    )


def is_offered(service: Service) -> bool:
    """Say whether a service is reported in public, online, and asks nothing that cannot come this way."""
    about = service.about
    if about.public is None or not service.is_online:
        return False
    needed = [q for page, q in _questions(service) if page.is_sure and not q.optional]
    return all(_comes(kinds.of(q)) for q in needed)


def _comes(kind: Kind) -> bool:
    """Say whether an answer of this kind can come in a field or as an attribute."""
    return bool(kind.datatype) or kind.nature in (*PLACE_FIELDS, "photos")


def offered() -> list[Service]:
    """Return every service that is offered, by title."""
    return [service for service in catalogue.running() if is_offered(service)]


def find(code: str) -> Asked:
    """Return an offered service by its code; raises Problem 400 where none was sent, 404 where there is none such."""
    if not code.strip():
        raise Problem(400, "service_code_missing")
    service = catalogue.current(code) if code.isascii() and "\0" not in code else None
    if service is None or not is_offered(service):
        raise Problem(404, "no_such_service")
    return asked(service)
