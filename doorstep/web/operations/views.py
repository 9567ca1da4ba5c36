"""For whoever runs it: is it alive, is it ready, and figures for Prometheus; nothing in them is anyone's."""

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.outside import freshness
from doorstep.outside import queries as queue
from doorstep.web.kit.access import public
from doorstep.web.operations import ready


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


def _on_the_machine(request: HttpRequest) -> None:
    """Raise Http404 for what a proxy passes on: these figures are for the machine itself."""
    if settings.BEHIND_PROXY and "HTTP_X_FORWARDED_FOR" in request.META:
        raise Http404


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be taken: the database answers and is as this version of the code needs it."""
    _on_the_machine(request)
    wanting = ready.wanting()
    body = {"ready": not wanting, "wanting": wanting or None}
    answer = JsonResponse(body, status=503 if wanting else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _figures(standing: queue.Standing) -> CollectorRegistry:
    registry = CollectorRegistry()
    of = ("queue",)
    figures = {
        "due": Gauge("doorstep_jobs_due", "Jobs that are due", of, registry=registry),
        "doing": Gauge("doorstep_jobs_doing", "Jobs being done", of, registry=registry),
        "later": Gauge("doorstep_jobs_later", "Jobs for a later moment", of, registry=registry),
        "oldest": Gauge("doorstep_jobs_oldest_seconds", "Oldest due job", of, registry=registry),
    }
    for lane in standing.lanes:
        for name, gauge in figures.items():
            gauge.labels(lane.name).set(getattr(lane, name))
    beat = Gauge("doorstep_worker_heartbeat_seconds", "Last sign of life", of, registry=registry)
    for name, seconds in standing.beats.items():
        beat.labels(name).set(float("nan") if seconds is None else seconds)
    failed = Gauge("doorstep_jobs_failed", "Given up, nobody dealt with it", registry=registry)
    failed.set(standing.failed)
    age = Gauge("doorstep_facts_age_seconds", "Since we last heard", ("source",), registry=registry)
    for source, at in freshness.last_heard():
        age.labels(source.name).set(
            float("nan") if at is None else (timezone.now() - at).total_seconds()
        )
    alarm = Gauge("doorstep_alarm", "1 while an alarm holds", ("alarm",), registry=registry)
    for one in queue.ALARMS:
        alarm.labels(one.name).set(one.holds(standing))
    return registry


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the queue's figures and alarms; 503 while the database does not answer."""
    _on_the_machine(request)
    try:
        body = generate_latest(_figures(queue.standing()))
    except DatabaseError:
        return HttpResponse("# the database does not answer\n", "text/plain", status=503)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


@public
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Say how a weakness is told to us (RFC 9116); the council's own address, else its page of contacts."""
    here = council.current()
    contact = here.security or addresses.link("contact")
    until = (timezone.now() + timedelta(days=180)).isoformat(timespec="seconds")
    lines = [
        f"Contact: {contact}",
        f"Expires: {until}",
        f"Preferred-Languages: {', '.join(council.languages())}",
        f"Canonical: {addresses.link('security')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


# What is one person's, or leads to a form: no search engine's.
NOT_FOR_ROBOTS = (
    "/case/", "/pay/", "/services/*/", "/bins/*/note", "/bins/*/keep", "/bins?", "/bins/note/", "/reports/follow/", "/forget", "/page-fault",
    "/language/", "/desk", "/crew", "/status", "/demo", "/api/", "/open311/", "/hooks/",
)  # fmt: skip


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Say which pages search engines leave alone."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    lines += ["", f"Sitemap: {addresses.base()}{reverse('sitemap')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
