from django.urls import path

from doorstep.web.demo import views

urlpatterns = [
    path("", views.demo, name="demo"),
    path("/as/<str:role>", views.demo_as, name="demo_as"),
    path("/outbox", views.outbox, name="outbox"),
]
