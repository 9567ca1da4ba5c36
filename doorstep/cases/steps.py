"""The step `ask_team`: asks the team for something about a case, once; or says that it is done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from doorstep.cases import needs_person, workflow
from doorstep.cases.models import Case
from doorstep.catalogue import steps
from doorstep.forms.rules.types import BOOL, MOMENT
from doorstep.staff.actor import Actor

ASK_TEAM = steps.StepKind(
    "ask_team",
    # `due`: by when, where the team's usual time is too late, such as while a day is kept.
    rules={"when": BOOL, "due": MOMENT},
    optional=frozenset({"when", "due"}),
    words=frozenset({"text", "topic", "do"}),
    values={"do": ("done",)},
    outcomes={
        "done": "What the team was asked for is done (`do: done`), or was not asked.",
    },
)


def _topic(options: Mapping[str, Any]) -> str:
    return f"step.{options.get('topic', '')}"[:40]


class AskTeamStep:
    """Asks a person of the service's team."""

    def run(
        self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime
    ) -> str | None:
        """Ask, unless `when` says that there is nothing to ask or it was asked before; with `do: done`, end it."""
        topic = _topic(options)
        if options.get("do") == "done":
            needs_person.done_on(case=case, topic=topic, by=by, now=now)
            return "ask_team.done" if "ask_team.done" in workflow.stage_of(case).on else None
        if options.get("when", True) and not case.tasks.filter(topic=topic).exists():
            text = str(options.get("text", "")) or topic
            about: dict[str, Any] = {"case": case, "topic": topic, "due_at": options.get("due")}
            needs_person.ask_on(**about, text=text, by=by, now=now)
        return None

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """End what was asked, which is asked anew where the case comes there again."""
        still = case.tasks.filter(topic__startswith="step.", task__ended_at=None)
        for topic in list(still.values_list("topic", flat=True)):
            needs_person.done_on(case=case, topic=topic, by=by, now=now)
            case.tasks.filter(topic=topic).update(topic="")


def offer() -> None:
    """Offer the step to validators and to the spine."""
    steps.offer(ASK_TEAM)
    workflow.offer("ask_team", AskTeamStep())
