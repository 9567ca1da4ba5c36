from django.urls import path

from doorstep.web.desk.views import (
    caller,
    case,
    hall,
    homes,
    rounds,
    services,
    signing,
    worklist,
)

urlpatterns = [
    path("", hall.hall, name="desk"),
    path("/sign-in", signing.sign_in, name="sign_in"),
    path("/sign-out", signing.sign_out, name="sign_out"),
    path("/cases/<str:reference>", case.case, name="desk_case"),
    path("/cases/<str:reference>/decide", case.decide, name="decide"),
    path("/cases/<str:reference>/note", case.note, name="note"),
    path("/cases/<str:reference>/correct", case.correct, name="correct"),
    path("/photos/<str:name>", case.photo, name="desk_photo"),
    path("/decide", worklist.decide_many, name="decide_many"),
    path("/homes", homes.homes, name="homes"),
    path("/homes/<int:uprn>", homes.home, name="desk_home"),
    path("/rounds", rounds.rounds, name="rounds"),
    path("/rounds/delay", rounds.delay, name="delay"),
    path("/services", services.services, name="desk_services"),
    path("/services/<slug:slug>/newer", services.newer, name="newer"),
    path("/services/<slug:slug>/publish", services.publish, name="publish"),
    path("/services/<slug:slug>/publishing/<int:number>", services.publishing, name="publishing"),
    path("/new/<slug:slug>", caller.begin, name="desk_begin"),
    path("/new/<slug:slug>/check", caller.check, name="desk_check"),
    path("/new/<slug:slug>/<slug:page>", caller.page, name="desk_page"),
    path("/new/<slug:slug>/<slug:page>/stopped", caller.stopped, name="desk_stopped"),
]
