"""What is said on a form while an outside system that it rests on does not answer; to residents, as staff see /status."""

from datetime import datetime

from django.utils.functional import Promise

from doorstep.catalogue import rests
from doorstep.catalogue.service import Service
from doorstep.forms.form import Page
from doorstep.outside import down
from doorstep.web.form.session import FormSession


def at_start(service: Service, now: datetime) -> list[str | Promise]:
    """Return what does not work just now of all that a service rests on."""
    return down.said(rests.sockets(service), service.slug, now)


def on_page(session: FormSession, service: Service, page: Page) -> list[str | Promise]:
    """Return what one page asks for and cannot have."""
    if session.by.is_staff:
        return []
    return down.said(rests.of_page(page), service.slug, session.now)


def before_sending(session: FormSession, service: Service) -> list[str | Promise]:
    """Return what will not work once the form is sent."""
    if session.by.is_staff:
        return []
    return down.said(rests.after_sending(service), service.slug, session.now)
