"""Shows who fills in a form the photos that they sent with it; nobody else sees them."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from doorstep.cases.values import of_nature
from doorstep.files import photos
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Typed
from doorstep.intake.filling import Filling
from doorstep.web.form.over import over
from doorstep.web.form.session import FormSession, find
from doorstep.web.kit import uploads


def photo(
    request: HttpRequest, session: FormSession, draft_id: UUID, name: str
) -> HttpResponseBase:
    """Give a small photo of a form that is being filled in here; the photo itself until there is a small one."""
    filling, path = find(session, draft_id), photos.path_of(name, small=True)
    if filling is None:
        return over(request, session, draft_id)
    if path is None or not _holds(filling, name):
        raise Http404
    return uploads.give(path)


def _holds(filling: Filling, name: str) -> bool:
    """Say whether the form holds a photo, answered or waiting; one that somebody's case holds is not the form's."""
    draft = filling.draft
    for question in of_nature(filling.service, "photos"):
        names = kinds.of(question).photos(draft.answers.get(question.id))
        waiting = [n for fields in draft.typed.values() for n in fields.get(question.id, ())]
        if name in (*names, *waiting):
            return name in dict(filling.options(question, Typed({question.id: [name]})))
    return False
