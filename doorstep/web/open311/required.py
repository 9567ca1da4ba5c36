"""Which questions every request must answer: those of pages that are shown whatever else is answered."""

from datetime import datetime
from itertools import islice, product

from doorstep.cases.clock import clock_at
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.forms.form import Page
from doorstep.forms.questions import kinds
from doorstep.forms.rules.functions import Clock

# So many ways of answering are tried for one page; with more, nobody is told that it is required.
MOST = 500
Possible = dict[str, list[object]]


def needed(service: Service, now: datetime) -> frozenset[str]:
    """Return the ids of the questions that every request must answer.

    A page with a condition counts where the condition holds for each answer that may be given to the
    questions it rests on, those left out with which a rule stops; and not where it rests on facts. What
    is reported is taken to be another one than those known already (`similar`).
    """
    clock = clock_at(now)
    possible: Possible = {"settings": [catalogue.settings(service, clock.today)]}
    questions: set[str] = set()
    for page in service.form.pages:
        certain = _is_certain(page, possible, clock)
        for question in page.questions:
            sure = certain and not question.optional
            questions |= {question.id} if sure else set()
            if values := kinds.of(question).possible(question, clock.today):
                possible[question.id] = values if sure else [*values, None]
        _leave_out(page, possible, clock)
    return frozenset(questions)


def _leave_out(page: Page, possible: Possible, clock: Clock) -> None:
    """Leave out answers with which one of a page's rules stops by themselves."""
    for check in page.check:
        names = {path.split(".")[0] for path in check.rule.uses} - {"now", "today"}
        (name,) = names if check.stop and len(names) == 1 else ("",)
        if name in {q.id for q in page.questions} & set(possible):
            possible[name] = [
                value
                for value in possible[name]
                if value is None or not check.rule.evaluate({name: value}, clock)
            ]


def _is_certain(page: Page, possible: Possible, clock: Clock) -> bool:
    """Say whether a page is shown whatever is answered before it."""
    if page.when is None or page.asked_only:
        return not page.asked_only
    names = sorted({path.split(".")[0] for path in page.when.uses} - {"now", "today"})
    if not set(names) <= set(possible):
        return False
    ways = list(islice(product(*(possible[name] for name in names)), MOST + 1))
    if len(ways) > MOST:
        return False
    return all(page.when.evaluate(dict(zip(names, way, strict=True)), clock) for way in ways)
