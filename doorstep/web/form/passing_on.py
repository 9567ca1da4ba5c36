"""Leads on to another service's form, with what was said so far."""

from django.http import HttpResponse

from doorstep.cases.models import Draft
from doorstep.catalogue.service import Service
from doorstep.intake import prefill
from doorstep.web.form.session import FormSession, begin_filling, go_on


def pass_on(session: FormSession, draft: Draft, to: Service) -> HttpResponse:
    """Go on at another service's form with what a draft says; the draft stays, to come back to."""
    there = session.at(to.slug)
    filling = begin_filling(there, draft)
    prefill.pass_on(filling, draft)
    return go_on(there, filling)
