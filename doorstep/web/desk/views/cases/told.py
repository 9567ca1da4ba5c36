"""What a case's person was told: sent again, or told another way."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from doorstep.messages import another_way
from doorstep.web.desk.refusal import says_why_not
from doorstep.web.desk.views.cases.case import again, back_to
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import open_case


@needs("desk.send")
@require_POST
@says_why_not(again)
def tell_again(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Tell a case's person once more, in the way that was chosen."""
    case = open_case(request, reference)
    another_way.tell_again(
        case=case,
        message_id=number,
        way=request.POST.get("way", "")[:10],
        by=actor(request),
        now=timezone.now(),
    )
    return back_to(case, "#messages")
