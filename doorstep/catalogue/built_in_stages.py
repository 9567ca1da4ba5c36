"""What every service has without saying so: the stage of a case that belonged to another service, and its message."""

from dataclasses import replace

from django.utils.translation import gettext as _

from doorstep.catalogue import steps
from doorstep.catalogue.service import Doing, Stage, Text, Workflow

# The stage, the outcome and the message are called alike; a service may describe its own.
MOVED = "moved"


def with_built_in(workflow: Workflow) -> Workflow:
    """Return a workflow that a case can leave for another service.

    What its steps have set in motion is ended: money goes back, who follows a public case is told.
    """
    if MOVED in workflow.stages:
        return workflow
    used = {doing.step for stage in workflow.stages.values() for doing in stage.do}
    ending = [k.ended_by for k in steps.offered().values() if k.ended_by and k.name in used]
    ends = tuple(Doing(step, {}, words) for step, words in ending)
    stage = Stage(
        id=MOVED,
        label=_("Moved to another service"),
        resident=_(
            "We have moved this to “{moved.title}”. You do not need to do anything. {moved.next}"
        ),
        do=(*ends, Doing(steps.speaker().name, {}, {"message": MOVED})),
        on={},
        decisions={},
        closes=MOVED,
        is_built_in=True,
    )
    return replace(workflow, stages={**workflow.stages, MOVED: stage})


def is_final(workflow: Workflow) -> bool:
    """Say whether leaving does what cannot be undone, such as giving money back."""
    return any(steps.kind(doing.step).final for doing in workflow.stages[MOVED].do)


def messages() -> dict[str, Text]:
    """Return the message that says where a request went."""
    return {
        MOVED: Text(
            _("{reference}: we have moved your request"),
            _(
                "You sent us a request, {reference}: {title}.\n\n"
                "It belongs to another service, so we have moved it to “{moved.title}”. You do not need to do "
                "anything. {moved.next}\n\nFollow it here: {link}\n\n{council}, {telephone}, {hours}"
            ),
        )
    }
