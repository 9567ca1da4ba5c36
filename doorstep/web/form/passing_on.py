"""Leads on to another service's form, with what was said so far."""

from django.http import HttpResponse

from doorstep.cases import drafts
from doorstep.cases.models import Draft
from doorstep.catalogue.service import Service
from doorstep.intake import prefill
from doorstep.web.form.session import FormSession, go_on, open_or_begin


def pass_on(session: FormSession, draft: Draft, to: Service) -> HttpResponse:
    """Go on at another service's form with what a draft says; the draft stays, to come back to.

    At the desk what was begun there for an earlier caller is put away, as for any new caller.
    """
    there = session.at(to.slug)
    if session.by.is_staff:
        drafts.drop_draft(visitor=session.visitor, slug=to.slug)
    filling = open_or_begin(there)
    prefill.pass_on(filling, draft)
    return go_on(there, filling)
