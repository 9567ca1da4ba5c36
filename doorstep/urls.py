"""Every address, from the front doors."""

from django.urls import include, path

urlpatterns = [path("", include("doorstep.web.urls"))]
handler400 = "doorstep.web.kit.errors.not_readable"
handler404 = "doorstep.web.kit.errors.not_found"
handler500 = "doorstep.web.kit.errors.broken"
handler403 = "doorstep.web.kit.errors.not_allowed"
