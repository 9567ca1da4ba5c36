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
    """Change the keys that lead to the box, begin a call and end a contact, or turn them off."""
    user: Any = request.user
    keys = {"find": user.find_key, "begin": user.begin_key, "end": user.end_key}
    context: dict[str, Any] = {"keys": keys, "offered": staff.FUNCTION_KEYS, "refused": ""}
    if request.method == "GET":
        return render(request, "desk/shortcuts.html", context)
    sent = request.POST
    names = {"find": "key", "begin": "begin", "end": "end"}
    # A form of the version before has the first alone.
    typed = {k: sent.get(name, keys[k]).strip()[:20] for k, name in names.items()}
    try:
        staff.choose_keys(staff=user, **typed)
    except Refused as exc:
        context |= {"keys": typed, "refused": exc.code, "wrong_at": exc.values.get("field", "")}
        return render(request, "desk/shortcuts.html", context)
    return redirect("shortcuts")
