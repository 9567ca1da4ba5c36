"""The ceiling that pages are held against: Django, one view, one template of some ten kilobytes, nothing else."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

ROWS = list(range(120))
PAGE = "<!doctype html><title>{{ title }}</title>{% for n in rows %}<p>Row {{ n }} of a page that does nothing but be drawn.</p>{% endfor %}"


def page(request: HttpRequest) -> HttpResponse:
    """Draw the page."""
    return HttpResponse(TEMPLATE.render({"title": "Bare", "rows": ROWS}))


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    TEMPLATES=[{"BACKEND": "django.template.backends.jinja2.Jinja2"}],
)
urlpatterns = [path("", page)]
application = get_wsgi_application()
TEMPLATE = engines.all()[0].from_string(PAGE)
