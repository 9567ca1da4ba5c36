"""Names and numbers that a service cannot take: those that are ours, those it uses twice, those another service has."""

from collections.abc import Iterator, Mapping

from doorstep.catalogue import steps
from doorstep.catalogue.build_service import CASE_WORDS, Reading
from doorstep.catalogue.problem import Place, Problem

# What rules and sentences know without being told, and fields of our own forms.
OURS = frozenset(
    {
        *("settings", "service", "today", "now", "channel", "by_staff", "draft", "change"),
        *("due", "opened", "entered", "moved", "true", "false", "null", "in", "reason", "rule"),
    }
)
# A century: longer than any council keeps a case.
MOST_DAYS = 36_525


def problems(reading: Reading, prefixes: Mapping[str, str]) -> Iterator[Problem]:
    """Find names that are taken; `prefixes` are those of other services, each with its slug."""
    about = reading.about
    if about.prefix in prefixes:
        yield prefix(reading.where("service", "prefix"), about.prefix, prefixes[about.prefix])
    if not 1 <= about.retention_days <= MOST_DAYS:
        words = (
            f"`retention_days` must be 1 to {MOST_DAYS}, such as 730, not {about.retention_days}"
        )
        yield reading.where("service", "retention_days").wrong("retention", words)
    yield from _reserved(reading)
    yield from _twice(reading)


def prefix(where: Place, taken: str, by: str) -> Problem:
    """Return the mistake that another service has a prefix."""
    return where.wrong("prefix", f"the service {by} has the prefix {taken}; take another")


def _of_steps() -> dict[str, str]:
    """Return the names that steps give to rules or sentences, each with the step."""
    return {
        name: kind.name for kind in steps.offered().values() for name in (*kind.gives, *kind.says)
    }


def named(reading: Reading) -> Iterator[tuple[Place, str, str]]:
    """Go through every name that a service gives: where, as what, and the name."""
    for i, page in enumerate(reading.form.pages):
        for n, question in enumerate(page.questions):
            yield reading.where("form", "pages", i, "questions", n, "id"), "question", question.id
        if page.repeat is not None:
            yield reading.where("form", "pages", i, "repeat", "as"), "question", page.repeat.name
        for what, names in (("facts", page.facts), ("values", page.values)):
            for name in names:
                yield reading.where("form", "pages", i, what, name), what, name
    for name in reading.flow.facts:
        yield reading.where("workflow", "facts", name), "facts", name
    for sid, stage in reading.flow.stages.items():
        for what, names in (("facts", stage.facts), ("values", stage.values)):
            for name in names:
                yield reading.where("workflow", "stages", sid, what, name), what, name


def _reserved(reading: Reading) -> Iterator[Problem]:
    of_steps = _of_steps()
    for where, _, name in named(reading):
        if name in OURS or name in CASE_WORDS or name.endswith("_words"):
            words = f"`{name}` is a name of ours: rules or sentences mean something else by it; take another"
            yield where.wrong("reserved", words)
        elif name in of_steps:
            words = f"`{name}` is what the step `{of_steps[name]}` says; take another name"
            yield where.wrong("reserved", words)


def _twice(reading: Reading) -> Iterator[Problem]:
    asked = dict[str, Place]()
    for where, what, name in named(reading):
        if what == "question" and asked.setdefault(name, where) != where:
            words = f"the question `{name}` is asked already at {asked[name]}; each has an id of its own"
            yield where.wrong("question_twice", words)
    for where, what, name in named(reading):
        if what != "question" and name in asked:
            words = f"`{name}` is a question already, at {asked[name]}; take another name"
            yield where.wrong("name_twice", words)
