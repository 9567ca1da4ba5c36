"""All front doors; each address is named, and its permission stands with its view."""

from django.urls import include, path

urlpatterns = [
    path("api", include("doorstep.web.api.urls")),
    path("desk", include("doorstep.web.desk.urls")),
    path("crew", include("doorstep.web.crew.urls")),
    path("", include("doorstep.web.portal.urls")),
]
