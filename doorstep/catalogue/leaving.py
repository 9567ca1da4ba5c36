"""What every service has without saying so: the stage of a case that belonged to another service, and its message."""

from dataclasses import replace

from django.utils.translation import gettext as _

from doorstep.catalogue.service import Doing, Stage, Text, Workflow

# The stage, the outcome and the message are called alike; a service may describe its own.
MOVED = "moved"
# What a workflow has set in motion by a step and does not end by being unwound: what ends it. Money
# that was paid goes back; who follows a public case is told; what stood behind it is closed too.
ENDED_BY = {
    "pay": Doing("refund", {}, {"reason": "Moved to another service"}),
    "publish": Doing("publish", {}, {}),
    "join": Doing("spread", {}, {"outcome": "closed"}),
}


def with_leaving(workflow: Workflow) -> Workflow:
    """Return a workflow that a case can leave for another service."""
    if MOVED in workflow.stages:
        return workflow
    used = {doing.step for stage in workflow.stages.values() for doing in stage.do}
    ends = tuple(doing for step, doing in ENDED_BY.items() if step in used)
    stage = Stage(
        MOVED,
        _("Moved to another service"),
        _("We have moved this to “{moved.title}”. You do not need to do anything. {moved.next}"),
        (*ends, Doing("tell", {}, {"message": MOVED})),
        {},
        {},
        MOVED,
    )
    return replace(workflow, stages={**workflow.stages, MOVED: stage})


def gives_back(workflow: Workflow) -> bool:
    """Say whether money goes back when a case leaves."""
    return any(doing.step == "refund" for doing in workflow.stages[MOVED].do)


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
