"""How the machinery stands, for staff: alarms, queues, and what was given up."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.outside import actions as jobs
from doorstep.outside import breaker, freshness, heard, plug
from doorstep.outside import queries as queue
from doorstep.waste import keyed, sheets
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import with_case_as_seen


@needs("status.see")
@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """Show alarms first, then the queues and what was given up."""
    now, standing = timezone.now(), queue.standing()
    our_work = keyed.standing()
    for sheet in our_work.unwell if our_work else ():
        with_case_as_seen(request, sheet.job)
    context = {
        "standing": standing,
        "kinds": queue.KINDS,
        "alarms": [(alarm, alarm.holds(standing)) for alarm in queue.ALARMS],
        "sources": freshness.last_heard(),
        "failures_in_a_row": breaker.FAILURES,
        "rest_seconds": breaker.REST_SECONDS,
        "sockets": plug.sockets(),
        "hosts": [(host, heard.is_failing(host)) for host in heard.all_hosts()],
        "sheets": our_work,
        "failures": queue.failures(now),
        "now": now,
        "done": request.GET.get("done", ""),
    }
    return render(request, "desk/status.html", context)


@needs("status.mend")
@require_POST
def mend(request: HttpRequest, number: int) -> HttpResponse:
    """Run a job that was given up once more, or lay it aside."""
    username = actor(request).key
    if "retry" in request.POST:
        done = "retried" if jobs.retry(job_id=number, username=username) else "gone"
    else:
        is_there = jobs.lay_aside(job_id=number, username=username, now=timezone.now())
        done = "aside" if is_there else "gone"
    return HttpResponseRedirect(reverse("status") + f"?done={done}")


@needs("status.mend")
@require_POST
def send_again(request: HttpRequest, number: int) -> HttpResponse:
    """Try again now what waits for the waste system, or was refused by it."""
    is_there = sheets.send_again(sheet_id=number, now=timezone.now())
    return HttpResponseRedirect(reverse("status") + f"?done={'sent' if is_there else 'gone'}")
