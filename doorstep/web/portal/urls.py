from django.urls import path

from doorstep.web.portal import returning, views

urlpatterns = [
    path("", views.home, name="home"),
    path("brand.css", views.brand, name="brand"),
    path("icon.svg", views.icon, name="icon"),
    path("services/<slug:slug>", views.start, name="start"),
    path("services/<slug:slug>/begin", views.begin, name="begin"),
    path("services/<slug:slug>/continue", views.go_on, name="go_on"),
    path("services/<slug:slug>/save", returning.save, name="save"),
    path("services/<slug:slug>/saved", returning.saved, name="saved"),
    path("services/<slug:slug>/resume/<str:token>", returning.resume, name="resume"),
    path("services/<slug:slug>/check", views.check, name="check"),
    path("services/<slug:slug>/<slug:page>", views.page, name="page"),
    path("services/<slug:slug>/<slug:page>/stopped", views.stopped, name="stopped"),
    path("case/open", returning.ask, name="ask"),
    path("case/code/<uuid:access>", returning.code, name="code"),
    path("case/open/<str:token>", views.open_case, name="open_case"),
    path("case/<str:reference>", views.case, name="case"),
    path("case/<str:reference>/reopen", views.reopen, name="reopen"),
    path("case/<str:reference>/sent", views.sent, name="sent"),
    path("contact", views.words, {"name": "contact"}, name="contact"),
    path("privacy", views.words, {"name": "privacy"}, name="privacy"),
    path("cookies", views.words, {"name": "cookies"}, name="cookies"),
    path("accessibility", views.words, {"name": "accessibility"}, name="accessibility"),
    path("language/<slug:code>", views.language, name="language"),
    path("healthz", views.healthz, name="healthz"),
    path("demo", views.demo, name="demo"),
    path("demo/as/<str:role>", views.demo_as, name="demo_as"),
    path("demo/outbox", views.outbox, name="outbox"),
]
