"""The step `amend`: makes the change of a case that was sent, or forgets it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from doorstep.cases import changing, gathered, workflow
from doorstep.cases.models import Case
from doorstep.catalogue import steps
from doorstep.council.errors import Refused
from doorstep.staff.actor import Actor

KIND = steps.StepKind(
    "amend",
    words=frozenset({"do"}),
    values={"do": ("drop",)},
    outcomes={
        "made": "The case has its new answers, and what it had was changed by them.",
        "gone": "It could not be made any more, such as for a day that went; nothing was changed.",
        "dropped": "It will not be made, and its answers are forgotten.",
    },
)


class AmendStep:
    """Makes a change; `do: drop` forgets it."""

    def run(self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> str:
        """Come to amend.made, or to amend.gone where what it wants is there no longer; or to amend.dropped."""
        draft = changing.sent(case)
        if draft is None:
            return "amend.dropped"
        if options.get("do") == "drop":
            changing.drop(case=case, draft=draft, by=by, now=now)
            return "amend.dropped"
        try:
            with gathered.savepoint():
                changing.make(case=case, draft=draft, by=by, now=now)
        except Refused:
            vars(case).pop("last_line", None)  # what was written meanwhile is not there
            case.refresh_from_db(fields=["answers", "words", "facts", "decisions"])
            return "amend.gone"
        return "amend.made"

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Leave the case as it is: a change that was sent is not made."""
        if (draft := changing.sent(case)) is not None:
            changing.drop(case=case, draft=draft, by=by, now=now)


def offer() -> None:
    """Offer the step to validators and to the spine."""
    steps.offer(KIND)
    workflow.offer("amend", AmendStep())
