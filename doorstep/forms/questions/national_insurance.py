"""A National Insurance number."""

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

# HMRC, NIM39110: letters that no prefix has, prefixes that are not given out, and the last letter.
_NUMBER = re.compile(
    r"(?!BG|GB|NK|KN|TN|NT|ZZ)([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])([0-9]{2})([0-9]{2})([0-9]{2})([A-D])"
)


class NationalInsurance(Kind):
    """A National Insurance number, kept in capitals without spaces; nobody but staff ever sees it."""

    name = "national_insurance"
    is_private = True
    carried = "never"
    datatype, expected = "string", "A National Insurance number: two letters, six digits, A to D"
    usual = "AB123456C"
    examples = (
        one("AB123456C", "AB123456C"),
        one(" ab 12 34 56 c ", "AB123456C"),
        one("AB.12.34.56.C", "AB123456C"),
        one("ab-123456-c", "AB123456C"),
        one("ＡＢ１２３４５６Ｃ", "AB123456C"),
        one("", refused="missing"),
        one("QQ 12 34 56 C", refused="national_insurance_shape"),
        one("AO123456C", refused="national_insurance_shape"),
        one("GB123456C", refused="national_insurance_shape"),
        one("AB123456E", refused="national_insurance_shape"),
        one("AB12345C", refused="national_insurance_shape"),
        one("AB123456", refused="national_insurance_shape"),
    )

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return text_schema(question, 30)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the number without spaces; raises Invalid."""
        text = without_gaps(only_text(question, posted, 30))
        if text and not _NUMBER.fullmatch(text):
            raise Invalid("national_insurance_shape")
        return text or None

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return the number in the groups that it is read out in: AB 12 34 56 C."""
        return _NUMBER.sub(r"\1 \2 \3 \4 \5", str(answer or ""))
