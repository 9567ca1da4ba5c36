"""The box that finds people, homes and cases, its page without scripts, and the key that leads to it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from doorstep.council.errors import Refused
from doorstep.staff import actions as staff
from doorstep.web.desk.find import MOST as ON_A_PAGE
from doorstep.web.desk.find import SHOWN, Found
from doorstep.web.desk.find import find as look_for
from doorstep.web.desk.views.customers.opening import looked_at_found
from doorstep.web.kit import limits
from doorstep.web.kit.access import needs

# Faster than anybody types; a program that goes through names is slower with it.
MOST, SECONDS = 300, 300


@needs("desk.open")
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find what a text may mean: for the box a list, else a page; what can mean one page only leads straight to it."""
    user: Any = request.user
    text, is_box = request.POST.get("find", "").strip()[:120], "box" in request.POST
    standing = limits.count([f"find:{user.pk}"], MOST, SECONDS) if text else None
    is_over = bool(standing and standing.is_over)
    whole = SHOWN if is_box else ON_A_PAGE
    found = Found() if is_over else look_for(request, text, timezone.now(), whole=whole)
    if found.people:
        looked_at_found(request)
    if found.only and not is_box:
        return redirect(found.only)
    page = "desk/find_list.html" if is_box else "desk/find.html"
    context = {"sought": text, "found": found, "is_over": is_over, "most": SHOWN}
    return render(request, page, context, status=429 if is_over else 200)


@needs("desk.open")
@require_http_methods(["GET", "POST"])
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Change the key that leads to the box, or turn it off."""
    user: Any = request.user
    if request.method == "GET":
        return render(request, "desk/shortcuts.html", {"key": user.find_key, "refused": ""})
    key = request.POST.get("key", "").strip()[:20]
    try:
        staff.choose_find_key(staff=user, key=key)
    except Refused as exc:
        context = {"key": key, "refused": exc.code}
        return render(request, "desk/shortcuts.html", context)
    return redirect("shortcuts")
