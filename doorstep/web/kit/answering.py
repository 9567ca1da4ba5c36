"""Takes an answer, from a form or as JSON: its options, what is wrong with it, its words."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from doorstep.cases import facts
from doorstep.cases.clock import clock_at
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.files import photos
from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Option, Options, Posted
from doorstep.forms.questions.kinds import KINDS
from doorstep.places import queries as places
from doorstep.places import spots

Values = dict[str, object]


@dataclass(frozen=True)
class Taken:
    """An answer and its words, in the council's language and in the one spoken."""

    answer: object
    words: Mapping[str, str]


def options(question: Question, values: Values, posted: Posted, now: datetime) -> Options:
    """Return what may be chosen; of homes, places and photos, the one that was chosen if it is there."""
    chosen = posted.get(question.id) or ""
    if question.kind == "address":
        home = places.find(chosen)
        return ((str(home.uprn), home.address),) if home else ()
    if question.kind == "location":
        spot = spots.find(chosen)  # which may know it by a tidier id than was sent
        return (Option(chosen, spot.words, **asdict(spot)),) if spot else ()
    if question.kind == "photos":
        return tuple((name, name) for name in posted.getlist(question.id) if photos.path_of(name))
    if question.kind == "photo":
        return ((chosen, chosen),) if photos.path_of(chosen) else ()
    return facts.options(question, values, clock_at(now))


def places_of(found: Iterable[spots.Spot | None]) -> Options:
    """Return places as options, each with all that is known of it."""
    made = []
    for spot in filter(None, found):
        made.append(Option(spot.id, spot.words, **asdict(spot)))
    return tuple(made)


def take(version: str, question: Question, posted: Posted, values: Values, now: datetime) -> Taken:
    """Return the answer to a question; raises Invalid."""
    offered = options(question, values, posted, now)
    answer = KINDS[question.kind].clean(question, posted, offered)
    return Taken(answer, _in_words(version, question, answer, offered, values, now))


def _in_words(
    version: str,
    question: Question,
    answer: object,
    offered: Options,
    values: Values,
    now: datetime,
) -> dict[str, str]:
    """Return an answer in the council's own language, and in the one spoken when that is another."""
    kind, spoken_now, own = KINDS[question.kind], council.language(), council.own_language()
    said = say(kind.show(question, answer, offered))
    if spoken_now == own:
        return {question.id: said}
    with council.speaking(own):
        if question.source is not None:
            offered = facts.options(question, values, clock_at(now))
        elif question.kind == "location":
            offered = places_of(spots.find(option[0]) for option in offered)
        elif question.options:
            offered = catalogue.service(version).form.questions[question.id].options
        words = say(kind.show(question, answer, offered))
    return {question.id: words, f"{question.id}@{spoken_now}": said}
