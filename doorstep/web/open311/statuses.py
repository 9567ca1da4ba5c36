"""How a case's stages read as statuses: `open` and `closed` of GeoReport v2, and the finer ones of its updates.

| the stage                                   | update's status   |
|---------------------------------------------|-------------------|
| closes the case, and it is good             | FIXED             |
| closes the case as a duplicate, or joins it | DUPLICATE         |
| closes the case otherwise                   | CLOSED            |
| is open, after one that closed the case     | REOPENED          |
| is open, and sends a crew                   | ACTION_SCHEDULED  |
| is open, and is the first                   | OPEN              |
| is open, and an officer decides there       | INVESTIGATING     |
| is open, any other                          | IN_PROGRESS       |
"""

from doorstep.catalogue.service import Stage, Workflow

# Outcomes with which a case closes because another says the same.
SAME = ("duplicate", "joined")
CREW, JOINS = "job", "join"


def base(closed: bool) -> str:
    """Return the status of a request."""
    return "closed" if closed else "open"


def extended(flow: Workflow, stages: list[str]) -> str:
    """Return the status of an update: that of the last of the stages through which a case came."""
    stage, before = flow.stages[stages[-1]], [flow.stages[s] for s in stages[:-1]]
    return _closed(stage) if stage.closes else _open(stage, before)


def _closed(stage: Stage) -> str:
    if stage.closes in SAME:
        return "DUPLICATE"
    return "FIXED" if stage.good else "CLOSED"


def _open(stage: Stage, before: list[Stage]) -> str:
    steps = {doing.step for doing in stage.do}
    if JOINS in steps:
        return "DUPLICATE"
    if any(s.closes for s in before):
        return "REOPENED"
    if CREW in steps:
        return "ACTION_SCHEDULED"
    if not before:
        return "OPEN"
    return "INVESTIGATING" if stage.decisions else "IN_PROGRESS"
