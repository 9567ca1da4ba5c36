from django.urls import path

from doorstep.web.crew import views

urlpatterns = [
    path("", views.rounds, name="crew"),
    path("/<slug:code>", views.round_page, name="crew_round"),
    path("/<slug:code>/start", views.start, name="crew_start"),
    path("/<slug:code>/finish", views.finish, name="crew_finish"),
    path("/<slug:code>/jobs/<int:job>", views.job_done, name="crew_job"),
    path("/<slug:code>/log", views.log, name="crew_log"),
]
