"""What maps are drawn from, and the name of a point on them."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from doorstep.places import base_map, spots
from doorstep.web.kit import limits
from doorstep.web.kit.access import public


@public
@require_safe
@cache_control(max_age=86400)
def base(request: HttpRequest) -> JsonResponse:
    """Return the light map of the district: outlines, places' names, and a dot for each group of homes."""
    return JsonResponse(base_map.drawn())


@public
@require_POST
def near(request: HttpRequest) -> JsonResponse:
    """Name a point; by POST, so that where someone stands is in no address and no log."""
    if limits.over([limits.person(request, "near")], 300, 600):
        return JsonResponse({}, status=429)
    spot = spots.find(f"at:{request.POST.get('at', '')[:60]}")
    if spot is None:
        return JsonResponse({}, status=404)
    body: dict[str, Any] = {"id": spot.id, "words": spot.words, "note": note(spot)}
    return JsonResponse(body)


def note(spot: spots.Spot) -> str:
    """Say where a point lies against the boundary, where that is worth saying."""
    if not spot.inside:
        return _("This is outside our district.")
    return _("This is near the boundary of our district.") if spot.near else ""
