from django.urls import path

from doorstep.web.crew import raising, views

urlpatterns = [
    path("", views.rounds, name="crew"),
    path("/new", raising.choose, name="crew_new"),
    path("/new/<slug:slug>", raising.begin, name="crew_begin"),
    path("/new/<slug:slug>/<uuid:draft>", raising.resume, name="crew_go_on"),
    path("/new/<slug:slug>/<uuid:draft>/check", raising.check, name="crew_check"),
    path("/new/<slug:slug>/<uuid:draft>/<slug:page>", raising.page, name="crew_page"),
    path(
        "/new/<slug:slug>/<uuid:draft>/<slug:page>/stopped",
        raising.stopped,
        name="crew_stopped",
    ),
    path(
        "/new/<slug:slug>/<uuid:draft>/photos/<str:name>",
        raising.photo,
        name="crew_form_photo",
    ),
    path("/new/<slug:slug>/<slug:page>", raising.lead_on, name="crew_lead_on"),
    path("/new/<slug:slug>/<slug:page>/stopped", raising.lead_on, name="crew_lead_on_stopped"),
    path("/<slug:code>", views.round_page, name="crew_round"),
    path("/<slug:code>/start", views.start, name="crew_start"),
    path("/<slug:code>/finish", views.finish, name="crew_finish"),
    path("/<slug:code>/jobs/<int:job>", views.job_done, name="crew_job"),
    path("/<slug:code>/jobs/<int:job>/photos/<str:name>", views.photo, name="crew_photo"),
    path("/<slug:code>/streets", views.streets, name="crew_streets"),
    path("/<slug:code>/streets/<int:usrn>", views.street, name="crew_street"),
    path("/<slug:code>/undo/<int:outcome>", views.undo, name="crew_undo"),
    path("/<slug:code>/log", views.log, name="crew_log"),
]
