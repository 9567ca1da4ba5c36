"""An amount of money."""

from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    Typed,
    one,
    only_text,
    only_whole,
)
from doorstep.forms.rules.types import MONEY, Type
from doorstep.text import sums


class Money(Kind):
    """An amount in pounds, kept in pence: 12, 12.50, £1,200.00."""

    name = "money"
    datatype, expected = "string", "Pounds and pence, such as 12.50"
    examples = (
        one("12.50", 1250),
        one("£1,200", 120000),
        one(" £ 3.05 ", 305),
        one("0", 0),
        one("１２.５０", 1250),
        one("12.5", refused="money_shape"),
        one("1,50", refused="money_shape"),
        one("-3", refused="money_shape"),
        one("a lot", refused="money_shape"),
        one("", refused="missing"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see: pence."""
        return MONEY

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {"type": "integer", "minimum": 0, "description": "Pence"}

    def read(self, question: Question, value: object) -> Typed:
        """Return the field that a browser would send for pence; raises Invalid."""
        return self.fill(question, only_whole(value))

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the pence; raises Invalid."""
        text = only_text(question, posted, 20)
        if not text:
            return None
        pence = sums.pence(text)
        if pence is None:
            raise Invalid("money_shape")
        return pence

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the field that would give an amount."""
        return Typed({question.id: [] if answer is None else [_text(answer)]})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the amount: £12.50."""
        return "" if answer is None else f"£{_text(answer)}"


def _text(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"
