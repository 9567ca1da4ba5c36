"""A photo, kept elsewhere; the answer is its name there."""

from collections.abc import Sequence

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
)


class Photo(Kind):
    """A photo, kept elsewhere; the answer is its name there."""

    name, may_repeat = "photo", False
    nature, shown, carried, missing = "photos", "photos", "never", "missing_photo"
    datatype = ""
    examples = (one("a", "a"), one("zebra", refused="photo_gone"), one("", refused="missing"))

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON: a photo does not come that way."""
        return {"type": "null"}

    def read(self, question: Question, value: object) -> Typed:
        """Refuse: a photo does not come as JSON."""
        raise Invalid("not_as_json")

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        name = only_text(question, posted, 40)
        if name and name not in dict(options):
            raise Invalid("photo_gone")
        return name or None

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return how many photos there are: the picture itself is for staff."""
        return {"photos": 1} if answer else ""

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the field that takes a file."""
        return f"{question.id}-file"

    def with_files(self, question: Question, posted: Posted, names: Sequence[str]) -> Typed:
        """Return the field with the new photo, else the one kept before unless it was put away."""
        before = [] if posted.get(f"{question.id}-none") else list(posted.getlist(question.id))
        return Typed({question.id: list(names)[-1:] or before or [""]})

    def most_files(self, question: Question) -> int:
        """Return one."""
        return 1

    def photos(self, answer: object) -> list[str]:
        """Return the one, where there is one."""
        return [str(answer)] if answer else []
