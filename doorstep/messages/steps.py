"""The step `tell`: a message to the person behind the case."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from doorstep.cases import needs_person, timeline, workflow
from doorstep.cases.models import Case
from doorstep.catalogue import steps
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import MOMENT
from doorstep.messages import actions
from doorstep.staff.actor import Actor


def _check(
    rules: Mapping[str, Rule], words: Mapping[str, object], files: Mapping[str, str]
) -> Iterator[steps.Said]:
    """Say that a message is not there."""
    text = f"messages/{words.get('message')}.md"
    if "message" in words and text not in files:
        yield "no_message", f"no {text}"
    if words.get("otherwise", "write") != "write":
        says = "`otherwise` of `tell` is `write`, a letter to who has no e-mail address and no mobile number"
        yield "otherwise", says


KIND = steps.StepKind(
    "tell",
    # `at`: a reminder, which leaves then. `not_before`: leaves at once, or at that moment where it is still to come.
    rules={"at": MOMENT, "not_before": MOMENT},
    optional=frozenset({"at", "not_before"}),
    # `otherwise: write`: a person is asked for a letter where nothing can be sent.
    words=frozenset({"message", "otherwise"}),
    needs=frozenset({"message"}),
    speaks=True,
    check=_check,
)


LETTER = "Please write a letter: there is no e-mail address and no mobile number for the message “{name}”."
NO_WAY = "No e-mail address, and no text message can be sent to their number: ring them."


class TellStep:
    """Queues a message; what is told cannot be untold."""

    def run(self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> None:
        """Queue the message and note it on the timeline; where nothing can be sent, ask for a letter or say so there."""
        name = str(options["message"])
        held_back = options.get("not_before")
        at = held_back if held_back and held_back > now else options.get("at")
        about: dict[str, Any] = {"said": options.get("said"), "at": at, "once": bool(held_back)}
        if actions.tell(case=case, name=name, now=now, **about) and not at:
            timeline.write(case, "told", by=by, now=now, message=name)
        elif actions.reached_by(case)[1]:
            return
        elif options.get("otherwise"):
            text = LETTER.format(name=actions.subject_of(case, name))
            # Taken back with all else that is under way: a letter about a day that is given up is not to be written.
            topic = f"step.tell.{name}"[:60]
            needs_person.ask_on(case=case, text=text, kind="write", by=by, now=now, topic=topic)
        elif case.customer and case.customer.phone and not options.get("at"):
            # They left a number: whoever looks at the case must see that they know nothing of it.
            timeline.write(case, "not told", by=by, now=now, message=name, text=NO_WAY)

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Nothing to take back."""


def offer() -> None:
    """Offer the step to validators and to the spine."""
    steps.offer(KIND)
    workflow.offer("tell", TellStep())
