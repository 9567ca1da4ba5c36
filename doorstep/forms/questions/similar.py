"""Whether it is one of those that were found already, or a different one."""

from datetime import date

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    one,
    only_text,
)

DIFFERENT = "different"


class Similar(Kind):
    """One of those found by a fact, shown as a list and a map; or "different", which is always there."""

    name, may_repeat, chooses = "similar", False, True
    is_typed, needs_map, missing = False, True, "missing_choice"
    spare = usual = DIFFERENT
    expected = "The service_request_id of a request that is the same; nothing where it is another"
    examples = (
        one("a", "a"),
        one(DIFFERENT, DIFFERENT),
        one("zebra", refused="similar_gone"),
        one("", refused="missing"),
    )

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        source = question.source.name if question.source else "the form"
        return {"type": "string", "description": f"One that `{source}` finds, or {DIFFERENT!r}"}

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the id of the one, or "different"; raises Invalid."""
        value = only_text(question, posted, 40)
        if value and value != DIFFERENT and value not in dict(options):
            raise Invalid("similar_gone")
        return value or None

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return the label of the one; a different one is said as the answer No."""
        if answer == DIFFERENT:
            return False
        return dict(options).get(str(answer), "")

    def possible(self, question: Question, today: date) -> list[object]:
        """Return that it is a different one."""
        return [DIFFERENT]
