"""The addresses of GeoReport v2; each ends in its format."""

from django.urls import path, re_path

from doorstep.web.open311 import requests, sending, services, updates
from doorstep.web.open311.access import door, nowhere

V2 = "/v2"
urlpatterns = [
    path("/discovery.<str:format>", door(GET=services.discovery), name="open311_discovery"),
    path(f"{V2}/discovery.<str:format>", door(GET=services.discovery), name="open311"),
    path(f"{V2}/services.<str:format>", door(GET=services.services), name="open311_services"),
    path(
        f"{V2}/services/<str:code>.<str:format>",
        door(GET=services.definition),
        name="open311_service",
    ),
    path(
        f"{V2}/requests.<str:format>",
        door(GET=requests.requests, POST=sending.send),
        name="open311_requests",
    ),
    path(
        f"{V2}/requests/<str:reference>.<str:format>",
        door(GET=requests.one),
        name="open311_request",
    ),
    path(f"{V2}/tokens/<str:token>.<str:format>", door(GET=requests.token), name="open311_token"),
    path(
        f"{V2}/servicerequestupdates.<str:format>",
        door(GET=updates.updates, POST=updates.tell),
        name="open311_updates",
    ),
    # Whatever else, line breaks too.
    re_path(r"^(/[\s\S]*)?\Z", nowhere),
]
