"""All front doors; each address is named, and its permission stands with its view."""

from django.urls import include, path

from doorstep.web.desk.views import status

urlpatterns = [
    path("api", include("doorstep.web.api.urls")),
    path("open311", include("doorstep.web.open311.urls")),
    path("desk", include("doorstep.web.signing.urls")),
    path("desk", include("doorstep.web.desk.urls")),
    path("status", status.status, name="status"),
    path("status/<int:number>", status.mend, name="mend"),
    path("status/sheets/<int:number>", status.send_again, name="send_again"),
    path("hooks", include("doorstep.web.hooks.urls")),
    path("crew", include("doorstep.web.crew.urls")),
    path("", include("doorstep.web.operations.urls")),
    path("demo", include("doorstep.web.demo.urls")),
    path("try", include("doorstep.web.demo.trial_urls")),
    path("", include("doorstep.web.portal.urls")),
]
