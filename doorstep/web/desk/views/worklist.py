"""The worklist."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from doorstep.cases import queries as cases
from doorstep.catalogue import queries as catalogue
from doorstep.council.queries import ZONE
from doorstep.web.desk.views.caller import CHANNELS
from doorstep.web.kit.doors import needs


@needs("desk.see")
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """List cases by stage and deadline."""
    state = "closed" if request.GET.get("state") == "closed" else "open"
    overdue = request.GET.get("overdue") == "1"
    today = timezone.now().astimezone(ZONE).date()
    found = cases.worklist(state=state, overdue=overdue, today=today)
    rows = [(c, catalogue.service(c.version_id)) for c in found[:200]]
    context = {
        "rows": rows,
        "state": state,
        "overdue": overdue,
        "today": today,
        "services": catalogue.running(),
        "channels": CHANNELS,
        "total": found.count(),
    }
    return render(request, "desk/worklist.html", context)
