from django.urls import path

from doorstep.web.desk import views

urlpatterns = [
    path("", views.worklist, name="desk"),
    path("/sign-in", views.sign_in, name="sign_in"),
    path("/sign-out", views.sign_out, name="sign_out"),
    path("/cases/<str:reference>", views.case, name="desk_case"),
    path("/cases/<str:reference>/decide", views.decide, name="decide"),
    path("/cases/<str:reference>/note", views.note, name="note"),
    path("/cases/<str:reference>/correct", views.correct, name="correct"),
    path("/photos/<str:name>", views.photo, name="desk_photo"),
    path("/rounds", views.rounds, name="rounds"),
    path("/rounds/delay", views.delay, name="delay"),
    path("/new/<slug:slug>", views.begin, name="desk_begin"),
    path("/new/<slug:slug>/check", views.check, name="desk_check"),
    path("/new/<slug:slug>/<slug:page>", views.page, name="desk_page"),
    path("/new/<slug:slug>/<slug:page>/stopped", views.stopped, name="desk_stopped"),
]
