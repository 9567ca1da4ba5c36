"""Callbacks: the raw body and its signature are read, the rest is work for the queue."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from doorstep.messages import provider as carriers
from doorstep.messages import receipts as delivery
from doorstep.outside.errors import GiveUp
from doorstep.payments import actions
from doorstep.payments.provider import Forged
from doorstep.waste import provider as wasters
from doorstep.waste import sheets, theirs
from doorstep.web.kit.access import public

# A payment as JSON is 3 kB.
MOST_BYTES = 100_000


@public
@csrf_exempt
@require_POST
def payments(request: HttpRequest) -> HttpResponse:
    """Take the payment provider's word that something happened; a replay is answered alike."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        body = request.body
        signature = request.headers.get("Pay-Signature", "")
        event = actions.provider().read_callback(body, signature)
    except Forged:
        actions.count_forgery(now=timezone.now())
        return HttpResponse(status=403)
    except (GiveUp, RawPostDataException):
        return HttpResponse(status=400)
    actions.take_callback(event=event, now=timezone.now())
    return HttpResponse(status=200)


@public
@csrf_exempt
@require_POST
def receipts(request: HttpRequest) -> HttpResponse:
    """Take a carrier's word that something became of a message; a replay is answered alike."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        delivery.take_callback(body=request.body, token=token, now=timezone.now())
    except carriers.Forged:
        return HttpResponse(status=403)
    except (GiveUp, RawPostDataException):
        return HttpResponse(status=400)
    return HttpResponse(status=200)


@public
@csrf_exempt
@require_POST
def waste(request: HttpRequest) -> HttpResponse:
    """Take the waste system's word that work changed: it is asked what came of it; a replay is answered alike."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    if not theirs.is_kept_there():
        raise Http404
    try:
        number = theirs.backend().read_callback(request.body)
    except wasters.NotAgreed:
        return HttpResponse(status=500)  # as public receivers say it
    except wasters.Forged:
        return HttpResponse(status=401)
    except (GiveUp, RawPostDataException):
        return HttpResponse(status=400)
    sheets.poked(number=number, now=timezone.now())
    return HttpResponse("OK", content_type="text/plain")
