"""Help with a form by an adviser, whom a resident tells a code."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from doorstep.web.form import helping
from doorstep.web.kit.access import public
from doorstep.web.kit.visitor import keep
from doorstep.web.portal.form import session_of


@public
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Show the code by which an adviser goes on with a form, or take the form back from them."""
    return keep(request, helping.code(request, session_of(request, slug), draft))
