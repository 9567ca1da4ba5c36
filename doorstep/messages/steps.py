"""The step `tell`: a message to the person behind the case."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from doorstep.cases import timeline, workflow
from doorstep.cases.models import Case
from doorstep.catalogue import steps
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import MOMENT
from doorstep.messages import actions
from doorstep.staff.actor import Actor


def _check(
    rules: Mapping[str, Rule], words: Mapping[str, object], files: Mapping[str, str]
) -> Iterator[str]:
    """Say that a message is not there."""
    text = f"messages/{words.get('message')}.md"
    if text not in files:
        yield f"no {text}"


KIND = steps.StepKind(
    "tell",
    rules={"at": MOMENT},
    optional=frozenset({"at"}),
    words=frozenset({"message"}),
    speaks=True,
    check=_check,
)


class TellStep:
    """Queues a message; what is told cannot be untold."""

    def run(self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> None:
        """Queue the message and note it on the timeline."""
        name = str(options["message"])
        at = options.get("at")
        if actions.tell(case=case, name=name, now=now, said=options.get("said"), at=at) and not at:
            timeline.write(case, "told", by=by, now=now, message=name)

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Nothing to take back."""


def offer() -> None:
    """Offer the step to validators and to the spine."""
    steps.offer(KIND)
    workflow.offer("tell", TellStep())
