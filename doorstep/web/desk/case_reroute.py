"""What the page of a case says about moving it to the service it belongs to."""

from doorstep.cases import rerouting
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.built_in_stages import MOVED, is_final


def about(case: Case) -> dict[str, object]:
    """Return where a case can be moved to; or of a moved one, what it has become."""
    if case.erased_at:
        return {}
    if case.stage == MOVED:
        became = rerouting.came_of(case)
        to = str(case.facts.get(MOVED, {}).get("to", ""))
        final = is_final(catalogue.service(case.version_id).workflow)
        undo = not final and not (became and became.is_closed)
        return {"moved": {"became": became, "to": to, "undo": undo}}
    if case.is_closed:
        return {"could_move": []}
    return {"could_move": [s for s in catalogue.running() if s.slug != case.slug]}
