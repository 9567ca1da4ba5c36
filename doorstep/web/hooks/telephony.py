"""A telephone system says who rings; it gets a one-use address for whoever takes the call, so that no number stands in any."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from doorstep.contacts import ringing
from doorstep.council import addresses
from doorstep.web.kit.access import public

# Who rings as JSON is a hundred bytes.
MOST_BYTES = 2000
TIMESTAMP, SIGNATURE = "Doorstep-Timestamp", "Doorstep-Signature"


@public
@csrf_exempt
@require_POST
def ring(request: HttpRequest) -> HttpResponse:
    """Take the word of the telephone system that a number rings; answer with the address that opens the call, once."""
    secret, now = settings.TELEPHONY_SECRET, timezone.now()
    if not secret:
        raise Http404
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    signed = request.headers.get(SIGNATURE, "")
    about = {"timestamp": request.headers.get(TIMESTAMP, ""), "signed": signed}
    try:
        call = ringing.read(body=request.body, secret=secret, now=now, **about)
        token = ringing.rang(call=call, signed=signed, now=now)
    except ringing.Forged:
        return HttpResponse(status=403)
    except ringing.Again:
        return HttpResponse(status=409)
    except (ringing.Unreadable, RawPostDataException):
        return HttpResponse(status=400)
    there = addresses.base() + reverse("desk_ring", kwargs={"token": token})
    return JsonResponse({"open": there}, status=201)
