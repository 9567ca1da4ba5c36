"""The demo's own pages: examples, sign-ins, what was sent. They are there in the demo only."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from doorstep.demo import claims, week
from doorstep.messages import queries as messages
from doorstep.staff.models import StaffUser
from doorstep.waste.theirs import is_kept_there
from doorstep.web.kit.access import public
from doorstep.web.kit.entry import come_in


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404


@public
@require_GET
def demo(request: HttpRequest) -> HttpResponse:
    """Offer an address for each outcome, and a button to sign in as each role."""
    _demo_only()
    people = StaffUser.objects.order_by("username")
    context = {
        "kept": week.kept(),
        "people": people,
        "waste_screen": f"http://127.0.0.1:{settings.WASTE_PORT}/" if is_kept_there() else "",
        "claims": claims.SHOWN,
        "claimed_for": claims.SERVICE,
    }
    return render(request, "portal/demo.html", context)


@public
@require_POST
def demo_as(request: HttpRequest, role: str) -> HttpResponse:
    """Sign in as a demo role; loopback only, and nowhere but in the demo."""
    _demo_only()
    user = StaffUser.objects.filter(username=role).first()
    if user is None:
        raise Http404
    return come_in(request, user, "demo", to=request.POST.get("next", ""))


@public
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """Show what the demo's residents were sent."""
    _demo_only()
    mails = messages.outbox(request.GET.get("case", "")[:20])
    return render(request, "portal/outbox.html", {"messages": mails})
