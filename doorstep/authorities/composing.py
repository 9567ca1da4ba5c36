"""What of a case leaves the house: what its workflow says, and nothing besides."""

from collections.abc import Iterator, Mapping
from typing import Any

from doorstep.authorities.models import Passed
from doorstep.authorities.provider import Report
from doorstep.cases.models import Case
from doorstep.cases.values import photos_of
from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.files import photos
from doorstep.places import grid


def report(of: Passed, service: str) -> Report:
    """Return the report of a case that is passed on, for their code of the service."""
    case, what = of.case, of.what
    reach = _contact(case) if what["with_contact"] else {}
    latitude, longitude = _degrees(case)
    return Report(
        key=of.key,
        service=service,
        description="\n".join(_description(case, what["questions"])),
        latitude=latitude,
        longitude=longitude,
        place=case.at,
        attributes=_attributes(case, what["attributes"]),
        photos=tuple(_photos(case)) if what["with_photos"] else (),
        **reach,
    )


def _degrees(case: Case) -> tuple[float | None, float | None]:
    """Return where it is: the case's own location, else its home's."""
    if case.latitude is not None or case.place is None:
        return case.latitude, case.longitude
    return grid.to_degrees(case.place.easting, case.place.northing)


def _description(case: Case, questions: list[str]) -> Iterator[str]:
    """Go through what is said: one answer as it is, several each with its name, then our reference."""
    by_id = catalogue.service(case.version_id).form.questions
    answered = [(by_id[q], case.words[q]) for q in questions if case.words.get(q)]
    for question, words in answered:
        yield words if len(answered) == 1 else f"{question.short}: {words}"
    yield f"{council.current().name}: {case.reference}"


def _attributes(case: Case, named_questions: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the answers that go along under codes of theirs; what was not answered does not."""
    attributes = {}
    for code, question in named_questions.items():
        answer: Any = case.answers.get(question)
        values = answer if isinstance(answer, list) else [answer]
        texts = [_text(value) for value in values if value is not None]
        if texts:
            attributes[code] = texts
    return attributes


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value["$day"]) if isinstance(value, dict) and "$day" in value else str(value)


def _photos(case: Case) -> Iterator[bytes]:
    service = catalogue.service(case.version_id)
    for path in map(photos.path_of, photos_of(service, case.answers)):
        if path is not None:
            yield path.read_bytes()


def _contact(case: Case) -> dict[str, str]:
    who = case.customer
    return {"name": who.name, "email": who.email, "phone": who.phone} if who else {}
