"""The form's own sentence for what is wrong with an answer, where no page is drawn."""

from html import unescape
from typing import Any

from django.template.loader import get_template

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid

# What a form cannot get wrong.
BY_PROGRAM = {
    "wrong_type": "Send it as the JSON Schema of the page says",
    "not_as_json": "A photo or a file does not come by the API",
    "not_asked": "After the other answers it is not asked",
}


def sentence(question: Question, invalid: Invalid) -> str:
    """Return the sentence as plain text."""
    template: Any = get_template("form/sentences.html")
    text = BY_PROGRAM.get(invalid.code) or template.template.module.sentence(question, invalid)
    return unescape(str(text)).strip()
