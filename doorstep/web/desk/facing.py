"""While a screen is turned to a visitor, the desk draws only what is theirs: the gate before every address of staff."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from doorstep.contacts import forms, queries
from doorstep.contacts.models import Contact
from doorstep.web.desk import in_contact

# What may be drawn then, by the name of its address, and what of it has to be this visitor's.
ALWAYS = (
    "sign_out",
    "left",
    "stay",
    "turn_contact",
    "desk_begin",
    "desk_help",
    "desk_pay_return",
    "queue_screen",
)
OF_CONTACT = (
    "desk_contact",
    "end_contact",
    "go_on_with_contact",
    "act_in_contact",
    "visitor_sent",
)
OF_FORM = (
    "desk_go_on",
    "desk_all",
    "desk_page",
    "desk_check",
    "desk_stopped",
    "desk_form_photo",
    "desk_link",
    "desk_give_back",
)
OF_CASE = (
    "desk_pay",
    "desk_pay_stop",
    "desk_pay_wait",
    "desk_pay_record",
    "desk_receipt",
    "desk_take_back",
)
ALLOWED = (*ALWAYS, *OF_CONTACT, *OF_FORM, *OF_CASE)


class Facing:
    """Answers each address of staff that shows what is not the visitor's by "The visitor can see this screen"."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; who asks for which view is known only then."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Let through what is the visitor's, and whatever is asked for where no screen is turned."""
        is_of_staff = request.path.startswith("/desk") or bool(getattr(view, "permission", ""))
        if not is_of_staff:
            return None
        user: Any = request.user
        permission = getattr(view, "permission", "")
        if permission and not (user.is_authenticated and user.may(permission)):
            return None  # the view refuses
        contact = in_contact.faced(request)
        if contact is None or _is_theirs(request, contact, named):
            return None
        if request.method == "GET" and _is_its_case(request, contact, named):
            return redirect("visitor_sent", number=contact.pk, reference=named["reference"])
        status = 200 if request.method in ("GET", "HEAD") else 409
        return render(request, "desk/faced.html", {"contact": contact}, status=status)


def _is_its_case(request: HttpRequest, contact: Contact, named: dict[str, Any]) -> bool:
    """Say whether the page of a case that was sent just now is asked for: the visitor has one of their own."""
    match = request.resolver_match
    is_case = match is not None and match.url_name == "desk_case"
    return is_case and queries.was_sent_in(contact, named["reference"])


def _is_theirs(request: HttpRequest, contact: Contact, named: dict[str, Any]) -> bool:
    """Say whether an address shows the visitor of this contact what is theirs, and nothing else."""
    match = request.resolver_match
    name = match.url_name if match else ""
    if name in ALWAYS:
        return True
    if name in OF_CONTACT:
        return bool(named["number"] == contact.pk)
    if name in OF_FORM:
        return forms.is_of(contact=contact, draft_id=named["draft"])
    return name in OF_CASE and queries.was_sent_in(contact, named["reference"])
