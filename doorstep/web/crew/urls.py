from django.urls import path

from doorstep.web.crew import views

urlpatterns = [
    path("", views.rounds, name="crew"),
    path("/<slug:code>", views.round_page, name="crew_round"),
    path("/<slug:code>/start", views.start, name="crew_start"),
    path("/<slug:code>/finish", views.finish, name="crew_finish"),
    path("/<slug:code>/jobs/<int:job>", views.job_done, name="crew_job"),
    path("/<slug:code>/streets", views.streets, name="crew_streets"),
    path("/<slug:code>/streets/<int:usrn>", views.street, name="crew_street"),
    path("/<slug:code>/undo/<int:outcome>", views.undo, name="crew_undo"),
    path("/<slug:code>/log", views.log, name="crew_log"),
]
