"""A vehicle's registration number."""

import re

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    one,
    only_text,
    text_schema,
    without_gaps,
)

# Every shape that plates of the United Kingdom have, or have had.
_PLATE = re.compile(
    r"[A-Z]{2}[0-9]{2}[A-Z]{3}"  # since September 2001
    r"|[A-Z][0-9]{1,3}[A-Z]{3}"  # 1983 to 2001, and Q
    r"|[A-Z]{3}[0-9]{1,3}[A-Z]"  # 1963 to 1983
    r"|[A-Z]{1,3}[0-9]{1,4}|[0-9]{1,4}[A-Z]{1,3}"  # before, Northern Ireland, trade plates
    r"|[0-9]{5}"  # trade plates
    r"|[0-9]{3}[DX][0-9]{3}"  # embassies
    r"|[0-9]{2}[A-Z]{2}[0-9]{2}"  # the armed forces
)
_CURRENT = re.compile(r"([A-Z]{2}[0-9]{2})([A-Z]{3})")


class VehicleRegistration(Kind):
    """A vehicle's registration number, kept in capitals without spaces."""

    name = "vehicle_registration"
    datatype, expected = "string", "A UK vehicle's registration number, such as AB12 CDE"
    usual = "AB12CDE"
    examples = (
        one("ab12 cde", "AB12CDE"),
        one(" AB12-CDE ", "AB12CDE"),
        one("Q1 ABC", "Q1ABC"),
        one("abc 123d", "ABC123D"),
        one("A 1", "A1"),
        one("1 A", "1A"),
        one("YIZ 1234", "YIZ1234"),
        one("101 D 123", "101D123"),
        one("ＡＢ１２ ＣＤＥ", "AB12CDE"),
        one("", refused="missing"),
        one("a red van", refused="vehicle_shape"),
        one("ABCDEFG", refused="vehicle_shape"),
        one("AB123 CDE", refused="vehicle_shape"),
        one("1-ABC-234", refused="vehicle_shape"),
    )

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return text_schema(question, 20)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the number without spaces; raises Invalid."""
        text = without_gaps(only_text(question, posted, 20))
        # It may be anyone's car from anywhere; only what no plate of ours can be is a slip.
        if text and not _PLATE.fullmatch(text):
            raise Invalid("vehicle_shape")
        return text or None

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return the number as it stands on a plate: AB12 CDE."""
        return _CURRENT.sub(r"\1 \2", str(answer or ""))
