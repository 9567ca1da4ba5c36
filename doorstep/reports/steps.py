"""The steps `publish` (anyone may see it), `join` (it is the same as another) and `spread` (to the same ones)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from doorstep.cases import workflow
from doorstep.cases.models import Case
from doorstep.catalogue import steps
from doorstep.forms.rules.types import TEXT
from doorstep.reports import actions
from doorstep.reports.models import JOINED
from doorstep.staff.actor import Actor

# Who follows a public case is told when it leaves; what stood behind a joined one is closed with it.
PUBLISH = steps.StepKind("publish", ended_by=("publish", {}))
JOIN = steps.StepKind(
    "join",
    rules={"to": TEXT},
    outcomes={
        "gone": "The report it was to join is no longer open.",
        "merged": "An officer said that it is the same as another.",
        "split": "An officer said that it is not the same after all.",
    },
    own_outcomes=True,
    ended_by=("spread", {"outcome": "closed"}),
    sets_aside=JOINED,
)
SPREAD = steps.StepKind(
    "spread", words=frozenset({"outcome"}), needs=frozenset({"outcome"}), carries_to="join"
)


class PublishStep:
    """Lets anyone see the case; later, tells its followers that it has moved."""

    def run(self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> None:
        """Publish it as its service says."""
        actions.publish(case=case, by=by, now=now)

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Nothing to take back: an officer hides a report."""


class JoinStep:
    """Joins the case to the report its person chose; outcome `join.gone` where that is no longer open."""

    def run(
        self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime
    ) -> str | None:
        """Join it."""
        there = actions.join(case=case, reference=str(options["to"] or ""), by=by, now=now)
        return None if there else "join.gone"

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Take it away from the other."""
        actions.unmerge(case=case, by=by, now=now)

    def stands_for_others(self, *, case: Case) -> bool:
        """Say whether somebody who told us of the same waits for it."""
        return actions.stands_for_others(case)

    def lock_before(self, *, case_id: int) -> None:
        """Lock the case that it is joined to."""
        actions.lock_what_it_is_behind(case_id)


class SpreadStep:
    """Carries an outcome to the cases joined to this one, as `join.<outcome>`."""

    def run(self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> None:
        """Carry it."""
        actions.propagate(case=case, outcome=str(options["outcome"]), by=by, now=now)

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Nothing to take back."""


def offer() -> None:
    """Offer the steps to validators and to the spine."""
    for kind, step in ((PUBLISH, PublishStep()), (JOIN, JoinStep()), (SPREAD, SpreadStep())):
        steps.offer(kind)
        workflow.offer(kind.name, step)
