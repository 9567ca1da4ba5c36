"""Takes an answer, from a form or as JSON: its options, what is wrong with it, its words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from doorstep.cases import facts
from doorstep.cases.clock import clock_at
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.files import papers, photos
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Nature, Option, Options, Posted
from doorstep.places import queries as places
from doorstep.places import spots
from doorstep.places.models import Property
from doorstep.text.untranslated import Untranslated

Values = dict[str, object]


@dataclass(frozen=True)
class Taken:
    """An answer and its words, in the council's language and in the one spoken."""

    answer: object
    words: Mapping[str, str]


def _home(question: Question, posted: Posted, values: Values) -> Options:
    home = facts.home(posted.get(question.id) or "")
    return ((str(home.uprn), home.address),) if home else ()


def _spot(question: Question, posted: Posted, values: Values) -> Options:
    place_id = posted.get(question.id) or ""
    spot = spots.find(place_id)  # which may know it by a tidier id than was sent
    return (Option(place_id, spot.words, **asdict(spot)),) if spot else ()


def _anywhere(question: Question, posted: Posted, values: Values) -> Options:
    home = places.find(posted.get(question.id) or "")
    return addresses_of([home] if home else [])


def _photos(question: Question, posted: Posted, values: Values) -> Options:
    """Return the photos that were sent, but for those that another case holds; what was answered here before stays."""
    names, before = posted.getlist(question.id), values.get(question.id) or ()
    own = [before] if isinstance(before, str) else list(before)  # type: ignore[call-overload]
    others = photos.kept_of(names) - set(own)
    return tuple((name, name) for name in names if photos.path_of(name) and name not in others)


def _files(question: Question, posted: Posted, values: Values) -> Options:
    """Return the files that were sent by what they are called, but for those that another case holds."""
    names, before = posted.getlist(question.id), values.get(question.id) or ()
    return tuple(
        Option(
            name,
            row.file_name,
            type=row.kind,
            size=row.size,
            is_refused=row.state == "refused",
            is_waiting=row.state == "waiting",
        )
        for name, row in papers.of(names).items()
        if not row.kept or name in before  # type: ignore[operator]  # a list of names
    )


# Of what cannot all be listed, the one that was chosen is looked up.
LOOKED_UP: Mapping[Nature, Callable[[Question, Posted, Values], Options]] = {
    "home": _home,
    "spot": _spot,
    "photos": _photos,
    "files": _files,
    "anywhere": _anywhere,
}


def options(question: Question, values: Values, posted: Posted, now: datetime) -> Options:
    """Return what may be chosen; of homes, places and photos, the one that was chosen if it is there."""
    look_up = LOOKED_UP.get(kinds.of(question).nature)
    if look_up is not None:
        return look_up(question, posted, values)
    return facts.options(question, values, clock_at(now))


def places_of(found: Iterable[spots.Spot | None]) -> Options:
    """Return places as options, each with all that is known of it."""
    return tuple(Option(spot.id, spot.words, **asdict(spot)) for spot in found if spot)


def addresses_of(homes: Iterable[Property]) -> Options:
    """Return homes as options of an address, each with its lines."""
    return tuple(
        Option(
            str(home.uprn),
            home.address,
            line1=home.line,
            town=home.street.locality,
            postcode=home.postcode,
        )
        for home in homes
    )


def take(
    service: Service,
    question: Question,
    posted: Posted,
    offered: Options,
    values: Values,
    now: datetime,
) -> Taken:
    """Return the answer to a question, out of what may be chosen; raises Invalid."""
    kind = kinds.of(question)
    answer = kind.clean(question, posted, offered)
    if answer is not None:
        kind.fits(question, answer, clock_at(now).today)
    return Taken(answer, _in_words(service, question, answer, offered, values, now))


def _in_words(
    service: Service,
    question: Question,
    answer: object,
    offered: Options,
    values: Values,
    now: datetime,
) -> dict[str, str]:
    """Return an answer in the council's own language, and in the one spoken when that is another."""
    kind, spoken_now, language = kinds.of(question), council.language(), council.own_language()
    sentence = say(kind.show(question, answer, offered), year=True)
    if spoken_now == language:
        return {question.id: sentence}
    with council.speaking(language):
        if question.source is not None:
            offered = facts.options(question, values, clock_at(now))
        elif kind.nature == "spot":
            offered = places_of(spots.find(option[0]) for option in offered)
        elif question.options or question.parts:
            question = catalogue.service(service.digest).form.questions[question.id]
            offered = question.options
        words = say(kind.show(question, answer, offered), year=True)
    if isinstance(sentence, Untranslated):
        return {question.id: words}
    return {question.id: words, f"{question.id}@{spoken_now}": sentence}
