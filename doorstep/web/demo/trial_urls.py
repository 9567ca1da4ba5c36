from django.urls import path

from doorstep.web.demo import trial

urlpatterns = [
    path("", trial.page, name="trial"),
    path("/clock", trial.clock, name="trial_clock"),
    path("/again", trial.again, name="trial_again"),
]
