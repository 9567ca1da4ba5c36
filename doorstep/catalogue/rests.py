"""On which outside systems a service rests, by the kinds of step of its workflow and the facts of its pages."""

from collections.abc import Iterator

from doorstep.catalogue.service import Service
from doorstep.forms.facts import current_name
from doorstep.forms.form import Page
from doorstep.outside import plug


def sockets(service: Service) -> Iterator[plug.Socket]:
    """Go through every socket that a service rests on, by name."""
    facts = {fact for page in service.form.pages for fact in _facts(page)} | set(_later(service))
    yield from (s for s in plug.sockets() if s.facts & facts or _by_step(s, service))


def of_page(page: Page) -> Iterator[plug.Socket]:
    """Go through the sockets that the facts of one page rest on."""
    facts = set(_facts(page))
    yield from (s for s in plug.sockets() if s.facts & facts)


def after_sending(service: Service) -> Iterator[plug.Socket]:
    """Go through the sockets that are needed once the form is sent."""
    facts = set(_later(service))
    yield from (s for s in plug.sockets() if s.facts & facts or _by_step(s, service))


def _by_step(socket: plug.Socket, service: Service) -> bool:
    asked = {q.contact for page in service.form.pages for q in page.questions}
    return bool(socket.steps & _steps(service)) and (not socket.contact or socket.contact in asked)


def _steps(service: Service) -> set[str]:
    flow = service.workflow
    stages = [doing for stage in flow.stages.values() for doing in stage.do]
    return {doing.step for doing in (*stages, *flow.reserve, *flow.asks.values())}


def _facts(page: Page) -> Iterator[str]:
    yield from (current_name(call.name) for _, call in page.facts)
    yield from (current_name(q.source.name) for q in page.questions if q.source)


def _later(service: Service) -> Iterator[str]:
    flow = service.workflow
    yield from (current_name(call.name) for _, call in flow.facts)
    yield from (current_name(c.name) for stage in flow.stages.values() for _, c in stage.facts)
